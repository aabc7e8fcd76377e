"""From the files that a workload wrote to the folders that have to stay writable under a read-only root."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.prove.candidate import Writable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from hardhull.facts.profile import FileUse
    from hardhull.facts.workload import Workload
    from hardhull.prove.image import Entry, ImageFiles

KERNEL = ("/proc", "/sys", "/dev")
"""What no root file system holds: it stays as writable as it is."""
PASSING = ("/run", "/tmp", "/var/run", "/var/tmp", "/var/lock", "/var/cache")  # noqa: S108  no file is made here
"""What the Filesystem Hierarchy Standard 3.0 lets go at a restart, or be made again (3.15, 3.18, 5.5, 5.13, 5.15)."""
SYSTEM = frozenset(
    {
        "/", "/bin", "/boot", "/etc", "/home", "/lib", "/lib32", "/lib64", "/mnt", "/opt", "/root", "/sbin", "/usr",
        "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local",
        "/usr/local/bin", "/usr/local/lib", "/usr/local/sbin", "/usr/sbin", "/usr/share", "/var", "/var/lib",
    }
)  # fmt: skip
"""Folders in which everything lies: making one of them writable would give most of the read-only root away."""


def written(files: Iterable[FileUse], mounted: Sequence[str]) -> list[str]:
    """Paths of the root file system that were written or changed, each once, in order.

    Args:
        files: what a run did.
        mounted: where something else is mounted.
    """
    apart = (*KERNEL, *(path.rstrip("/") for path in mounted))
    paths = {use.path for use in files if use.use != "execute" and use.placed}
    return sorted(path for path in paths if not below(path, apart) and path.startswith("/"))


def folders(paths: Iterable[str], entry: Callable[[str], Entry | None]) -> tuple[list[str], list[str]]:
    """The folders that have to be writable for these paths, none within another.

    In a folder of the system's own it is the one that the workload made there and filled: mounted, it need not be made.

    Args:
        paths: what was written.
        entry: what the image has at a path.

    Returns:
        The folders, and the paths whose folder is one of the system's own, in which too much lies.
    """
    paths = list(paths)
    made = {above for path in paths for above in _above(path)}
    found: set[str] = set()
    beyond: list[str] = []
    for path in paths:
        folder = _standing(path, entry, made)
        if folder in SYSTEM:
            beyond.append(path)
        else:
            found.add(folder)
    return [each for each in sorted(found) if not below(each, tuple(found - {each}))], beyond


def _above(path: str) -> list[str]:
    """The folders above a path, but for the root, the nearest first."""
    found = []
    while (path := posixpath.dirname(path)) != "/":
        found.append(path)
    return found


def _standing(path: str, entry: Callable[[str], Entry | None], made: Collection[str]) -> str:
    """The folder that is mounted for a path: itself, the nearest above that is there, or one that was made in that.

    Args:
        path: what was written.
        entry: what the image has at a path.
        made: paths that other paths lie beneath.
    """
    below = ""
    for folder in (path, *_above(path)):
        at = entry(folder)
        if at is not None and at.folder:
            return below if folder in SYSTEM and below in made else folder
        below = folder
    return below if below in made else "/"


def writable(folder: str, files: ImageFiles, user: str) -> Writable:
    """The mount that is tried first for a folder: a volume where something lasting was written, else memory.

    Args:
        folder: which.
        files: of the image.
        user: ``uid:gid`` that the workload starts as; empty for root.
    """
    at = files.entry(folder)
    own, group = (int(part) for part in user.split(":")) if user else (0, 0)
    keeps = not below(folder, PASSING) and any(below(path, (folder,)) for path in files.lasting)
    if at is not None and not below(folder, PASSING) and own in {0, at.uid}:
        keeps = keeps or _holds(at)  # memory would hide that
    mode = at.mode if at is not None else 0o755
    if at is not None and not user:
        own, group = at.uid, at.gid
    if mode & 0o002:  # who may write there is not decided by whose it is
        own, group = (at.uid, at.gid) if at is not None else (0, 0)
    runs = any(below(path, (folder,)) for path in files.executed)
    return Writable(folder, keeps, own, group, mode, runs)


def homes(workload: Workload, files: ImageFiles, user: str) -> list[Writable]:
    """The folders in memory that a workload is declared with, as another user's own; not those that all may write to.

    Without a word about it they belong to root, with the mode that the image's folder has (runc; the kernel's own is
    1777, where the image has none).

    Args:
        workload: as it is declared.
        files: of its image.
        user: ``uid:gid`` that it is tried as; empty where it stays as it is.
    """
    found = []
    for item in workload.mounts.get(()) if user else ():
        if not item.known or item.value.kind != "tmpfs" or item.value.read_only:
            continue
        options = dict(option.partition("=")[::2] for option in item.value.options)
        at = files.entry(item.value.target)
        own, group = (int(part) for part in user.split(":"))
        mode = _octal(options.get("mode", ""), at.mode if at is not None else 0o1777)
        if not mode & 0o002 and options.get("uid", "0") != str(own):
            found.append(Writable(item.value.target, uid=own, gid=group, mode=mode | 0o700))
    return found


def _octal(text: str, default: int) -> int:
    try:
        return int(text, 8)
    except ValueError:
        return default


def held(folder: Writable, files: ImageFiles) -> Writable:
    """The same folder with what the image has there: memory would hide it, a volume begins with it."""
    return folder._replace(keeps=True) if _holds(files.entry(folder.path)) else folder


def _holds(at: Entry | None) -> bool:
    """Whether the image has anything there."""
    return at is not None and at.folder and not at.empty


def below(path: str, folders: Sequence[str]) -> bool:
    """Whether a path is one of the folders, or lies in one."""
    return any(path == folder or path.startswith(folder + "/") for folder in folders)
