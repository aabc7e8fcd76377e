"""A saved result read back: exactly what ``jsonout`` wrote, or an error that says where the file is wrong."""

from __future__ import annotations

from typing import Any, TypeVar

from hardhull.model.finding import Confidence, Dimension, Severity
from hardhull.model.measured import LayerSize
from hardhull.model.package import Distribution, ImageContents, Package
from hardhull.model.result import (
    AttackPath,
    CheckCount,
    Control,
    FixInfo,
    Found,
    Location,
    NotChecked,
    Point,
    Result,
    RuleInfo,
    Score,
    Step,
    Suppression,
    Target,
)
from hardhull.report.jsonout import SCHEMA
from hardhull.text.saved import DocumentError, opened

T = TypeVar("T", str, int, float, bool, list[Any], dict[str, Any])


class SavedError(DocumentError):
    """A file is not a saved result of ours."""

    HOW = "save a scan with `hardhull scan --format json --output FILE`"


def read(data: bytes) -> Result:
    """The result that was saved. Keys that we do not know are passed over: later versions may add some.

    Raises:
        SavedError: it is no JSON, has another schema, or lacks something.
    """
    return _result(_Node(opened(data, SCHEMA, "scan again", SavedError), ""))


class _Node:
    """A JSON object and its place in the file, for messages."""

    __slots__ = ("at", "value")

    def __init__(self, value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise SavedError(f"{at} is not an object")
        self.value: dict[str, Any] = value
        self.at = at

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of a key, which must be of this type."""
        value = self.value.get(key, default)
        if isinstance(value, kind) and isinstance(value, bool) is (kind is bool):
            return value
        if kind is float and type(value) is int:
            return kind(value)
        raise SavedError(f"{self.at}{key} is missing or is not of type {kind.__name__}")

    def position(self, key: str, least: int = 1) -> int:
        """A line or column; they begin at 1, and with ``least`` 0 it may be absent."""
        value = self.get(key, int, None if least else 0)
        if value < least:
            raise SavedError(f"{self.at}{key} is {value}; lines and columns begin at 1")
        return value

    def word(self, key: str, words: dict[str, Any]) -> Any:
        """One of a few words."""
        value = self.get(key, str)
        if value not in words:
            raise SavedError(f"{self.at}{key} is {value!r:.40}, not one of {', '.join(words)}")
        return words[value]

    def node(self, key: str) -> _Node | None:
        """An object inside, or None for null."""
        value = self.value.get(key)
        return None if value is None else _Node(value, f"{self.at}{key}.")

    def each(self, key: str) -> list[_Node]:
        """The objects of a list."""
        return [_Node(item, f"{self.at}{key}[{index}].") for index, item in enumerate(self.get(key, list))]

    def items(self, key: str, kind: type[T]) -> tuple[T, ...]:
        """The plain values of a list."""
        values = self.get(key, list)
        if not all(type(item) is kind for item in values):
            raise SavedError(f"{self.at}{key} has an item that is not of type {kind.__name__}")
        return tuple(values)


SEVERITIES = {severity.word: severity for severity in reversed(Severity)}
CONFIDENCES = {confidence.word: confidence for confidence in reversed(Confidence)}
STATUSES = {word: word for word in ("pass", "fail", "not-checked", "not-applicable")}
ANSWERS = {**STATUSES, "manual": "manual"}
FAIL_ON = {word: word for word in SEVERITIES}
GRADES = {letter: letter for letter in "ABCDEF"}
DIMENSIONS = {dimension.value: dimension for dimension in Dimension}


def _result(top: _Node) -> Result:
    tool, run = _Node(top.value.get("tool"), "tool."), _Node(top.value.get("run"), "run.")
    rules = {rule.id: rule for rule in map(_rule, top.each("rules"))}
    return Result(
        tool.get("version", str),
        run.get("started", str),
        run.get("seconds", float),
        tuple(map(_target, top.each("targets"))),
        rules,
        tuple(
            CheckCount(row.get("rule", str), row.get("subjects", int), row.get("skipped", int))
            for row in top.each("checks")
        ),
        tuple(_found(row, rules) for row in top.each("findings")),
        tuple(map(_path, top.each("paths"))),
        tuple(map(_not_checked, top.each("not_checked"))),
        _score(top.node("score")),
        tuple(map(_not_checked, top.each("unused_ignores"))),
        top.items("facts", dict) if "facts" in top.value else (),
        run.word("fail_on", FAIL_ON) if "fail_on" in run.value else "",
        tuple(map(_control, top.each("controls"))) if "controls" in top.value else (),
        _images(top) if "images" in top.value else (),
    )


def _images(top: _Node) -> tuple[ImageContents, ...]:
    """The images, each with its packages."""
    found = top.each("packages")
    return tuple(
        ImageContents(
            row.get("name", str),
            row.get("id", str),
            row.get("digest", str),
            row.get("platform", str),
            row.items("layers", str),
            _distribution(_Node(row.value.get("distribution"), f"{row.at}distribution.")),
            tuple(_package(each) for each in found if each.get("image", str) == row.get("name", str)),
            tuple(_size(each) for each in row.each("sizes")) if "sizes" in row.value else (),
            row.get("base", str, ""),
            row.get("base_layers", int, 0),
        )
        for row in top.each("images")
    )


def _distribution(row: _Node) -> Distribution:
    texts = {name: row.get(name, str) for name in Distribution._fields if name != "like"}
    return Distribution(**texts, like=row.items("like", str))


def _size(row: _Node) -> LayerSize:
    causes = {str(name): size for name, size in row.get("causes", dict).items() if isinstance(size, int)}
    return LayerSize(row.get("digest", str), row.get("instruction", str), row.get("bytes", int), causes)


def _package(row: _Node) -> Package:
    texts = {name: row.get(name, str, "") for name in Package._fields if name not in {"name", "version", "paths"}}
    return Package(name=row.get("name", str), version=row.get("version", str), paths=row.items("paths", str), **texts)


def _rule(row: _Node) -> RuleInfo:
    return RuleInfo(
        row.get("id", str),
        row.get("name", str),
        row.word("dimension", DIMENSIONS),
        row.word("severity", SEVERITIES),
        row.word("confidence", CONFIDENCES),
        row.items("checklist", int),
        row.items("cis", str),
        row.items("tags", str),
        row.get("title", str),
        row.get("manual", str),
    )


def _target(row: _Node) -> Target:
    return Target(
        row.get("kind", str),
        row.get("name", str),
        row.get("path", str, ""),
        row.get("reference", str, ""),
        row.get("digest", str, ""),
        row.get("workloads", int),
    )


def _found(row: _Node, rules: dict[str, RuleInfo]) -> Found:
    rule = row.get("rule", str)
    if rule not in rules:
        raise SavedError(f"{row.at}rule is {rule!r:.40}, which `rules` does not describe")
    locations = tuple(map(_location, row.each("locations")))
    if not locations:
        raise SavedError(f"{row.at}locations is empty")
    hidden = row.node("suppressed")
    return Found(
        row.get("id", str),
        row.get("content_id", str),
        rule,
        row.word("severity", SEVERITIES),
        row.word("confidence", CONFIDENCES),
        row.get("subject", str),
        row.get("fact", str),
        row.get("message", str),
        locations,
        _evidence(row, "reading"),
        Suppression(hidden.get("reason", str), hidden.get("until", str), hidden.get("where", str)) if hidden else None,
        row.get("line_hash", str, ""),
        tuple(FixInfo(**{name: item.get(name, str, "") for name in FixInfo._fields}) for item in row.each("fixes")),
        _evidence(row, "observation"),
        _evidence(row, "advisory"),
    )


def _evidence(row: _Node, kind: str) -> tuple[tuple[str, str, str], ...]:
    """What, value and source of the evidence of a kind."""
    return tuple(
        (item.get("what", str), item.get("value", str), item.get("where", str))
        for item in row.each("evidence")
        if item.get("kind", str) == kind
    )


def _location(row: _Node) -> Location:
    return Location(
        row.get("path", str),
        row.position("line"),
        row.position("column"),
        row.position("end_line"),
        row.position("end_column"),
        row.get("text", str),
        row.get("label", str),
        row.get("written", bool),
        row.position("text_column", 0),
        row.position("text_end_column", 0),
    )


def _path(row: _Node) -> AttackPath:
    steps = tuple(
        Step(step.get("what", str), step.get("finding", str) if step.value.get("finding") else "")
        for step in row.each("steps")
    )
    return AttackPath(steps, row.get("cut_by", str), row.get("subject", str))


def _not_checked(row: _Node) -> NotChecked:
    return NotChecked(row.get("kind", str), row.get("what", str), row.get("why", str), row.get("how", str))


def _control(row: _Node) -> Control:
    return Control(
        row.get("v16", str),
        row.get("v18", str),
        row.get("title", str),
        row.word("status", ANSWERS),
        row.get("evidence", str),
        row.get("findings", int),
    )


def _score(row: _Node | None) -> Score | None:
    if row is None:
        return None
    dimensions = row.get("dimensions", dict)
    if not all(value is None or type(value) is int for value in dimensions.values()):
        raise SavedError("score.dimensions has a value that is no whole number")
    points = tuple(
        Point(
            point.get("point", int),
            point.get("title", str),
            point.word("status", STATUSES),
            point.get("evidence", str),
            point.get("findings", int),
        )
        for point in row.each("checklist")
    )
    return Score(row.get("total", int), row.word("grade", GRADES), dimensions, points)
