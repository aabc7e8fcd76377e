"""The small process that outlives a run which is killed, and removes what that made.

It is started before anything is made, in a session of its own, and shows that it can reach the engine. It watches a
pipe that only its parent holds, and the parent itself (pidfd); when either ends without the word ``done``, or the
run's time is over, it ends the host's commands of the run and removes its containers, networks and volumes.
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
from typing import TYPE_CHECKING

from hardhull.run.cleanup import QUIET, sweep
from hardhull.run.owner import current, started
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from hardhull.run.owner import Owner

READY = b"ready\n"
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
            self._close()
            why = "the process that cleans up after it does not start, or does not reach the engine"
            raise CannotRunError(Refusal("nothing is run", why, "try `docker version` as this user"))

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def watch(self, pid: int) -> None:
        """A command on the host that leads a process group of its own: it ends with the run."""
        self._say(f"+{pid} {started(pid) or 0}\n")

    def release(self, pid: int) -> None:
        """That command has ended."""
        self._say(f"-{pid}\n")

    def done(self) -> None:
        """Everything was removed: the guard has nothing left to do."""
        self._say("done\n")
        self._close()

    def act(self) -> bool:
        """Has the guard remove everything, as if this process had been killed; whether it says that it did."""
        self._close()
        return self._process.returncode == 0

    def _say(self, text: str) -> None:
        with suppress(BrokenPipeError):
            self._pipe.write(text.encode())
            self._pipe.flush()

    def _close(self) -> None:
        with suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()


class _Watch:
    """The guard's own side: what its parent says until one of them ends."""

    def __init__(self, parent: Owner, seconds: float) -> None:
        self.commands: dict[int, int] = {}
        self._end = time.monotonic() + seconds
        self._parent = parent
        self._text = b""

    def wait(self) -> bool:
        """Whether the parent said that it is done."""
        try:
            watched = [0, os.pidfd_open(self._parent.pid)]
        except OSError:
            return False
        if started(self._parent.pid) != self._parent.started:
            return False
        while (left := self._end - time.monotonic()) > 0:
            ready, _, _ = select.select(watched, [], [], left)
            if 0 in ready:
                data = os.read(0, 4096)
                if self._heard(data):
                    return True
                if not data:
                    return False
            elif ready:
                return False
        return False

    def _heard(self, data: bytes) -> bool:
        """Takes what was said; whether ``done`` was."""
        *lines, self._text = (self._text + data).split(b"\n")
        for line in lines:
            if line == b"done":
                return True
            pid, _, ticks = line[1:].decode().partition(" ")
            if line.startswith(b"+"):
                self.commands[int(pid)] = int(ticks)
            else:
                self.commands.pop(int(pid), None)
        return False


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
    watch = _Watch(parent, seconds)
    if watch.wait():
        return 0
    for pid, ticks in watch.commands.items():
        end_group(pid, ticks)
    end = time.monotonic() + GIVE_UP
    while time.monotonic() < end:
        try:
            if sweep(client, run, quiet=QUIET):
                return 0
        except Exception:  # noqa: BLE001  whatever hinders it now may have passed a second later
            time.sleep(1)
    return 1


if __name__ == "__main__":
    _parent = current()._replace(pid=int(sys.argv[2]), started=int(sys.argv[3]))
    sys.exit(main(sys.argv[1], _parent, float(sys.argv[4])))
