"""How an attempt ended, as the helper says it in one line: ``NAME VERDICT NUMBER CALL``."""

from __future__ import annotations

import os
import re
import signal
from errno import errorcode
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.prove.drills.drill import Drill

SUCCEEDED, BLOCKED, UNAVAILABLE = "succeeded", "blocked", "unavailable"
TOO_LONG = "it did not end in time"
_LINE = re.compile(r"([a-z-]+) (succeeded|blocked|unavailable|killed) (\d+) ([a-z0-9_]+|-)")


class DrillOutcome(NamedTuple):
    """What came of one attempt.

    Attributes:
        drill: which.
        verdict: ``succeeded``, ``blocked`` (a call was refused, or the process was ended), or ``unavailable`` (what it
            is about is not there: in this kernel, this container, or this world).
        errno: of the call that was refused; 0 for none.
        call: which call that was; empty for none.
        why: the reason as a sentence part; empty where it succeeded.
    """

    drill: Drill
    verdict: str
    errno: int = 0
    call: str = ""
    why: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the attempt got through."""
        return self.verdict == SUCCEEDED


def read(text: str, drills: dict[str, Drill]) -> dict[str, DrillOutcome]:
    """The outcomes that the helper told, by the drill's name.

    Args:
        text: what it wrote; a line that was cut short is left out.
        drills: those that were asked for, by name.
    """
    lines = [found.groups() for line in text.splitlines() if (found := _LINE.fullmatch(line))]
    return {
        name: _outcome(drills[name], verdict, int(value), call)
        for name, verdict, value, call in lines
        if name in drills
    }


def _outcome(drill: Drill, verdict: str, value: int, call: str) -> DrillOutcome:
    if verdict == "killed":
        if value == signal.SIGALRM:
            return DrillOutcome(drill, BLOCKED, why=TOO_LONG)
        return DrillOutcome(drill, BLOCKED, why=f"the process was ended ({_signal(value)})")
    if verdict == SUCCEEDED:
        return DrillOutcome(drill, SUCCEEDED)
    return DrillOutcome(drill, verdict, value, call, f"{call}: {os.strerror(value)} ({errorcode.get(value, value)})")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
