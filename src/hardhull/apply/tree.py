"""Ways into a tree that never lead out of it: every folder is opened from the one above, and no link is followed.

Between looking and writing, somebody may put a link where a folder was. A path as text would then lead anywhere; an
open folder cannot.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from hardhull.apply import disk
from hardhull.apply.metadata import Metadata, metadata_of
from hardhull.apply.refusal import FAILED, NotDoneError, failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_LINKS = 40
"""Links in one path; the kernel's own limit."""
MAX_FILE = 64 * 1024 * 1024
"""Bytes of a file that is changed; the largest that is scanned has half as many."""
KEPT_OUT = frozenset({".git", ".hardhull"})
"""Folders in which nothing is ever written for a plan: version control's own and ours."""


class Found(NamedTuple):
    """A regular file as it is on the disk now; ``inode`` is its device and inode, ``names`` how many it has."""

    data: bytes
    metadata: Metadata
    inode: tuple[int, int]
    names: int

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return digest_of(self.data)


def digest_of(data: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


def parts_of(path: str) -> tuple[str, ...]:
    """The names in a relative path.

    Raises:
        NotDoneError: it is absolute, leads upwards, or into a folder in which nothing may be written.
    """
    parts = tuple(path.split("/"))
    if "\0" in path or any(part in {"", ".", ".."} for part in parts):
        raise _outside(path, "it is no path of a file below the root")
    if not KEPT_OUT.isdisjoint(part.lower() for part in parts):
        raise _outside(path, "nothing is ever written into .git or .hardhull")
    return parts


class Tree:
    """One tree, open at its root until :meth:`close`.

    Attributes:
        path: the root, without links in it.
        fd: the root, open.
    """

    def __init__(self, root: Path) -> None:
        self.path = root.resolve()
        try:
            self.fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise failed(f"cannot open {root}", error, "name an existing folder that you may read") from None

    def close(self) -> None:
        """Lets go of the root."""
        os.close(self.fd)

    @contextmanager
    def folder(self, parts: Sequence[str]) -> Iterator[int]:
        """A folder below the root, open.

        Raises:
            FileNotFoundError: it is not there.
            NotDoneError: a part of it is a link or no folder.
        """
        at = os.dup(self.fd)
        try:
            for part in parts:
                below = _enter(part, at, parts)
                os.close(at)
                at = below
            yield at
        finally:
            os.close(at)

    def resolve(self, path: str) -> tuple[str, ...]:
        """The names that lead to a file without any link; links inside the root are followed, here only.

        Raises:
            NotDoneError: a link leads out of the root, or to where nothing may be written.
        """
        done: list[str] = []
        pending, links = list(parts_of(path)), 0
        while pending:
            part = pending.pop(0)
            if part in {"", "."}:
                continue
            if part == "..":
                if not done:
                    raise _outside(path, "a link leads out of the root")
                done.pop()
                continue
            target = self._link(done, part, path)
            if target is None:
                done.append(part)
                continue
            links += 1
            if links > MAX_LINKS:
                raise _outside(path, "its links go round in a circle")
            if target.startswith("/"):
                target, done = self._inside(target, path), []
            pending = [*target.split("/"), *pending]
        if not done:
            raise _outside(path, "it is the root itself")
        return parts_of("/".join(done))

    def _link(self, above: Sequence[str], name: str, path: str) -> str | None:
        """Where the link of this name points to; None for what is no link or not there."""
        try:
            with self.folder(above) as at:
                if stat.S_ISLNK(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
                    return os.readlink(name, dir_fd=at)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise failed(f"cannot look at {path}", error) from None
        return None

    def _inside(self, target: str, path: str) -> str:
        root = f"{str(self.path).rstrip('/')}/"
        if not os.path.normpath(target).startswith(root):
            raise _outside(path, "a link leads out of the root")
        return target.removeprefix(root) if target.startswith(root) else os.path.normpath(target).removeprefix(root)


def _enter(name: str, at: int, parts: Sequence[str]) -> int:
    try:
        return disk.open_folder(name, at)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise _outside("/".join(parts), f"{name} is a link or no folder") from None
        raise


def find(name: str, at: int, path: str) -> Found | None:
    """The regular file of this name in an open folder; None where there is nothing.

    Args:
        name: in the folder.
        at: the folder.
        path: the name for messages.

    Raises:
        NotDoneError: it is a link, a folder, a device or a pipe, or too large.
        OSError: it cannot be read.
    """
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.ENODEV}:
            raise _special(path) from None
        raise OSError(error.errno, error.strerror, path) from None
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise _special(path)
        if status.st_size > MAX_FILE:
            why = f"it is larger than {MAX_FILE // 1024**2} MB"
            raise NotDoneError(f"{path} is left alone", why, "change it by hand", FAILED)
        metadata = metadata_of(fd)
        data = _all(fd)
    finally:
        os.close(fd)
    return Found(data, metadata, (status.st_dev, status.st_ino), status.st_nlink)


def _all(fd: int) -> bytes:
    pieces = []
    while piece := os.read(fd, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def exists(name: str, at: int) -> bool:
    """Whether there is anything of this name, a link that leads nowhere included."""
    try:
        os.stat(name, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _special(path: str) -> NotDoneError:
    how = "name the file itself; links, folders, devices and pipes are not replaced"
    return NotDoneError(f"{path} is left alone", "it is no regular file (any more)", how)


def _outside(path: str, why: str) -> NotDoneError:
    return NotDoneError(f"{path} is left alone", why, "give the plan the file itself, inside the tree")
