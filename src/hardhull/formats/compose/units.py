"""Sizes, durations, numbers and words, as compose-go reads them from the values of Compose files."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardhull.text.scalars import Value

_SIZE = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+|-[0-9]+(?![^0-9])) ?((?:[kmgtp](?:i?b)?|b)?)", re.ASCII | re.IGNORECASE)
_FACTOR = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0,
    "d": 86400.0, "w": 604800.0,
}  # fmt: skip


class BadValueError(Exception):
    """A value that Compose refuses; the text is a sentence part ("abc is no size")."""


def shown(data: Value) -> str:
    """A scalar as text, as Go prints it (``fmt.Sprint``)."""
    if isinstance(data, str):
        return data
    if data is None:
        return ""
    if isinstance(data, bool):
        return "true" if data else "false"
    return _float_text(data) if isinstance(data, float) else str(data)


def _float_text(number: float) -> str:
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    if number == 0 or 1e-4 <= abs(number) < 1e21:
        plain = repr(number)
        if "e" in plain:
            plain = f"{number:.0f}" if abs(number) >= 1 else f"{number:.20f}".rstrip("0")
        return plain.removesuffix(".0")
    mantissa, exponent = f"{number!r}".split("e") if "e" in repr(number) else (repr(number), "0")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+03d}"


def boolean(data: Value) -> bool:
    """A boolean; Compose also takes the words of YAML 1.1, in any case, where it expects one.

    Raises:
        BadValueError: neither a boolean nor such a word.
    """
    if isinstance(data, bool):
        return data
    word = data.lower() if isinstance(data, str) else ""
    if word in {"true", "y", "yes", "on"}:
        return True
    if word in {"false", "n", "no", "off"}:
        return False
    msg = f"{shown(data)!r} is no boolean"
    raise BadValueError(msg)


def integer(data: Value) -> int:
    """An integer, or a decimal one in a string.

    Raises:
        BadValueError: it is none.
    """
    if isinstance(data, int) and not isinstance(data, bool):
        return data
    if isinstance(data, float) and data == int(data):
        return int(data)
    if isinstance(data, str) and re.fullmatch(r"[-+]?[0-9]{1,18}", data):
        return int(data)
    msg = f"{shown(data)!r} is no integer"
    raise BadValueError(msg)


def decimal(data: Value) -> float:
    """A number, or one in a string.

    Raises:
        BadValueError: it is none.
    """
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        return float(data)
    if isinstance(data, str) and re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", data):
        return float(data)
    msg = f"{shown(data)!r} is no number"
    raise BadValueError(msg)


def size(data: Value) -> int:
    """Bytes: an integer, or a number with a unit of 1024 (``512m``, ``1gb``, ``1.5 GiB``).

    Raises:
        BadValueError: it is none.
    """
    if isinstance(data, int) and not isinstance(data, bool):
        return data
    if isinstance(data, float):
        return 0  # compose-go takes integers and strings, and leaves out what is neither
    match = _SIZE.fullmatch(data) if isinstance(data, str) and len(data) < 40 else None
    if match is None:
        msg = f"{shown(data)!r} is no size"
        raise BadValueError(msg)
    if not match[2]:
        return int(float(match[1])) if "." in match[1] else int(match[1])
    return int(float(match[1]) * _FACTOR[match[2][0].lower()])


def seconds(data: Value) -> float:
    """A duration such as ``1m30s``, ``500ms``, ``2h45m``, ``1d``.

    Raises:
        BadValueError: it is none.
    """
    text = shown(data)
    if text in {"0", "+0", "-0"}:
        return 0.0
    sign = -1.0 if text.startswith("-") else 1.0
    body = text[1:] if text[:1] in {"+", "-"} else text
    if len(text) > 100 or not _DURATION.fullmatch(body):
        msg = f"{text!r} is no duration"
        raise BadValueError(msg)
    return sign * math.fsum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(body))
