"""A plan as JSON is what its schema says."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hardhull import report
from hardhull.cli.main import main
from hardhull.report.plan_json import render
from made_plans import NEW_FILE, NOTHING, PLAN

if TYPE_CHECKING:
    from hardhull.model.plan import Plan

jsonschema = import_module("jsonschema")  # it has no types
ROOT = Path(__file__).parents[2]
SCHEMA_FILE = Path(report.__file__).with_name("schema") / "hardhull-plan-1.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())


def strict(schema: Any) -> Any:
    """The schema with no place for keys that it does not describe, and every described key required."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(value) for key, value in schema.items()}
    if not isinstance(schema.get("properties"), dict) or "type" not in schema:
        return inner
    return {**inner, "additionalProperties": False, "required": list(schema["properties"])}


VALIDATOR = jsonschema.Draft202012Validator(strict(SCHEMA))


def parsed(plan: Plan, **more: Any) -> dict[str, Any]:
    text = "".join(render(plan, **more))
    assert text.isascii()
    assert text.endswith("}\n")
    made: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(made)
    return made


@pytest.mark.parametrize("plan", [PLAN, NOTHING, PLAN._replace(before=PLAN.before._replace(score=None))])
def test_every_plan_fits_the_schema(plan: Plan) -> None:
    parsed(plan)
    assert parsed(plan, receipt="7-a1b2c3")["receipt"] == "7-a1b2c3"


def test_what_is_in_it() -> None:
    made = parsed(PLAN, diffs=NEW_FILE)
    assert made["score"] == {"before": {"total": 41, "grade": "D"}, "after": {"total": 63, "grade": "C"}}
    assert [each["status"] for each in made["changes"]] == ["planned", "left", "planned", "refused", "by-hand", "left"]
    assert made["changes"][0]["also"] == ["docker-compose.yml:9 is also read by service worker"]
    assert [(file["path"], file["new"]) for file in made["files"]] == [
        ("docker-compose.yml", False), ("web/.dockerignore", True), ("web/Dockerfile", False),
    ]  # fmt: skip
    assert made["files"][1]["diff"].endswith("+.git\n")


@pytest.mark.parametrize("words", [[], ["--risk", "all"], ["--only", "HH-PRV-001", "--risk", "all"]], ids=str)
def test_a_real_plan_fits_the_schema(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", str(ROOT / "examples" / "shop"), "--format", "json", *words]) == 0
    made = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(made)
    planned = [each for each in made["changes"] if each["status"] == "planned"]
    assert planned
    assert made["files"]
    assert all(each["fix"]["diff"] for each in planned)
    assert all(file["diff"] for file in made["files"])


def test_the_schema_describes_everything_and_is_the_one_in_the_docs() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def undescribed(at: str, schema: Any) -> list[str]:
        if not isinstance(schema, dict):
            return []
        found = [at] if "type" in schema and not schema.get("description") else []
        for key, value in schema.get("properties", {}).items():
            found += undescribed(f"{at}.{key}", value)
        return found + undescribed(f"{at}[]", schema.get("items"))

    assert [undescribed("", SCHEMA), *(undescribed(name, part) for name, part in SCHEMA["$defs"].items())] == [[]] * 3
    assert (ROOT / "docs" / "schema" / "plan.schema.json").read_bytes() == SCHEMA_FILE.read_bytes()
