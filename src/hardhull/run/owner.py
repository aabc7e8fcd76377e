"""Who an object of a run belongs to, as labels that a later run can judge: whether that process still lives."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.hosts.proc import stat_words

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN, OWNER, MACHINE, PART = "hardhull.run", "hardhull.owner", "hardhull.machine", "hardhull.part"


class Owner(NamedTuple):
    """A process, beyond the reuse of its number.

    Attributes:
        pid: its number.
        started: clock ticks from the machine's start to its own.
        machine: the boot of the machine and the process namespace in which ``pid`` counts.
    """

    pid: int
    started: int
    machine: str

    def labels(self, run: str, part: str) -> dict[str, str]:
        """The labels of an object that it makes."""
        return {RUN: run, OWNER: f"{self.pid} {self.started}", MACHINE: self.machine, PART: part}


def current() -> Owner:
    """This process.

    Raises:
        OSError: this system has no /proc.
    """
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    space = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116
    return Owner(os.getpid(), started(os.getpid()) or 0, f"{boot} {space}")


def started(pid: int) -> int | None:
    """When a process started, in clock ticks; None where it does not live (a zombie does not)."""
    fields = stat_words(pid)
    return None if not fields or fields[0] in {"Z", "X"} else int(fields[19])


def lasts(pid: int, seconds: float = 1.0) -> bool:
    """Whether a process goes on living for so long.

    One that is just ending has given back its namespaces already, and is no zombie yet.
    """
    end = time.monotonic() + seconds
    while started(pid) is not None:
        if time.monotonic() >= end:
            return True
        time.sleep(0.01)
    return False


def dead(labels: Mapping[str, str], here: Owner) -> bool:
    """Whether the owner that labels name is surely gone: one of another machine or namespace may still live."""
    pid, _, ticks = labels.get(OWNER, "").partition(" ")
    if labels.get(MACHINE) != here.machine or not pid.isdigit() or not ticks.isdigit():
        return False
    return started(int(pid)) != int(ticks)
