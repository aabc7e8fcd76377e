"""What belongs to a file beside its bytes: mode, owner, times, extended attributes (ACLs and labels among them)."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from hardhull.apply import disk
from hardhull.apply.refusal import FAILED, NotDoneError

SEALS = frozenset({"security.ima", "security.evm"})
"""Attributes that sign the bytes they were made for: never carried over to other bytes."""
ABSENT = frozenset({errno.ENODATA, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP})


class Metadata(NamedTuple):
    """The metadata of one file.

    Attributes:
        mode: permission bits, with set-id and sticky.
        uid: owner.
        gid: group.
        times: access and modification in nanoseconds; None leaves those of the writing.
        attributes: extended attributes by name; an access control list is ``system.posix_acl_access``.
    """

    mode: int
    uid: int
    gid: int
    times: tuple[int, int] | None
    attributes: dict[str, bytes]


def metadata_of(fd: int) -> Metadata:
    """The metadata of an open file, as far as this user may read them."""
    status = os.fstat(fd)
    times = status.st_atime_ns, status.st_mtime_ns
    return Metadata(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, times, _attributes(fd))


def _attributes(fd: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if not hasattr(os, "listxattr"):  # Linux alone lets Python read them
        return found
    try:
        names = os.listxattr(fd)
    except OSError as error:
        if error.errno in ABSENT:
            return found
        raise
    for name in names:
        try:
            found[name] = os.getxattr(fd, name)
        except OSError as error:
            if error.errno not in ABSENT:
                raise
    return found


def give(fd: int, path: str, wanted: Metadata) -> None:
    """Gives an open file these metadata, all of them.

    The order matters: a change of owner clears set-id bits, an access control list changes the group's bits.

    Args:
        fd: the new file.
        path: its name for the message.
        wanted: the metadata.

    Raises:
        NotDoneError: one of them cannot be given by this user.
    """
    try:
        _give(fd, wanted)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP}:
            raise
        what = f"{path} was not written"
        why = f"the new file could not get the old one's owner, mode or attributes: {error.strerror}"
        how = f"run as its owner (user {wanted.uid}, group {wanted.gid}), or give the file to yourself first"
        raise NotDoneError(what, why, how, FAILED) from None


def _give(fd: int, wanted: Metadata) -> None:
    status = os.fstat(fd)
    if (status.st_uid, status.st_gid) != (wanted.uid, wanted.gid):
        disk.chown(fd, wanted.uid, wanted.gid)
    now = _attributes(fd)
    for name, value in wanted.attributes.items():
        if now.get(name) != value and name not in SEALS:
            disk.set_attribute(fd, name, value)
    for name in now.keys() - wanted.attributes.keys():  # a folder's default ACL, which the old file did not have
        if not name.startswith("security."):
            disk.set_attribute(fd, name, None)
    if stat.S_IMODE(os.fstat(fd).st_mode) != wanted.mode:
        disk.chmod(fd, wanted.mode)
    if wanted.times is not None:
        disk.set_times(fd, *wanted.times)
