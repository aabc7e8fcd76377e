"""A result as JSON: the shape of ``schema/hardhull-1.json``, one finding per line.

The text is ASCII (everything else is escaped), so it survives every locale and brings nothing to a terminal that a
hostile file wrote. It comes in pieces, finding by finding: json's C encoder is fast only without indentation, and a
line per finding is what ``grep`` and ``diff`` want.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.model.package import ImageContents
    from hardhull.model.result import AttackPath, Found, Location, Result, RuleInfo, Score, Target

SCHEMA = "hardhull/1"

encode = json.JSONEncoder(separators=(", ", ": "), allow_nan=False, check_circular=False).encode


def render(result: Result) -> Iterator[str]:
    """The result as pieces of JSON text, ending with a newline.

    Raises:
        ValueError: a number that JSON cannot say (NaN) among the facts.
    """
    yield f'{{"schema": "{SCHEMA}",\n "tool": {encode({"name": "hardhull", "version": result.version})},\n'
    run = {"started": result.started, "seconds": result.seconds}
    yield f' "run": {encode({**run, "fail_on": result.fail_on} if result.fail_on else run)}'
    yield from _listed("targets", map(_target, result.targets))
    yield from _listed("checks", (check._asdict() for check in result.checks))
    yield from _lines("findings", _findings(result))
    if result.facts:
        yield from _listed("facts", result.facts)
    yield from _listed("paths", map(_path, result.paths))
    yield from _listed("not_checked", (item._asdict() for item in result.not_checked))
    yield from _listed("unused_ignores", (item._asdict() for item in result.unused_ignores))
    yield f',\n "score": {encode(_score(result.score))}'
    if result.images:
        yield from _listed("images", map(_image, result.images))
        yield from _listed("packages", (row for image in result.images for row in _packages(image)))
    if result.controls:
        yield from _listed("controls", (control._asdict() for control in result.controls))
    yield from _listed("rules", map(_rule, result.rules.values()))
    yield "\n}\n"


def _listed(name: str, items: Iterable[Any]) -> Iterator[str]:
    return _lines(name, map(encode, items))


def _lines(name: str, items: Iterable[str]) -> Iterator[str]:
    """A list with one item per line."""
    before = f',\n "{name}": [\n  '
    empty = True
    for item in items:
        yield before + item
        before, empty = ",\n  ", False
    yield f',\n "{name}": []' if empty else "\n ]"


def _target(target: Target) -> dict[str, Any]:
    """Only what there is: a file has a path, an image a reference and perhaps a digest."""
    row: dict[str, Any] = {"kind": target.kind, "name": target.name}
    for key in ("path", "reference", "digest"):
        if getattr(target, key):
            row[key] = getattr(target, key)
    row["workloads"] = target.workloads
    return row


def _findings(result: Result) -> Iterator[str]:
    """The findings; what only depends on rule, severity and confidence is encoded once: it is half of the text."""
    known: dict[tuple[str, int, int], str] = {}
    for found in result.findings:
        key = (found.rule, found.severity, found.confidence)
        if key not in known:
            known[key] = encode(_kind(found, result.rules[found.rule]))[1:-1]
        yield _joined(found, known[key])


def finding_line(found: Found, rule: RuleInfo) -> str:
    """One finding with the metadata of its rule beside it, so that the line can be read alone."""
    return _joined(found, encode(_kind(found, rule))[1:-1])


def _joined(found: Found, kind: str) -> str:
    rest = encode(_finding(found))[1:]
    return f'{{"id": {encode(found.id)}, "content_id": {encode(found.content_id)}, {kind}, {rest}'


def _kind(found: Found, rule: RuleInfo) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "name": rule.name,
        "severity": found.severity.word,
        "confidence": found.confidence.word,
        "dimension": rule.dimension.value,
        "checklist": rule.checklist,
        "cis": rule.cis,
        "tags": rule.tags,
    }


def _finding(found: Found) -> dict[str, Any]:
    row = {
        "subject": found.subject,
        "fact": found.fact,
        "message": found.message,
        "locations": [_location(location) for location in found.locations],
        "evidence": _evidence(found),
        "fixes": [fix._asdict() for fix in found.fixes],
        "suppressed": found.suppressed._asdict() if found.suppressed else None,
    }
    if found.line_hash:
        row["line_hash"] = found.line_hash
    return row


def _location(location: Location) -> dict[str, Any]:
    row = {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "text": location.text,
        "label": location.label,
        "written": location.written,
    }
    if location.text_column:
        row["text_column"] = location.text_column
        row["text_end_column"] = location.text_end_column
    return row


def _evidence(found: Found) -> list[dict[str, Any]]:
    """Places refer to ``locations`` by index; the others say what was read or observed, its value and from where."""
    rows: list[dict[str, Any]] = [{"kind": "source", "location": index} for index in range(len(found.locations))]
    rows += [{"kind": "reading", "what": what, "value": value, "where": where} for what, value, where in found.readings]
    rows += [{"kind": "observation", "what": a, "value": b, "where": c} for a, b, c in found.observations]
    rows += [{"kind": "advisory", "what": a, "value": b, "where": c} for a, b, c in found.advisories]
    return rows


def _image(image: ImageContents) -> dict[str, Any]:
    """An image without its packages, which are a list of their own."""
    row = {**image._asdict(), "distribution": image.distribution._asdict(), "packages": len(image.packages)}
    return {**row, "sizes": [one._asdict() for one in image.sizes]}


def _packages(image: ImageContents) -> Iterator[dict[str, Any]]:
    """The packages of an image; what there is nothing to say of is left out."""
    for package in image.packages:
        yield {"image": image.name, **{key: value for key, value in package._asdict().items() if value}}


def _path(path: AttackPath) -> dict[str, Any]:
    steps = [{"what": step.what, "finding": step.finding or None} for step in path.steps]
    return {"subject": path.subject, "steps": steps, "cut_by": path.cut_by}


def _score(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "total": score.total,
        "grade": score.grade,
        "dimensions": score.dimensions,
        "checklist": [point._asdict() for point in score.checklist],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "dimension": rule.dimension.value,
        "severity": rule.severity.word,
        "confidence": rule.confidence.word,
        "checklist": rule.checklist,
        "cis": rule.cis,
        "tags": rule.tags,
        "manual": rule.manual,
    }
