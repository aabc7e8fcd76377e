"""JSON: what is written is what the schema says, and reading it back gives an equal result."""

from __future__ import annotations

import json
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from hardhull import report
from hardhull.report.jsonin import SavedError, read
from hardhull.report.jsonout import render
from made_results import CLEAN, SHOP, results

if TYPE_CHECKING:
    from hardhull.model.result import Result

jsonschema = import_module("jsonschema")  # it has no types

SCHEMA_FILE = Path(report.__file__).with_name("schema") / "hardhull-1.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())


def strict(schema: Any) -> Any:
    """The schema with no place for keys that it does not describe."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if isinstance(schema.get("properties"), dict) else inner


VALIDATOR = jsonschema.Draft202012Validator(strict(SCHEMA))


def text_of(result: Result) -> str:
    return "".join(render(result))


@given(results())
@settings(max_examples=25, deadline=None)
def test_every_result_fits_the_schema_and_comes_back_equal(result: Result) -> None:
    text = text_of(result)
    VALIDATOR.validate(json.loads(text))
    assert text.isascii()
    assert read(text.encode()) == result


@pytest.mark.parametrize("result", [SHOP, CLEAN, SHOP._replace(score=None, targets=())])
def test_made_up_results_come_back_equal(result: Result) -> None:
    VALIDATOR.validate(json.loads(text_of(result)))
    assert read(text_of(result).encode()) == result


def test_every_field_of_the_schema_is_described() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def undescribed(at: str, schema: Any) -> list[str]:
        if not isinstance(schema, dict):
            return []
        missing = [at] if "type" in schema and not schema.get("description") else []
        for key, value in schema.get("properties", {}).items():
            missing += undescribed(f"{at}.{key}", value)
            missing += [] if "$ref" in value or value.get("description") else [f"{at}.{key}"]
        for key in ("items", "additionalProperties"):
            missing += undescribed(f"{at}.{key}", schema.get(key))
        return missing

    assert (
        undescribed("", SCHEMA) + [at for name in SCHEMA["$defs"] for at in undescribed(name, SCHEMA["$defs"][name])]
        == []
    )


def test_the_schema_in_the_docs_is_the_one_in_the_package() -> None:
    docs = Path(__file__).parents[2] / "docs" / "schema" / "result.schema.json"
    assert docs.resolve() == SCHEMA_FILE.resolve()


def test_the_order_of_the_keys_is_part_of_the_format() -> None:
    top = json.loads(text_of(SHOP))
    assert list(top) == [
        "schema", "tool", "run", "targets", "checks", "findings", "paths", "not_checked", "unused_ignores", "score", "rules",
    ]  # fmt: skip
    assert list(top["findings"][0]) == [
        "id", "content_id", "rule", "name", "severity", "confidence", "dimension", "checklist", "cis", "tags",
        "subject", "fact", "message", "locations", "evidence", "fixes", "suppressed",
    ]  # fmt: skip


def test_a_finding_is_one_line_that_can_be_read_alone() -> None:
    lines = [line.strip().rstrip(",") for line in text_of(SHOP).splitlines() if '"rule": "HH-PRV-001", "name"' in line]
    finding = json.loads(lines[0])
    assert (finding["name"], finding["severity"], finding["dimension"]) == (
        "privileged-container",
        "critical",
        "privilege",
    )
    assert finding["locations"][0]["line"] == 4


def test_hostile_text_is_escaped() -> None:
    evil = SHOP.findings[0]._replace(message="\x1b[2J\u202eevil\x9b\ud800")
    text = text_of(SHOP._replace(findings=(evil,)))
    assert text.isascii()
    assert "\x1b" not in text
    assert read(text.encode()).findings[0].message == evil.message


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "schema"),
        (b'{"version": 1}', "schema"),
        (b'{"schema": "hardhull/2"}', "hardhull/2"),
        (b'{"schema": "hardhull/1"}', "tool"),
        (b'{"schema": "hardhull/1", "tool": {}, "run": {}, "rules": []}', "tool.version"),
    ],
)
def test_what_is_no_saved_result_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(SavedError, match=why):
        read(data)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"severity": "critical"', '"severity": "awful"', r"findings\[0\].severity"),
        ('"line": 9,', '"line": 0,', r"findings\[0\].locations\[0\].line"),
        ('"line": 9,', '"line": true,', r"findings\[0\].locations\[0\].line"),
        ('"rule": "HH-PRV-003", "name"', '"rule": "HH-PRV-999", "name"', "HH-PRV-999"),
        ('"total": 41', '"total": "41"', "score.total"),
        ('"build": 70', '"build": 70.5', "score.dimensions"),
    ],
)
def test_an_error_says_where(old: str, new: str, why: str) -> None:
    text = text_of(SHOP)
    assert old in text
    with pytest.raises(SavedError, match=why):
        read(text.replace(old, new, 1).encode())


def test_unknown_keys_of_later_versions_are_passed_over() -> None:
    text = text_of(SHOP).replace('"schema": "hardhull/1"', '"schema": "hardhull/1", "later": {"x": []}', 1)
    assert read(text.encode()) == SHOP


def test_twenty_six_thousand_findings_are_cheap() -> None:
    many = SHOP._replace(findings=SHOP.findings * (26_000 // len(SHOP.findings)))
    start = time.process_time()
    size = sum(map(len, render(many)))
    assert size > 10_000_000
    assert time.process_time() - start < 1.5  # 0.4 s measured; room for a busy machine
