"""The small process beside a deployment: where hardhull is killed, it takes files and containers back at once.

    python -P -m hardhull.cli.deploy_guard ROOT

It reads from a pipe that only its parent holds. The word ``done`` ends it; without that, when the pipe closes, the
parent is gone, and what it left half done in the journal of ROOT is taken back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

READY = b"ready\n"
TRIES = 60
"""Seconds for which it is tried: the engine may still be at work on what it was told last."""


@contextmanager
def guarded(root: Path) -> Iterator[None]:
    """Runs a deployment with a guard beside it."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "hardhull.cli.deploy_guard", str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(each).resolve()) for each in sys.path)},
        start_new_session=True,
    )
    assert process.stdin is not None  # noqa: S101  a pipe was asked for
    assert process.stdout is not None  # noqa: S101  likewise
    try:
        process.stdout.readline()
        yield
    finally:
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.write(b"done\n")
            process.stdin.close()
        process.wait()


def main(root: str) -> int:
    """The guard's life; 1 where it could not take everything back."""
    from hardhull.apply import NotDoneError, pending
    from hardhull.cli.journals import journal_of

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    os.write(1, READY)
    if sys.stdin.buffer.read() == b"done\n":
        return 0
    for _ in range(TRIES):
        with suppress(NotDoneError, OSError):
            if pending(Path(root)) is None:
                return 0
            journal_of(Path(root)).recover()
        time.sleep(1)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
