"""The processes of a container as this machine's kernel shows them, stopping them, and how many share a processor."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.hosts.proc import stat_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.run.world import World


def of_container(world: World, key: str) -> list[int]:
    """The first process of a container and all that descend from it, in the order of their numbers.

    What ``docker exec`` and health checks start does not descend from it, and is not in the list.
    """
    first = world.state(key)["Pid"]
    if not first or not _is_in(first, world.ids[key]):
        return []
    parents = dict(_parents())
    return sorted(pid for pid in parents if _descends(pid, first, parents))


def seen(world: World, key: str) -> bool:
    """Whether this machine's /proc shows the container: not for an engine elsewhere or in a virtual machine."""
    first = world.state(key)["Pid"]
    return bool(first) and _is_in(first, world.ids[key])


def crowd() -> float:
    """How many processes share a processor at the moment, at least one: so much longer everything takes."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _is_in(pid: int, container: str) -> bool:
    """Whether a process is in a container's cgroup."""
    with suppress(OSError):
        return container in Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8", errors="replace")
    return False


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir("/proc"):  # noqa: PTH208  only names are asked for
        if name.isdigit():
            words = stat_words(int(name))
            if words:
                yield int(name), int(words[1])


def _descends(pid: int, first: int, parents: dict[int, int]) -> bool:
    for _ in range(1000):
        if pid == first:
            return True
        if pid not in parents:
            return False
        pid = parents[pid]
    return False


@contextmanager
def halted(world: World, key: str) -> Iterator[bool]:
    """Stops (SIGSTOP) every process of a container for the time of the block; False where only the first could be."""
    pids = of_container(world, key)
    all_of_them = bool(pids) and _signal(pids, signal.SIGSTOP)
    if not all_of_them:
        world.client.kill(world.ids[key], "SIGSTOP")
    try:
        yield all_of_them
    finally:
        if not all_of_them:
            world.client.kill(world.ids[key], "SIGCONT")
        _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], number: signal.Signals) -> bool:
    """Whether every one that still lives could be sent the signal."""
    sent = True
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        except PermissionError:
            sent = False
    return sent
