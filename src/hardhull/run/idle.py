"""Whether anybody is at work in a world: its containers' processes, and those of a command that uses them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from hardhull.hosts.proc import stat_words
from hardhull.run.processes import of_container

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from hardhull.run.world import World

SHARE = 0.02
"""Of one processor: who uses less only looks at the clock now and again."""
BUSY = frozenset("RD")
"""States of a process that works: on a processor or waiting for one, or for a disk (proc_pid_stat(5))."""


class Used(NamedTuple):
    """One process: its state, its session, and the seconds of a processor that it and its ended children used."""

    state: str
    session: int
    seconds: float


class Idle:
    """Asked again and again, tells for how long nobody has been at work.

    Args:
        world: a started one.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._last: tuple[float, dict[int, Used]] | None = None
        self._since = 0.0

    def seconds(self, session: int = 0) -> float:
        """Seconds since somebody was seen at work; 0 at first, and where no process of a container can be seen.

        Args:
            session: of a command on this machine that uses them; 0 where there is none.
        """
        now = time.monotonic()
        own = {
            pid for key in self._world.containers if key in self._world.ids for pid in of_container(self._world, key)
        }
        found = self._processes(own, session)
        if not own or self._last is None or _worked(*self._last, now, found):
            self._since = now
        self._last = now, found
        return now - self._since

    @staticmethod
    def _processes(own: Collection[int], session: int) -> dict[int, Used]:
        found = dict(_used(int(name) for name in os.listdir("/proc") if name.isdigit()))  # noqa: PTH208  names only
        return {pid: one for pid, one in found.items() if pid in own or (session and one.session == session)}


def _worked(then: float, before: dict[int, Used], now: float, after: dict[int, Used]) -> bool:
    """Whether somebody began, ended, is at work at this moment, or has used a processor in between."""
    if before.keys() != after.keys() or any(one.state in BUSY for one in after.values()):
        return True
    spent = sum(after[pid].seconds - before[pid].seconds for pid in after)
    return spent > SHARE * (now - then)


def _used(pids: Iterable[int]) -> Iterator[tuple[int, Used]]:
    ticks = os.sysconf("SC_CLK_TCK")
    for pid in pids:
        words = stat_words(pid)
        if words:
            yield pid, Used(words[0], int(words[3]), sum(int(word) for word in words[11:15]) / ticks)
