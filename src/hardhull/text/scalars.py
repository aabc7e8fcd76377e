"""What a YAML scalar is to the program that reads the file: a string, a number, a boolean or nothing.

Compose reads with go-yaml 4, Kubernetes' ``sigs.k8s.io/yaml`` with a fork of go-yaml 2. They differ from YAML 1.1 and
1.2 and from each other: ``22:22`` is a string for both, ``yes`` a boolean for Kubernetes only, ``08`` the number 8.0,
``0o17`` and ``017`` are both fifteen. ``tests/text/yaml_verdicts.json`` records what the two libraries said.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from hardhull.text.nodes import Scalar

Value: TypeAlias = "bool | int | float | str | None"

_PREFIX = "tag:yaml.org,2002:"
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))", re.ASCII
)  # in Go's terms ParseInt(text, 0, 64) after the underscores are gone
_BASES = {2: 16, 3: 8, 4: 2, 5: 10}

_WORDS: dict[str, Value] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], float("inf")),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], float("-inf")),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], float("nan")),
}
_OLD_BOOLEANS: dict[str, Value] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "off", "Off", "OFF"], False),
}
_WORDS_11 = {**_WORDS, **_OLD_BOOLEANS}


def resolve_compose(scalar: Scalar) -> Value:
    """What compose-go makes of a scalar before it knows the type of the field.

    A date stays a string (go-yaml makes a time of it, and no field of Compose takes one).
    """
    if scalar.tag == "!":
        return _untagged(scalar.text, _WORDS)
    return _resolve(scalar, _WORDS)


def resolve_kubernetes(scalar: Scalar) -> Value:
    """What ``sigs.k8s.io/yaml`` makes of a scalar, as kubectl and the API server read it."""
    return _resolve(scalar, _WORDS_11)


def _resolve(scalar: Scalar, words: dict[str, Value]) -> Value:
    tag = scalar.tag
    if tag is None:
        return scalar.text if scalar.style else _untagged(scalar.text, words)
    if not tag.startswith(_PREFIX):
        return scalar.text
    kind = tag.removeprefix(_PREFIX)
    if kind in {"int", "bool", "float", "null"}:
        value = _untagged(scalar.text, words)
        return float(value) if kind == "float" and isinstance(value, int) else value
    if kind == "binary":
        return _decoded(scalar.text)
    return scalar.text


def _decoded(text: str) -> str:
    """The bytes of a ``!!binary``, read as text."""
    try:
        return binascii.a2b_base64(text).decode("utf-8", "replace")
    except binascii.Error:
        return text


def _untagged(text: str, words: dict[str, Value]) -> Value:
    if text in words:
        return words[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text.replace("_", "")
    match = _INTEGER.fullmatch(digits)
    if match and match.lastindex is not None:
        value = _integer(match)
        if value is not None:
            return value
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        return text if number in {float("inf"), float("-inf")} else number
    return text


def _integer(match: re.Match[str]) -> int | None:
    """The number, if Go can hold it: 64 bits, unsigned where it is written without a sign."""
    group = match.lastindex or 5
    if len(match[group]) > 70:  # more digits than 64 bits in base 2; also keeps int() from long work
        return None
    value = int(match[group], _BASES[group])
    if match[1] == "-":
        value = -value
    low, high = -(2**63), 2**63 - 1 if match[1] else 2**64 - 1
    return value if low <= value <= high else None
