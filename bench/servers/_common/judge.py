"""Where the server is, and judging what it says: each reply is counted, and the first wrong one ends the load."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = os.environ["HARDHULL_HOST"]
SECONDS = 30.0
"""How long one reply may take."""
T = TypeVar("T")
_count = 0


def port(number: int) -> int:
    """Where the container's port is asked."""
    return int(os.environ[f"HARDHULL_PORT_{number}"])


def same(got: object, wanted: object, what: str = "") -> None:
    """The reply is this and nothing else."""
    _judged(got == wanted, f"{what}: {got!r:.600} is not {wanted!r:.600}")


def holds(got: Any, part: Any, what: str = "") -> None:
    """The reply has this in it."""
    _judged(part in got, f"{what}: {got!r:.600} does not hold {part!r}")


def true(fact: object, what: str) -> None:
    """The reply is so."""
    _judged(bool(fact), what)


def refused(error: type[Exception] | tuple[type[Exception], ...], call: Callable[[], object], what: str = "") -> str:
    """The server says no; with which words."""
    try:
        got = call()
    except error as said:
        _judged(fact=True, otherwise="")
        return str(said)
    _judged(fact=False, otherwise=f"{what} was not refused: {got!r:.300}")
    raise AssertionError


def until(call: Callable[[], T], wanted: Callable[[T], object], what: str, seconds: float = SECONDS) -> T:
    """Asks again until the answer is as wanted, for what a server does a moment later."""
    end = time.monotonic() + seconds
    while True:
        got = call()
        if wanted(got):
            _judged(fact=True, otherwise="")
            return got
        _judged(time.monotonic() < end, f"{what}: still {got!r:.600}", counted=False)
        time.sleep(0.05)


def done() -> None:
    """Says how many replies were judged; there has to be one."""
    assert _count, "nothing was asked"
    print(f"{_count} replies, each as expected")


def _judged(fact: bool, otherwise: str, *, counted: bool = True) -> None:
    global _count  # noqa: PLW0603  the one number of this program
    if not fact:
        sys.exit(f"wrong reply {_count + 1}: {otherwise}")
    _count += counted
