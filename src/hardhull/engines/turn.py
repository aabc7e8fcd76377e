"""Reloading, stopping and starting an engine, under systemd, under another supervisor, or without one."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardhull.apply.actions import ActionError
from hardhull.engines.shadow import answers
from hardhull.hosts.commands import PLACES
from hardhull.hosts.machine import listener
from hardhull.hosts.proc import link, pids
from hardhull.run.owner import started

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.engines.daemon import Daemon

UP: Final = 60.0
"""Seconds that an engine gets to answer."""
DOWN: Final = 60.0
"""Seconds that it gets to stop, beyond what its containers need: it ends them itself after ``shutdown-timeout``."""
OTHERS: Final = 15.0
"""Seconds that a supervisor gets to start it anew."""
TRIES: Final = 3
"""Starts: after an end by force the first one may find the old containerd still there."""
BEHIND: Final = '"$@" >>"$0" 2>&1 </dev/null & echo $!'
"""Starts a program that is nobody's child afterwards, and says its number."""
STEADY: Final = 1.0
"""Seconds after which an engine that was told to stop no longer answers: it closes its socket first."""


def is_up(engine: Daemon) -> bool:
    """Whether it answers."""
    return answers(engine.address.removeprefix("unix://"))


def same(engine: Daemon) -> bool:
    """Whether the process still lives, and is the one that was looked at."""
    return started(engine.pid) == engine.ticks


def untouched(engine: Daemon) -> bool:
    """Whether it is the same process, answers, and was not told to stop."""
    if not same(engine) or not is_up(engine):
        return False
    time.sleep(STEADY)
    return same(engine) and is_up(engine) and not (engine.unit and _job(engine))


def restart(engine: Daemon, stops: float = 0.0) -> None:
    """Brings the engine down and up again, or only up; it reads its configuration anew.

    Args:
        engine: as it was found.
        stops: seconds that its containers need to stop.

    Raises:
        ActionError: it does not come up; the message is its own last word.
    """
    if engine.unit:
        _by_systemd(engine, stops)
        return
    network = _network(engine)
    try:
        pid = listener(engine.address) or (engine.pid if same(engine) else 0)
        if pid:
            _stop(pid, stops)
        _start(engine, network, waits=bool(engine.supervisor) and bool(pid))
    finally:
        if network is not None:
            os.close(network)


def _by_systemd(engine: Daemon, stops: float) -> None:
    """A restart after which the unit is never left at its start limit."""
    _systemctl("reset-failed", engine.unit, "docker.socket", seconds=30)
    said = _systemctl("restart", engine.unit, seconds=UP + DOWN + stops)
    if said is None and wait_up(engine):
        return
    raise ActionError(f"the engine does not start: {_last_words(engine.unit) or said or 'it does not answer'}")


def _systemctl(*words: str, seconds: float) -> str | None:
    """Runs it; None where it succeeded, else what it said. It ends with this process: systemd goes on by itself."""
    command = ["setpriv", "--pdeathsig", "KILL", "systemctl", *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds, env={"PATH": PLACES},
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[0]


def _job(engine: Daemon) -> bool:
    """Whether systemd is still at work on the unit."""
    done = subprocess.run(
        ["systemctl", "show", "-p", "Job,ActiveState", "--value", engine.unit],
        capture_output=True, text=True, check=False, timeout=30, env={"PATH": PLACES},
    )  # fmt: skip
    words = set(done.stdout.split())
    return bool(words & {"activating", "deactivating", "reloading"}) or any(
        word.isdigit() and word != "0" for word in words
    )


def _last_words(unit: str) -> str:
    done = subprocess.run(
        ["journalctl", "-u", unit, "-n", "30", "-o", "cat", "--no-pager"],
        capture_output=True, text=True, check=False, timeout=30, env={"PATH": PLACES},
    )  # fmt: skip
    rows = [row for row in done.stdout.splitlines() if "fail" in row.lower() or "unable" in row.lower()]
    own = [row for row in rows if "docker.service" not in row and "level=" not in row] or rows
    return own[-1].strip()[:300] if own else ""


def _stop(pid: int, stops: float) -> None:
    """Ends a process as it wants to be ended; by force where it does not come to its end."""
    ticks = started(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + DOWN + stops
    while started(pid) == ticks is not None:
        if time.monotonic() > end:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            time.sleep(1)
            return
        time.sleep(0.02)


def _start(engine: Daemon, network: int | None, *, waits: bool) -> None:
    if waits and wait_up(engine, OTHERS):
        return
    said = ""
    for attempt in range(TRIES):
        time.sleep(2.0 * attempt)
        pid, log, at = _spawn(engine, network)
        ticks = started(pid)
        end = time.monotonic() + UP
        while time.monotonic() < end and started(pid) == ticks is not None:
            if is_up(engine):
                return
            time.sleep(0.02)
        with suppress(ProcessLookupError):
            if started(pid) == ticks is not None:
                os.kill(pid, signal.SIGKILL)
        said = _said(log, at)
    raise ActionError(f"the engine does not start: {said or 'it does not answer'}")


def _spawn(engine: Daemon, network: int | None) -> tuple[int, Path, int]:
    """Starts it as it was started; returns its number, its log, and where in it this start begins."""
    log = Path(engine.output or "/var/log/dockerd.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    at = log.stat().st_size if log.exists() else 0
    limits = [f"--{name}={_bound(soft)}:{_bound(hard)}" for name, (soft, hard) in engine.limits.items()]
    command = ["prlimit", *limits, *engine.words]
    if network is not None:
        command = ["nsenter", f"--net=/proc/self/fd/{network}", *command]
    done = subprocess.run(
        ["sh", "-c", BEHIND, str(log), *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
        start_new_session=True, env={"PATH": PLACES, **engine.environment}, timeout=30,
        pass_fds=() if network is None else (network,), cwd=engine.folder if Path(engine.folder).is_dir() else "/",
    )  # fmt: skip
    return int(done.stdout), log, at


def _bound(limit: int) -> str:
    return "unlimited" if limit < 0 else str(limit)


def _said(log: Path, at: int) -> str:
    with log.open("rb") as stream:
        stream.seek(at)
        rows = [row.strip() for row in stream.read(1 << 20).decode("utf-8", "replace").splitlines() if row.strip()]
    fatal: Sequence[str] = [row for row in rows if "level=" not in row] or rows
    return fatal[-1][:300] if fatal else ""


def _network(engine: Daemon) -> int | None:
    """The engine's network namespace, held open so that it outlives the process; None where it is this one.

    Raises:
        ActionError: nothing is in it any more.
    """
    if engine.network in {"", link("/proc/self/ns/net")}:
        return None
    number = int(engine.network.partition("[")[2].rstrip("]"))
    places = [f"/proc/{engine.pid}/ns/net", *(str(each) for each in Path("/run/netns").glob("*"))]
    for place in (*places, *(f"/proc/{pid}/ns/net" for pid in pids())):
        with suppress(OSError):
            if os.stat(place).st_ino == number:  # noqa: PTH116  a link of the kernel
                return os.open(place, os.O_RDONLY)
    raise ActionError("the engine cannot be started again: its network namespace is gone")


def wait_up(engine: Daemon, seconds: float = UP) -> bool:
    """Whether it answers within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_up(engine):
            return True
        time.sleep(0.02)
    return False
