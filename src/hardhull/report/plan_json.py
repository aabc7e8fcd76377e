"""A plan as JSON: the shape of ``schema/hardhull-plan-1.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.report.jsonout import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardhull.model.plan import FileEdit, Plan, Planned
    from hardhull.model.result import Score

SCHEMA = "hardhull-plan/1"


def render(plan: Plan, *, receipt: str = "", diffs: Mapping[str, str] | None = None) -> Iterator[str]:
    """The plan as pieces of JSON text, one change in a line, ending with a newline.

    Args:
        plan: the plan.
        receipt: the id of the journal's receipt, where it was applied.
        diffs: of whole files, secrets redacted, by path.
    """
    whole = diffs or {}
    tool = {"name": "hardhull", "version": plan.before.version}
    yield f'{{"schema": "{SCHEMA}",\n "tool": {encode(tool)},\n "receipt": {encode(receipt or None)},\n'
    yield f' "score": {encode({"before": _score(plan.before.score), "after": _score(plan.after.score)})}'
    yield from _lines("changes", map(_change, plan.fixes))
    yield from _lines("files", (_file(file, whole) for file in plan.files))
    yield from _lines("rollout", (step._asdict() for step in plan.rollout))
    yield from _lines("not_checked", (item._asdict() for item in plan.before.not_checked))
    yield "\n}\n"


def _lines(name: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    before, empty = f',\n "{name}": [\n  ', True
    for item in items:
        yield before + encode(item)
        before, empty = ",\n  ", False
    yield f',\n "{name}": []' if empty else "\n ]"


def _file(file: FileEdit, diffs: Mapping[str, str]) -> dict[str, Any]:
    return {"path": file.path, "new": file.before is None, "diff": diffs.get(file.path, "")}


def _score(score: Score | None) -> dict[str, Any] | None:
    return None if score is None else {"total": score.total, "grade": score.grade}


def _change(each: Planned) -> dict[str, Any]:
    found = each.found
    place = found.locations[0]
    return {
        "finding": found.id,
        "rule": found.rule,
        "severity": found.severity.word,
        "subject": found.subject,
        "message": found.message,
        "location": {"path": place.path, "line": place.line, "column": place.column},
        "status": each.status.value,
        "why": each.why,
        "snippet": each.snippet,
        "also": list(each.notes),
        "fix": each.fix._asdict(),
    }
