"""What a container is like while it runs and how it ends: plain data, the same before and after a change."""

from __future__ import annotations

import math
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.run import execute, processes
from hardhull.run.logs import lines
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.run.reload import Reloaded, asked, known, reload
from hardhull.run.steady import steady

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.run.world import World

SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
DEFAULT_GRACE, MOST_GRACE = 10, 45
SETTLES = 1.0
"""Seconds that a reload may take to show: a signal says nothing of what becomes of it."""
LOOKS, BETWEEN, CROWDED = 5, 0.05, 10.0
"""How often processes are looked at until none changes any more, the seconds between two looks, and how many times
those at most on a busy machine."""
_TROUBLE = re.compile(
    r"\b(?:error|fatal|panic|critical|emerg|alert|denied|not permitted|read-only file system|traceback|exception"
    r"|segfault|cannot|can't|failed|failure)\b",
    re.IGNORECASE,
)


class Identity(NamedTuple):
    """What one process may do, as /proc/PID/status has it.

    Attributes:
        name: of its program.
        uids: real, effective, saved and file system user.
        gids: likewise.
        groups: its other groups.
        capabilities: the inheritable, permitted, effective, bounding and ambient set, as bits.
        seccomp: 0 none, 1 strict, 2 filtered.
        no_new_privileges: whether programs that it starts can gain none.
    """

    name: str
    uids: tuple[int, ...]
    gids: tuple[int, ...]
    groups: tuple[int, ...]
    capabilities: tuple[int, ...]
    seccomp: int
    no_new_privileges: bool


class Stop(NamedTuple):
    """How a container ended when it was asked to.

    Attributes:
        code: its exit code.
        seconds: how long it took.
        killed: whether it had to be killed when its grace period was over.
    """

    code: int
    seconds: float
    killed: bool


class LifeCycle(NamedTuple):
    """What a container does when it is handled.

    Attributes:
        exec_code: exit code of ``true`` inside; None where the image has no such program.
        restarted: whether it ran again after a restart.
        stop: how it ended.
        out_of_memory: whether the kernel ended one of its processes.
        reloaded: what came of reading its configuration again; None where nobody says how that is done.
    """

    exec_code: int | None
    restarted: bool
    stop: Stop
    out_of_memory: bool
    reloaded: Reloaded | None = None


class Observation(NamedTuple):
    """What was seen of a container.

    Attributes:
        processes: every process that descends from its first, sorted; None where this machine's /proc does not show
            them, so that nothing can be said of them.
        troubles: lines of its log that tell of trouble, with what varies taken out.
        life: None where it was not tried.
    """

    processes: tuple[Identity, ...] | None
    troubles: tuple[str, ...]
    life: LifeCycle | None = None


def observe(world: World, key: str, *, life: bool = False) -> Observation:
    """Looks at a running container. With ``life`` it is restarted, and stopped at the end.

    Raises:
        CannotRunError: it does not run.
    """
    if not world.state(key)["Running"]:
        why = f"it has ended with code {world.state(key)['ExitCode']}"
        raise CannotRunError(Refusal(f"{key} is not observed", why, "see what it logged"))
    seen = identities(world, key) if processes.seen(world, key) else None
    cycle = life_cycle(world, key) if life else None
    return Observation(seen, troubles(world, key), cycle)


def identities(world: World, key: str) -> tuple[Identity, ...]:
    """The identity of every process of a container, as soon as none changes any more.

    Between fork, exec and setuid a process has the name and the rights of another one for a moment: what it has in two
    looks, one after the other, is its own. One that ends meanwhile is left out. On a busy machine that moment is
    longer, and so is the time between two looks.
    """
    between = BETWEEN * min(processes.crowd(), CROWDED)
    settled = now = _identities(world, key)
    for _ in range(LOOKS):
        time.sleep(between)
        before, now = now, _identities(world, key)
        settled = {pid: one for pid, one in now.items() if before.get(pid) == one}
        if now == before:
            break
    return tuple(sorted(settled.values()))


def _identities(world: World, key: str) -> dict[int, Identity]:
    found = {pid: _identity(pid) for pid in processes.of_container(world, key)}
    return {pid: one for pid, one in found.items() if one is not None}


def _identity(pid: int) -> Identity | None:
    try:
        return read_status(Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace"))
    except (OSError, KeyError):
        return None


def read_status(text: str) -> Identity:
    """The text of ``/proc/PID/status`` (proc_pid_status(5)).

    Raises:
        KeyError: a line is missing: the process is a zombie, or the kernel lacks seccomp.
    """
    found = dict(line.partition(":")[::2] for line in text.splitlines())
    numbers = {name: tuple(int(word) for word in found[name].split()) for name in ("Uid", "Gid", "Groups")}
    return Identity(
        found["Name"].strip(),
        numbers["Uid"],
        numbers["Gid"],
        numbers["Groups"],
        tuple(int(found[name], 16) for name in SETS),
        int(found["Seccomp"]),
        found["NoNewPrivs"].strip() == "1",
    )


def troubles(world: World, key: str) -> tuple[str, ...]:
    """Lines of the log that tell of trouble, each once."""
    found = (steady(line) for line in lines(world, key) if _TROUBLE.search(line))
    return tuple(dict.fromkeys(found))


def life_cycle(
    world: World, key: str, works: Callable[[], bool] | None = None, said: str = "", patience: float = math.inf
) -> LifeCycle:
    """Stops the container and starts it again, executes ``true``, reloads it, and stops it; it is stopped afterwards.

    One that had to be killed the first time is not waited for again: that was its end.

    Args:
        world: where it runs.
        key: which.
        works: waits until it works again, and tells whether it does; by default whether it lasts and is healthy.
        said: how a person says that it is reloaded: a signal or a command inside; empty for what its package says.
        patience: how many seconds a stop may take, where that is less than its grace period.

    Raises:
        CannotRunError: ``said`` is neither.
    """
    from docker.errors import APIError

    first = graceful_stop(world, key, patience)
    try:
        world.client.start(world.ids[key])
        restarted = works() if works else _lasts(world, key)
    except APIError:
        restarted = False
    ran = _true(world, key)
    reloaded = _reloaded(world, key, works, said)
    oom = bool(world.state(key)["OOMKilled"])
    stop = first if first.killed else graceful_stop(world, key, patience)
    if first.killed and world.state(key)["Running"]:
        world.client.kill(world.ids[key])
    oom = oom or bool(world.state(key)["OOMKilled"])
    return LifeCycle(ran, restarted, stop, oom, reloaded)


def _reloaded(world: World, key: str, works: Callable[[], bool] | None, said: str) -> Reloaded | None:
    """What came of a reload; None where it is not known how."""
    from docker.errors import APIError

    way = asked(said) if said else None
    try:
        way = way or known(world, key)
        if way is None:
            return None
        done = reload(world, key, way)
        time.sleep(SETTLES)
        again = works() if works else _lasts(world, key)
    except APIError:
        return Reloaded(way, works=False, said="it has ended") if way else None
    return done._replace(works=done.works and again and bool(world.state(key)["Running"]))


def _true(world: World, key: str) -> int | None:
    """The exit code of ``true`` inside. It is executed in the second life: the first one is the app's alone."""
    from docker.errors import APIError

    try:
        ran = execute.inside(world, world.ids[key], ["true"], DEFAULT_GRACE)
    except APIError:
        return None
    return None if ran.missing else ran.code


def graceful_stop(world: World, key: str, patience: float = math.inf) -> Stop:
    """Asks a container to end, as ``docker stop`` does, within its own grace period.

    Args:
        world: where it runs.
        key: which.
        patience: seconds after which it is killed, where that is less.
    """
    grace = min(_grace(world, key), math.ceil(min(patience, MOST_GRACE)))
    start = time.monotonic()
    world.client.stop(world.ids[key], timeout=grace)
    seconds = time.monotonic() - start
    return Stop(int(world.state(key)["ExitCode"]), seconds, killed=seconds >= grace)


def _grace(world: World, key: str) -> int:
    """Its StopTimeout, bounded by what one call of the engine may take."""
    own = world.inspect(key)["Config"].get("StopTimeout")
    return min(DEFAULT_GRACE if own is None else int(own), MOST_GRACE)


def _lasts(world: World, key: str, seconds: float = 1.0) -> bool:
    """Whether it still runs after a moment, and is healthy where it has a check."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not world.state(key)["Running"]:
            return False
        time.sleep(0.1)
    return world.wait_healthy(key, world.left()) in {"healthy", "none"}
