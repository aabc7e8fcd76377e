"""What the engine makes of an option's value: sizes, durations, switches, ports."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(-?[0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) ?([bkmgtp]?)(?:i?b)?", re.IGNORECASE)
_POWERS = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DURATION = re.compile(r"([0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class ValueProblemError(Exception):
    """A value that the engine refuses; the text says why as a sentence part."""


def size(text: str) -> int:
    """Bytes of ``512m``, ``1.5g``, ``64MiB``, ``1024`` (go-units ``RAMInBytes``: powers of 1024, any case).

    Raises:
        ValueProblemError: it is none.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueProblemError("it is no size")
    return int(float(found[1]) * 1024 ** _POWERS[found[2].lower()])


def duration(text: str) -> float:
    """Seconds of a Go duration: ``1m30s``, ``500ms``.

    Raises:
        ValueProblemError: it is none.
    """
    if text == "0":
        return 0.0
    total, at = 0.0, 0
    while found := _DURATION.match(text, at):
        total += float(found[1]) * _UNITS[found[2]]
        at = found.end()
    if at == 0 or at != len(text):
        raise ValueProblemError("it is no duration")
    return total


def switch(text: str) -> bool:
    """A boolean as Go reads it.

    Raises:
        ValueProblemError: it is none.
    """
    if text in {"1", "t", "T", "true", "TRUE", "True"}:
        return True
    if text in {"0", "f", "F", "false", "FALSE", "False"}:
        return False
    raise ValueProblemError("it is neither true nor false")


def whole(text: str) -> int:
    """A whole number; Go also takes ``0x10``, ``0b1``, ``0o7``.

    Raises:
        ValueProblemError: it is none.
    """
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        return int(text)
    except ValueError:
        raise ValueProblemError("it is no whole number") from None


def decimal(text: str) -> float:
    """A number of CPUs: ``0.5``, ``2``.

    Raises:
        ValueProblemError: it is none.
    """
    if not re.fullmatch(r"-?[0-9]{0,9}\.?[0-9]{1,9}|-?[0-9]{1,9}\.", text):
        raise ValueProblemError("it is no number")
    return float(text)
