"""The small process that outlives a run which is killed, and removes what that made.

It is started before anything is made, in a session of its own, and shows that it can reach the engine. It watches a
pipe that only its parent holds, and the parent itself (pidfd); when either ends without the word ``done``, or the
run's time is over, it ends the host's commands of the run and removes its containers, networks and volumes. One guard
can look after further runs, one after the other or at the same time: what is said of a run begins with its id.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.run.cleanup import QUIET, sweep
from hardhull.run.owner import current, started
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from docker import APIClient

    from hardhull.run.owner import Owner

READY = b"ready\n"
BEGIN, DONE = "begin", "done"
START_SECONDS = 30
GIVE_UP = 300
"""Seconds for which a guard tries to reach an engine that does not answer; then the next run removes the rest."""


class Guard:
    """The parent's side: a guard that runs.

    Args:
        run: the run's id.
        seconds: how long the run may last.

    Raises:
        CannotRunError: it does not start, or cannot reach the engine.
    """

    def __init__(self, run: str, seconds: float) -> None:
        self._run = run
        owner = current()
        command = [
            sys.executable, "-P", "-m", "hardhull.run.guard", run, str(owner.pid), str(owner.started), str(seconds),
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(each).resolve()) for each in sys.path)},
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101  a pipe was asked for
        assert self._process.stdout is not None  # noqa: S101  likewise
        self._pipe = self._process.stdin
        ready, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        said = self._process.stdout.readline() if ready else b""
        self._process.stdout.close()
        if said != READY:
            self._process.kill()
            self.close()
            why = "the process that cleans up after it does not start, or does not reach the engine"
            raise CannotRunError(Refusal("nothing is run", why, "try `docker version` as this user"))

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def watch(self, pid: int) -> None:
        """A command on the host that leads a process group of its own: it ends with the run."""
        self.say(self._run, f"+{pid} {started(pid) or 0}")

    def release(self, pid: int) -> None:
        """That command has ended."""
        self.say(self._run, f"-{pid}")

    def done(self) -> None:
        """Everything was removed: the guard has nothing left to do."""
        self.say(self._run, DONE)
        self.close()

    def act(self) -> bool:
        """Has the guard remove everything, as if this process had been killed; whether it says that it did."""
        self.close()
        return self._process.returncode == 0

    def say(self, run: str, words: str) -> None:
        """Tells it something of a run."""
        with suppress(BrokenPipeError):
            if not self._pipe.closed:
                self._pipe.write(f"{run} {words}\n".encode())
                self._pipe.flush()

    def close(self) -> None:
        """No more will be said; what it looks after then, it removes."""
        with suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()


class Share:
    """The part of a guard that looks after one more run, as a guard of its own would.

    Args:
        guard: that runs.
        run: the run's id.
        seconds: how long the run may last.
    """

    def __init__(self, guard: Guard, run: str, seconds: float) -> None:
        self._guard, self._run = guard, run
        guard.say(run, f"{BEGIN} {seconds}")

    def watch(self, pid: int) -> None:
        """See :meth:`Guard.watch`; likewise the others."""
        self._guard.say(self._run, f"+{pid} {started(pid) or 0}")

    def release(self, pid: int) -> None:
        """That command has ended."""
        self._guard.say(self._run, f"-{pid}")

    def done(self) -> None:
        """Everything was removed."""
        self._guard.say(self._run, DONE)

    def act(self) -> bool:
        """It cannot be told to act for one run alone: who asks removes everything, and says that it is done."""
        return False


class _Run(NamedTuple):
    """What the guard looks after.

    Attributes:
        end: when its time is over (``time.monotonic``).
        commands: of the host: when each was started, by the number of its process.
    """

    end: float
    commands: dict[int, int]


class _Watch:
    """The guard's own side: what its parent says until one of them ends.

    Args:
        parent: whose runs they are.
        run: the first.
        seconds: how long that may last.

    Attributes:
        runs: that have not ended, by id.
    """

    def __init__(self, parent: Owner, run: str, seconds: float) -> None:
        self.runs = {run: _Run(time.monotonic() + seconds, {})}
        self._parent = parent
        self._text = b""

    def wait(self) -> list[str]:
        """The runs whose time is over, or all of them when the parent has ended; none when all have ended."""
        try:
            watched = [0, os.pidfd_open(self._parent.pid)]
        except OSError:
            return list(self.runs)
        try:
            return self._heard_of(watched)
        finally:
            os.close(watched[1])

    def _heard_of(self, watched: list[int]) -> list[str]:
        if started(self._parent.pid) != self._parent.started:
            return list(self.runs)
        while self.runs:
            left = min(one.end for one in self.runs.values()) - time.monotonic()
            if left <= 0:
                return [run for run, one in self.runs.items() if one.end <= time.monotonic()]
            ready, _, _ = select.select(watched, [], [], left)
            data = os.read(0, 4096) if 0 in ready else b""
            if ready and not data:
                return list(self.runs)
            self._heard(data)
        return []

    def _heard(self, data: bytes) -> None:
        """Takes what was said."""
        *lines, self._text = (self._text + data).split(b"\n")
        for line in lines:
            run, _, words = line.decode().partition(" ")
            first, _, rest = words.partition(" ")
            if first == BEGIN:
                self.runs[run] = _Run(time.monotonic() + float(rest), {})
            elif first == DONE:
                self.runs.pop(run, None)
            elif first.startswith("+") and run in self.runs:
                self.runs[run].commands[int(first[1:])] = int(rest)
            elif run in self.runs:
                self.runs[run].commands.pop(int(first[1:]), None)


def end_group(pid: int, ticks: int) -> None:
    """Kills a process group, if its leader is still the one that was meant."""
    if started(pid) == ticks:
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def main(run: str, parent: Owner, seconds: float) -> int:
    """The guard's life; 1 where it could not remove everything."""
    from hardhull.supply.connection import connect

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    client, _ = connect()
    os.write(1, READY)
    os.close(1)
    watch = _Watch(parent, run, seconds)
    while over := watch.wait():
        gone = [_removed(client, each, watch.runs.pop(each).commands) for each in over]
        if not all(gone):
            return 1
    return 0


def _removed(client: APIClient, run: str, commands: dict[int, int]) -> bool:
    """Ends the commands of a run and removes all that it made; whether nothing is left."""
    for pid, ticks in commands.items():
        end_group(pid, ticks)
    end = time.monotonic() + GIVE_UP
    while time.monotonic() < end:
        try:
            if sweep(client, run, quiet=QUIET):
                return True
        except Exception:  # noqa: BLE001  whatever hinders it now may have passed a second later
            time.sleep(1)
    return False


if __name__ == "__main__":
    _parent = current()._replace(pid=int(sys.argv[2]), started=int(sys.argv[3]))
    sys.exit(main(sys.argv[1], _parent, float(sys.argv[4])))
