"""Facts as plain values: the same files always give the same ones."""

from __future__ import annotations

import json
from pathlib import Path

from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.scan import Options, judge_files
from hardhull.scan.discover import Candidate, Discovery

DOCKERFILE = b"""FROM debian:12
HEALTHCHECK CMD curl -u me:hunter2hunter2 http://localhost
CMD curl localhost
"""


def facts_of(data: bytes) -> str:
    found = Discovery(Path(), [Candidate(Source("Dockerfile", data), ("dockerfile",))], [])
    return json.dumps(judge_files(found, Policy(), Options(facts=True, strict=True)).facts)


def test_commands_are_told_by_their_text_without_secrets() -> None:
    told = facts_of(DOCKERFILE)
    assert "curl localhost" in told
    assert "hunter2" not in told
    assert " object at 0x" not in told
    assert told == facts_of(DOCKERFILE)
