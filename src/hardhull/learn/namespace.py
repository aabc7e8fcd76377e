"""The mount namespace of a process: its numbers, and what is mounted where in it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.learn.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable

_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
_PROCESS: Final = re.compile(r"^/(\d+)(?=/|$)")
_MOST_LINKS: Final = 40
"""As in the kernel (MAXSYMLINKS)."""


class Mount(NamedTuple):
    """One line of ``mountinfo``: the file system's device, its kind, the folder of it that is mounted, and where."""

    device: int
    kind: str
    root: str
    point: str


class Namespace(NamedTuple):
    """A mount namespace, and what was mounted in it when it was looked at.

    Attributes:
        number: of ``/proc/PID/ns/mnt``; free for another namespace once this one is gone.
        ident: never used again, which only a recorder can tell; None where there was none.
        mounts: in the order of mounting.
        root: a path to its root, through which links are followed; empty where that is not to be done.
    """

    number: int
    ident: int | None
    mounts: tuple[Mount, ...]
    root: str

    def place(self, device: int, names: tuple[str, ...]) -> tuple[str, ...]:
        """Where a path of a file system is seen: more than once where it is mounted more than once.

        Args:
            device: of the file system, as ``st_dev`` of the kernel (major << 20 | minor).
            names: from the file system's root down.
        """
        path = "/" + "/".join(names)
        inside = [each for each in self.mounts if each.device == device and _below(path, each.root)]
        longest = max((len(each.root) for each in inside), default=0)
        found = (_join(each, path) for each in inside if len(each.root) == longest)
        return tuple(dict.fromkeys(found))


def _below(path: str, root: str) -> bool:
    return root in {"/", path} or path.startswith(f"{root}/")


def _join(mount: Mount, path: str) -> str:
    rest = path if mount.root == "/" else path[len(mount.root) :]
    if mount.kind == "proc":
        rest = _PROCESS.sub("/[pid]", rest)
    return (mount.point.rstrip("/") + rest).rstrip("/") or "/"


def namespace(pid: int) -> Namespace:
    """The mount namespace of a running process, with ``/proc/PID/root`` as its root.

    Raises:
        RecordingError: there is no such process, or it belongs to somebody else.
    """
    folder = f"/proc/{pid}"
    try:
        number = own_number(f"{folder}/ns/mnt")
        with open(f"{folder}/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123  procfs
            mounts = tuple(read_mounts(lines))
        return Namespace(number, None, mounts, f"{folder}/root")
    except OSError as error:
        why = f"process {pid} cannot be looked at: {error.strerror}"
        how = "name a process that is still running, and record as root"
        raise RecordingError("the workload was not found", why, how) from None


def own_number(path: str = "/proc/self/ns/mnt") -> int:
    """The number of a namespace, from its link ``mnt:[4026531832]``."""
    return int(os.readlink(path).partition("[")[2].rstrip("]"))  # noqa: PTH115  the link leads nowhere


def read_mounts(lines: Iterable[str]) -> list[Mount]:
    """The mounts of ``mountinfo`` (proc_pid_mountinfo(5)); lines of another form are passed over."""
    found = []
    for line in lines:
        left, dash, right = line.partition(" - ")
        words = left.split(" ")
        if not dash or len(words) < 6:
            continue
        major, _, minor = words[2].partition(":")
        root, point = (_ESCAPED.sub(lambda match: chr(int(match[1], 8)), word) for word in words[3:5])
        found.append(Mount(int(major) << 20 | int(minor), right.split(" ")[0], root, point))
    return found


def follow(root: str, path: str) -> str:
    """A path without links, followed inside of a root and never out of it; what is not there stays as it is.

    Every step opens one name below an open folder without following it, so that nobody can turn the way while we go.

    Args:
        root: the folder that ``/`` means.
        path: absolute, inside of the root.
    """
    wanted, done = path.split("/")[::-1], list[str]()
    links = 0
    while wanted:
        name = wanted.pop()
        if name in {"", "."}:
            continue
        if name == "..":
            done[-1:] = []
            continue
        target = _link(root, done, name) if links < _MOST_LINKS else None
        if target is None:
            done.append(name)
            continue
        links += 1
        if target.startswith("/"):
            done.clear()
        wanted += target.split("/")[::-1]
    return "/" + "/".join(done)


def _link(root: str, folders: list[str], name: str) -> str | None:
    """What a name in a folder leads to, None where it is no link or is not there."""
    handles: list[int] = []
    try:
        handles.append(os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
        for folder in folders:
            flags = os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
            handles.append(os.open(folder, flags, dir_fd=handles[-1]))
        return os.readlink(name, dir_fd=handles[-1])
    except (OSError, ValueError):
        return None
    finally:
        for handle in handles:
            os.close(handle)
