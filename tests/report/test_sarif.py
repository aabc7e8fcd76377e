"""SARIF: valid for every result, with what GitHub needs to show, sort and follow an alert."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from hardhull.report.sarif import MAX_RESULTS, render, uri
from made_results import CLEAN, SHOP, results

if TYPE_CHECKING:
    from hardhull.model.result import Result

jsonschema = import_module("jsonschema")  # it has no types

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text("utf-8-sig"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def run_of(result: Result) -> dict[str, Any]:
    """The only run of the log, which must be valid."""
    text = "".join(render(result))
    assert text.isascii()
    log = json.loads(text)
    VALIDATOR.validate(log)
    run = log["runs"][0]
    assert isinstance(run, dict)
    return run


@given(results())
@settings(max_examples=10, deadline=None)
def test_every_result_is_valid(result: Result) -> None:
    assert len(run_of(result)["results"]) == len(result.findings)


def test_a_result_has_its_rule_place_and_fingerprints() -> None:
    run = run_of(SHOP)
    first, rules = run["results"][0], run["tool"]["driver"]["rules"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "HH-PRV-003"
    assert (first["level"], first["message"]["text"]) == ("error", "web can take over the host.")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "docker-compose.yml", "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": 9, "startColumn": 9, "endLine": 9, "endColumn": 50,
            "snippet": {"text": "/var/run/docker.sock:/var/run/docker.sock"},
        },
    }  # fmt: skip
    assert first["relatedLocations"][0]["message"]["text"] == "also runs privileged."
    assert first["partialFingerprints"] == {"hardhull/v1": "0000000000000001", "hardhullContent/v1": "0000000000001001"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"]["id"] == "hardhull/"


def test_the_name_of_the_line_is_githubs_or_absent() -> None:
    named = SHOP._replace(findings=(SHOP.findings[0]._replace(line_hash="271789c17abda88f:1"),))
    assert run_of(named)["results"][0]["partialFingerprints"]["primaryLocationLineHash"] == "271789c17abda88f:1"


def test_a_rule_has_all_that_github_shows_and_sorts_by() -> None:
    rule = run_of(SHOP)["tool"]["driver"]["rules"][1]
    assert rule["name"] == "DockerSocketMounted"
    assert rule["shortDescription"]["text"] == "Container can command the engine."
    assert rule["fullDescription"]["text"] == "whoever takes over the process does more damage."
    assert "How to fix: remove the mount" in rule["help"]["text"]
    assert "**How to fix**\n\nremove the mount" in rule["help"]["markdown"]
    assert rule["helpUri"] == "https://docs.docker.com/engine/security/"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"] == {
        "tags": ["security", "privilege", "docker-socket-mounted", "cis", "checklist-8", "cis/docker-1.6:5.4"],
        "precision": "high",
        "problem.severity": "error",
        "security-severity": "9.5",
    }


def test_where_one_is_hidden_all_say_their_suppressions() -> None:
    hidden = [result["suppressions"] for result in run_of(SHOP)["results"]]
    assert hidden[-1] == [
        {"kind": "inSource", "status": "accepted", "justification": "checked by the load balancer (until 2027-01-01)"}
    ]
    assert set(map(len, hidden[:-1])) == {0}
    assert "suppressions" not in run_of(SHOP._replace(findings=SHOP.findings[:1]))["results"][0]


def test_an_ignore_in_the_configuration_is_external() -> None:
    last = SHOP.findings[-1]
    assert last.suppressed is not None
    moved = last._replace(suppressed=last.suppressed._replace(where="hardhull.toml:4", reason=""))
    row = run_of(SHOP._replace(findings=(moved,)))["results"][0]["suppressions"][0]
    assert (row["kind"], row["justification"]) == ("external", "no reason given (until 2027-01-01)")


def test_what_was_not_checked_is_a_notification() -> None:
    run = run_of(SHOP)["invocations"][0]
    assert run["executionSuccessful"] is False
    assert run["startTimeUtc"] == "2026-11-23T12:00:00Z"
    notes = [(note["level"], note["descriptor"]["id"]) for note in run["toolExecutionNotifications"]]
    assert notes == [("note", "out-of-scope"), ("warning", "needs-access"), ("error", "failed")]
    assert run_of(CLEAN)["invocations"][0]["executionSuccessful"] is True


def test_more_than_github_takes_is_cut_and_said() -> None:
    many = SHOP._replace(findings=SHOP.findings[::-1] * (MAX_RESULTS // len(SHOP.findings) + 1))
    run = json.loads("".join(render(many)))["runs"][0]
    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][0]["level"] == "error"
    left = len(many.findings) - MAX_RESULTS
    assert run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"].startswith(f"{left} findings")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("web/Dockerfile", "web/Dockerfile"),
        ("a b/c%20:d", "a%20b/c%2520%3Ad"),
        ("größe", "gr%C3%B6%C3%9Fe"),
        ("bad\udcff", "bad%FF"),
        ("worse\ud800", "worse%3F"),
        ("[x]<y>", "%5Bx%5D%3Cy%3E"),
    ],
)
def test_a_path_as_uri(path: str, written: str) -> None:
    assert uri(path) == written
