"""One hardhull at a time in a tree. The kernel holds the lock, and lets go of it when its process ends, anyhow."""

from __future__ import annotations

import fcntl
import json
import os
import time
from typing import TYPE_CHECKING

from hardhull.apply.refusal import NotDoneError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "lock"


class Lock:
    """The lock of a state folder, held from making it until :meth:`release`.

    Args:
        at: the state folder, open.
        root: the tree, for messages.
        doing: what this process is about to do; shown to the next one.

    Raises:
        NotDoneError: another process holds it.
    """

    def __init__(self, at: int, root: Path, doing: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        self._fd = os.open(NAME, flags, 0o600, dir_fd=at)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(os.pread(self._fd, 4096, 0))
            os.close(self._fd)
            how = "wait until it is done, then try again"
            raise NotDoneError(f"another hardhull is at work in {root}", holder, how) from None
        except OSError:
            os.close(self._fd)
            raise
        note = {"pid": os.getpid(), "doing": doing, "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, json.dumps(note).encode(), 0)
        except OSError:  # a full disk: the lock itself needs no room, and who holds it is only told
            os.ftruncate(self._fd, 0)

    def release(self) -> None:
        """Lets go."""
        os.close(self._fd)


def held(at: int) -> bool:
    """Whether a living process holds the lock; asking takes no lock that could get in somebody's way for long."""
    try:
        fd = os.open(NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(fd)
    return False


def _holder(note: bytes) -> str:
    try:
        read = json.loads(note)
        return f"process {int(read['pid'])} ({str(read['doing'])[:80]}) holds its lock since {str(read['since'])[:20]}"
    except (ValueError, KeyError, TypeError):
        return "another process holds its lock"
