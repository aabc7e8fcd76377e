"""Mounts as the kernel has them, and which path of the host each shows.

``/proc/PID/mountinfo`` (proc(5)): ``36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw``. The fourth word
is the folder of the file system that is mounted; the host's own mounts of the same device say where it is there.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hardhull.hosts.proc import lines

_ESCAPED = re.compile(r"\\([0-7]{3})")


class Mounted(NamedTuple):
    """One line of mountinfo.

    Attributes:
        device: ``major:minor`` of the file system.
        root: the folder or file of it that is mounted.
        target: where.
        options: of this mount (``ro``, ``nosuid``).
        tags: propagation (``shared:1``, ``master:2``).
        kind: of file system.
        source: as the kernel has it.
        line: the whole line.
    """

    device: str
    root: str
    target: str
    options: tuple[str, ...]
    tags: tuple[str, ...]
    kind: str
    source: str
    line: str


def plain(word: str) -> str:
    """A word without the octal escapes that the kernel writes for blanks."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), word)


def parsed(line: str) -> Mounted | None:
    """One line; None for one that is none."""
    words = line.split(" ")
    try:
        dash = words.index("-", 6)
    except ValueError:
        return None
    if len(words) < dash + 3:
        return None
    return Mounted(
        words[2], plain(words[3]), plain(words[4]), tuple(words[5].split(",")), tuple(words[6:dash]),
        words[dash + 1], plain(words[dash + 2]), line,
    )  # fmt: skip


def mounted(pid: int | str) -> list[Mounted]:
    """The mounts that a process sees, in the order of mounting."""
    found = (parsed(line) for line in lines(f"/proc/{pid}/mountinfo"))
    return [one for one in found if one is not None]


class HostPaths:
    """Finds the host's own name of what is mounted somewhere else."""

    def __init__(self, host: list[Mounted]) -> None:
        self._by_device: dict[str, list[Mounted]] = {}
        for one in host:
            self._by_device.setdefault(one.device, []).append(one)

    def of(self, mount: Mounted) -> str | None:
        """The path on the host; None where the host itself does not mount that part of the file system.

        Of several the shortest: it is what people would call it.
        """
        found = []
        for one in self._by_device.get(mount.device, ()):
            below = _below(mount.root, one.root)
            if below is not None:
                found.append((one.target.rstrip("/") + below) or "/")
        return min(found, key=lambda path: (len(path), path)) if found else None


def _below(path: str, folder: str) -> str | None:
    """What of a path follows a folder (empty for the folder itself); None where it is not in it."""
    folder = folder.rstrip("/")
    if path == folder or (not folder and path == "/"):
        return ""
    return path[len(folder) :] if path.startswith(f"{folder}/") else None
