"""What a scalar is to Compose and to Kubernetes, as their own YAML libraries said."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from hardhull.model.source import Source
from hardhull.text import yamldoc
from hardhull.text.nodes import Mapping, Scalar
from hardhull.text.scalars import Value, resolve_compose, resolve_kubernetes

VERDICTS: dict[str, dict[str, list[object]]] = json.loads(
    (Path(__file__).parent / "yaml_verdicts.json").read_text(encoding="utf-8")
)


def scalar(text: str) -> Scalar:
    root = yamldoc.load(Source("a.yml", f"x: {text}\n".encode()))[0]
    assert isinstance(root, Mapping)
    node = root.get("x")
    assert isinstance(node, Scalar)
    return node


def agrees(ours: Value, kind: object, theirs: object) -> bool:
    """Whether a value is what the library said; the record has ints as text and floats as Go prints them."""
    if kind in {"int", "float"}:
        assert isinstance(theirs, (str, int, float))
        number = float(theirs)
        if not isinstance(ours, (int, float)) or isinstance(ours, bool):
            return False
        return float(ours) == number or (math.isnan(number) and math.isnan(ours))
    return ours is theirs if kind in {"bool", "null"} else ours == theirs


@pytest.mark.parametrize("text", VERDICTS)
def test_recorded_verdicts(text: str) -> None:
    for resolve, who in ((resolve_compose, "compose"), (resolve_kubernetes, "kubernetes")):
        kind, theirs = VERDICTS[text][who]
        if kind != "error":
            ours = resolve(scalar(text))
            assert agrees(ours, kind, theirs), (who, ours, theirs)


@pytest.mark.parametrize(
    ("text", "compose", "kubernetes"),
    [
        ("on", "on", True),
        ("'on'", "on", "on"),
        ("22:22", "22:22", "22:22"),
        ("017", 15, 15),
        ("08", 8.0, 8.0),
        ("1_000", 1000, 1000),
        ("1e3", 1000.0, 1000.0),
        ("3.10", 3.1, 3.1),
        ("", None, None),
        ("''", "", ""),
        ("!!str 1", "1", "1"),
        ("|\n  1", "1\n", "1\n"),
        ("0b" + "1" * 100, "0b" + "1" * 100, "0b" + "1" * 100),
        ("9" * 5000, "9" * 5000, "9" * 5000),
    ],
)
def test_values_and_types(text: str, compose: Value, kubernetes: Value) -> None:
    ours = resolve_compose(scalar(text)), resolve_kubernetes(scalar(text))
    assert ours == (compose, kubernetes)
    assert [type(value) for value in ours] == [type(compose), type(kubernetes)]
