"""Files of ``/proc`` and ``/sys`` as texts: short, bounded, and None for what is not there or may not be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 1 << 20
"""Of one file: a kernel's table may be long, and a process that is looked at may have made it so."""
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
STATUS_KEYS = (
    "Name", "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp",
    "Seccomp_filters",
)  # fmt: skip
"""Of ``/proc/PID/status``: what a process may do, and as whom (proc(5))."""


def text(path: str) -> str | None:
    """The text of a file without the last newline; None where there is none, or it cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None
    parts, left = [], MAX_BYTES
    try:
        while left > 0:
            part = os.read(handle, min(left, 65536))
            if not part:
                break
            parts.append(part)
            left -= len(part)
    except OSError:
        return None
    finally:
        os.close(handle)
    return b"".join(parts).decode("utf-8", "replace").rstrip("\n\0")


def stat_words(pid: int) -> list[str]:
    """The words of a process' ``stat`` behind its name, the state first (proc_pid_stat(5)); none where it is gone."""
    return (text(f"/proc/{pid}/stat") or "").rpartition(")")[2].split()


def lines(path: str) -> list[str]:
    """The lines of a file; none where it cannot be read."""
    return (text(path) or "").splitlines()


def link(path: str) -> str | None:
    """Where a link points to; None where that cannot be read."""
    try:
        return os.readlink(path)  # noqa: PTH115  no object for each of thousands of files
    except OSError:
        return None


def namespaces(pid: int | str) -> dict[str, str]:
    """The namespaces of a process as the kernel names them: ``net`` to ``net:[4026531840]``."""
    found = ((name, link(f"/proc/{pid}/ns/{name}")) for name in NAMESPACES)
    return {name: target for name, target in found if target}


def status(pid: int) -> dict[str, str]:
    """The lines of ``/proc/PID/status`` that say what it may do; nothing for a process that has gone."""
    found = {}
    for line in lines(f"/proc/{pid}/status"):
        name, _, value = line.partition(":")
        if name in STATUS_KEYS:
            found[name] = " ".join(value.split())
    return found


def pids() -> Iterator[int]:
    """All processes that this one sees."""
    for name in os.listdir("/proc"):  # noqa: PTH208  likewise
        if name.isdigit():
            yield int(name)


def command_line(pid: int) -> list[str]:
    """The words that a process was started with."""
    words = text(f"/proc/{pid}/cmdline")
    return words.split("\0") if words else []


def identity(path: str) -> tuple[int, int] | None:
    """Device and inode of a file, links followed; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  likewise
    except OSError:
        return None
    return found.st_dev, found.st_ino
