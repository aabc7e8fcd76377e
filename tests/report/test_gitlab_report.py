"""GitLab's Code Quality report."""

from __future__ import annotations

import json

from hardhull.report.gitlab import render
from made_results import CLEAN, SHOP


def test_an_issue_for_each_finding_that_is_shown() -> None:
    issues = json.loads("".join(render(SHOP)))
    assert len(issues) == len(SHOP.shown)
    assert issues[0] == {
        "description": "web can take over the host",
        "check_name": "HH-PRV-003 docker-socket-mounted",
        "fingerprint": "0000000000000001",
        "severity": "blocker",
        "location": {"path": "docker-compose.yml", "lines": {"begin": 9, "end": 9}},
    }
    assert {issue["severity"] for issue in issues} == {"blocker", "critical", "major", "minor"}


def test_nothing_is_an_empty_list() -> None:
    assert json.loads("".join(render(CLEAN))) == []
