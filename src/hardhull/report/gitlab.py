"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.

It has no place for what was not checked; the exit code and standard error say that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Severity
from hardhull.report.jsonout import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Found, Result

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
    Severity.UNKNOWN: "minor",
}


def render(result: Result) -> Iterator[str]:
    """A list with one issue for each finding that no ignore hides."""
    before = "[\n"
    for found in result.shown:
        yield before + encode(_issue(found, result.rules[found.rule].name))
        before = ",\n"
    yield "\n]\n" if result.shown else "[]\n"


def _issue(found: Found, name: str) -> dict[str, object]:
    place = found.locations[0]
    return {
        "description": found.message,
        "check_name": f"{found.rule} {name}",
        "fingerprint": found.id,
        "severity": SEVERITIES[found.severity],
        "location": {"path": place.path, "lines": {"begin": place.line, "end": place.end_line}},
    }
