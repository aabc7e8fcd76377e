"""The few calls that change a disk, and the only ones by which this package does.

Each says so to :data:`hook` before it happens, so that a test can kill the process or refuse the call at every single
one of them. Names are always relative to an open folder and never followed where they are links.
"""

from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

hook: Callable[[str, str], None] | None = None
"""Called with the name of the call and of the file before each change; for tests."""
CHUNK = 1 << 20
"""Bytes that are written at once."""
OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What a file system without hard links answers to ``link``."""
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)
"""On macOS ``fsync`` leaves the data in the drive's cache; this does not."""


def _before(call: str, name: str) -> None:
    if hook is not None:
        hook(call, name)


def open_folder(name: str, at: int | None = None) -> int:
    """A folder, which must not be a link."""
    return os.open(name, OPEN_FOLDER, dir_fd=at)


def create(name: str, at: int, mode: int = 0o600) -> int:
    """A new file, open for writing.

    Raises:
        FileExistsError: there is something of this name.
    """
    _before("create", name)
    return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=at)


def write(fd: int, data: bytes) -> None:
    """Writes all of it."""
    view = memoryview(data)
    while view:
        _before("write", str(fd))
        view = view[os.write(fd, view[:CHUNK]) :]


def sync(fd: int) -> None:
    """Returns when the file's bytes and metadata are on the disk."""
    _before("sync", str(fd))
    if _FULL_SYNC is None:
        os.fsync(fd)
    else:
        fcntl.fcntl(fd, _FULL_SYNC)


def sync_folder(fd: int) -> None:
    """Returns when the folder's entries are on the disk; some network file systems do that by themselves."""
    _before("sync_folder", str(fd))
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP, errno.EBADF}:
            raise


def move(old: str, new: str, at: int, to: int | None = None) -> None:
    """Renames, and replaces what has the new name, in one step."""
    _before("move", new)
    os.rename(old, new, src_dir_fd=at, dst_dir_fd=at if to is None else to)


def link(old: str, new: str, at: int) -> bool:
    """Gives a file a second name; False where this file system cannot.

    Raises:
        FileExistsError: there is something of the new name.
    """
    _before("link", new)
    try:
        os.link(old, new, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
    except OSError as error:
        if error.errno in NO_LINKS:
            return False
        raise
    return True


def remove(name: str, at: int) -> None:
    """Removes a file; it is no error if there is none."""
    _before("remove", name)
    try:
        os.unlink(name, dir_fd=at)
    except FileNotFoundError:
        return


def make_folder(name: str, at: int, mode: int = 0o700) -> None:
    """Makes a folder; it is no error if there is one."""
    _before("make_folder", name)
    try:
        os.mkdir(name, mode, dir_fd=at)
    except FileExistsError:
        return


def remove_folder(name: str, at: int) -> bool:
    """Removes an empty folder; False where it is not empty, is none, or is not there."""
    _before("remove_folder", name)
    try:
        os.rmdir(name, dir_fd=at)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR}:
            return False
        raise
    return True


def chown(fd: int, uid: int, gid: int) -> None:
    """Gives the file to somebody."""
    _before("chown", str(fd))
    os.fchown(fd, uid, gid)


def chmod(fd: int, mode: int) -> None:
    """Sets the permission bits."""
    _before("chmod", str(fd))
    os.fchmod(fd, mode)


def set_times(fd: int, accessed: int, changed: int) -> None:
    """Sets the times, in nanoseconds."""
    _before("set_times", str(fd))
    os.utime(fd, ns=(accessed, changed))


def set_attribute(fd: int, name: str, value: bytes | None) -> None:
    """Sets or removes (None) an extended attribute."""
    _before("set_attribute", name)
    if value is None:
        os.removexattr(fd, name)
    else:
        os.setxattr(fd, name, value)
