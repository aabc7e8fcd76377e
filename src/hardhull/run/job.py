"""Workloads that do their work and end: they are judged by how they end and what they say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hardhull.run.checks import TEXT, Check, Outcome
from hardhull.run.logs import lines

if TYPE_CHECKING:
    from hardhull.run.world import World

JOB: Final = "job"
"""The kind of the check: that it ends with 0; what it writes is its reply."""
PAUSE: Final = 0.05


def ended(world: World, key: str, seconds: float) -> Outcome | None:
    """How a container ended by itself.

    Args:
        world: where it was started.
        key: which.
        seconds: how long it may take.

    Returns:
        What came of it; None where it still runs.
    """
    begun = time.monotonic()
    while (state := world.state(key))["Status"] not in {"exited", "dead"}:
        if time.monotonic() - begun > seconds:
            return None
        time.sleep(PAUSE)
    code = int(state["ExitCode"])
    text = "\n".join(lines(world, key))[-TEXT:]
    return Outcome(Check(JOB, key), code == 0, ran=True, seconds=time.monotonic() - begun, code=code, output=text)
