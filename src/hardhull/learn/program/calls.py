"""Which calls the program looks at when they have ended, and where their arguments are."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from hardhull.facts.syscall_numbers import numbers

CALLS: Final = 512
"""Calls that the program has a place for, by their number; none of the kernel's is above (``maps.h``)."""
_NONE: Final = 255
"""An argument that a call does not have."""


class Kind(IntEnum):
    """What a call may have to be looked at for (``calls.h``)."""

    NOTHING = 0
    OPENS = 1
    BY_NAME = 2
    OF_FILE = 3
    BECOMES = 4
    REFUSABLE = 5
    FORKS = 6
    CLONES = 7
    CLONES_BY_STRUCT = 8
    ENTERS = 9
    FILTERS = 10
    CONTROLS = 11
    CONNECTS = 12
    BINDS = 13
    LISTENS = 14
    SENDS = 15
    SENDS_MESSAGE = 16


class Arguments(NamedTuple):
    """Which arguments of some calls are looked at.

    Attributes:
        kind: what for.
        calls: their names.
        name: the place of the pointer to a path, or of an open file.
        folder: the place of the open folder that the path begins in; None for the working folder.
        flags: the place of the flags that say whether it opens for writing; None where it may without.
    """

    kind: Kind
    calls: tuple[str, ...]
    name: int = 0
    folder: int | None = None
    flags: int | None = None


ARGUMENTS: Final = (
    Arguments(Kind.OPENS, ("open",), flags=1),
    Arguments(Kind.OPENS, ("openat",), 1, 0, flags=2),
    Arguments(Kind.OPENS, ("creat",)),
    Arguments(Kind.OPENS, ("openat2",), 1, 0),
    Arguments(
        Kind.BY_NAME,
        ("mkdir", "rmdir", "unlink", "setxattr", "lsetxattr", "mknod", "chmod", "chown", "lchown", "truncate"),
    ),
    Arguments(Kind.BY_NAME, ("rename", "link", "symlink"), 1),
    Arguments(
        Kind.BY_NAME, ("mkdirat", "unlinkat", "mknodat", "fchmodat", "fchmodat2", "fchownat", "utimensat"), 1, 0,
    ),
    Arguments(Kind.BY_NAME, ("renameat", "renameat2", "linkat"), 3, 2),
    Arguments(Kind.BY_NAME, ("symlinkat",), 2, 1),
    Arguments(Kind.OF_FILE, ("fchmod", "fchown", "fsetxattr")),
    Arguments(Kind.BECOMES, ("setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups")),
    Arguments(Kind.REFUSABLE, ("execve", "chdir", "chroot")),
    Arguments(Kind.REFUSABLE, ("execveat",), 1, 0),
    Arguments(Kind.FORKS, ("fork", "vfork")),
    Arguments(Kind.CLONES, ("clone",)),
    Arguments(Kind.CLONES_BY_STRUCT, ("clone3",)),
    Arguments(Kind.ENTERS, ("unshare", "setns")),
    Arguments(Kind.FILTERS, ("seccomp",)),
    Arguments(Kind.CONTROLS, ("prctl",)),
    Arguments(Kind.CONNECTS, ("connect",)),
    Arguments(Kind.BINDS, ("bind",)),
    Arguments(Kind.LISTENS, ("listen",)),
    Arguments(Kind.SENDS, ("sendto",)),
    Arguments(Kind.SENDS_MESSAGE, ("sendmsg",)),
)  # fmt: skip
"""Of a call with two names the second one: what is there afterwards."""


def table(arch: str) -> bytes:
    """What the program is told of each call, ``struct call`` by its number.

    Args:
        arch: by Go's name.
    """
    known = {name: number for number, name in numbers(arch).items()}
    rows = bytearray(CALLS * 4)
    for each in ARGUMENTS:
        places = (each.name, _NONE if each.folder is None else each.folder, _NONE if each.flags is None else each.flags)
        for name in each.calls:
            if name in known:
                rows[known[name] * 4 : known[name] * 4 + 4] = bytes((each.kind, *places))
    return bytes(rows)
