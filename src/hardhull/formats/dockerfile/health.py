"""HEALTHCHECK and its flags.

Source: moby/buildkit, frontend/dockerfile/instructions/parse.go (parseHealthcheck), 0.33; durations are Go's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.parts import Healthcheck
from hardhull.model.lazy import lazy

if TYPE_CHECKING:
    from hardhull.text.dockerfile import Statement

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = lazy(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_MINIMUM = 1e-3


def seconds(text: str) -> float | None:
    """A Go duration (``1m30s``) in seconds; None where it is none."""
    if text in {"0", "+0", "-0"}:
        return 0.0
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text.removeprefix("-") if sign < 0 else text.removeprefix("+")
    total, at = 0.0, 0
    while at < len(rest):
        match = _PART.match(rest, at)
        if not match:
            return None
        total += float(match.group(1)) * _UNITS[match.group(2)]
        at = match.end()
    return sign * total if rest else None


def read_healthcheck(statement: Statement) -> Healthcheck | str | None:
    """The health check of a HEALTHCHECK instruction.

    Returns:
        The check; a sentence part where BuildKit refuses one of its flags; None where it is not complete.
    """
    words = tuple([word.text for word in statement.words])
    kind = words[0].upper() if words else ""
    if kind == "NONE":
        return Healthcheck(("NONE",), disabled=True)
    if kind != "CMD" or len(words) < 2:
        return None
    times: dict[str, float] = {}
    retries: int | None = None
    for flag in statement.flags:
        value = flag.value or ""
        if flag.name == "retries":
            if not re.fullmatch(r"[+-]?\d{1,9}", value) or int(value) < 0:
                return f"--retries={value} is not a number of at least 0"
            retries = int(value)
            continue
        time = seconds(value) if value else 0.0
        if time is None or (time and time < _MINIMUM):
            return f"--{flag.name}={value} is not a duration of at least 1ms"
        times[flag.name] = time
    test = words if statement.exec_form else ("CMD-SHELL", *words[1:])
    test = ("CMD", *test[1:]) if statement.exec_form else test
    return Healthcheck(
        test,
        interval=times.get("interval"),
        timeout=times.get("timeout"),
        start_period=times.get("start-period"),
        retries=retries,
    )
