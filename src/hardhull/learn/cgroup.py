"""Peaks of memory, processes, processor time and block input/output, from control groups of version 1 and 2.

Counters of the kernel are read where there are any; where a kernel has none for a peak (``memory.peak`` since 5.19,
``pids.peak`` since 6.6), the current value is sampled. A group goes away with its container, so a :class:`Meter` reads
now and again and keeps the most.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from hardhull.facts.profile import Peaks
from hardhull.learn.errors import RecordingError

if TYPE_CHECKING:
    from types import TracebackType

CONTROLLERS: Final = ("memory", "pids", "cpuacct", "blkio")
"""Of version 1, those that are read."""
SAMPLE_SECONDS: Final = 0.1
_NUMBER: Final = re.compile(r"\d{1,20}\n?")


class Groups(NamedTuple):
    """The folders of a process's control groups; None for one that does not exist, or that is the whole host.

    Attributes:
        unified: of version 2. The others: of version 1, by controller.
    """

    unified: Path | None = None
    memory: Path | None = None
    pids: Path | None = None
    cpuacct: Path | None = None
    blkio: Path | None = None


def groups(pid: int, root: Path = Path("/")) -> Groups:
    """Where the kernel counts for a process.

    Args:
        pid: the process.
        root: the folder in which ``proc`` and the mounts are: ``/``, or one with recorded trees.

    Raises:
        RecordingError: there is no such process.
    """
    try:
        own = (root / f"proc/{pid}/cgroup").read_text("utf-8", "surrogateescape")
        mounts = (root / "proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError as error:
        why = f"the control groups of process {pid} cannot be read: {error.strerror}"
        raise RecordingError("use of resources was not measured", why, "name a process that still runs") from None
    found: dict[str, Path | None] = {}
    for line in own.splitlines():
        _number, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        for name in names.split(",") if names else ["unified"]:
            if name == "unified" or name in CONTROLLERS:
                found[name] = _folder(root, mounts, name, path)
    return Groups(**found)


def _folder(root: Path, mounts: str, controller: str, path: str) -> Path | None:
    """The folder of a group; None for the root group, which counts for the whole host."""
    for line in mounts.splitlines():
        left, dash, right = line.partition(" - ")
        words, kind = left.split(" "), right.split(" ")
        if not dash or len(words) < 6 or len(kind) < 3:
            continue
        same = kind[0] == "cgroup2" if controller == "unified" else controller in kind[2].split(",")
        if not same or kind[0] not in {"cgroup", "cgroup2"}:
            continue
        below = path if words[3] == "/" else path.removeprefix(words[3]) if path.startswith(words[3]) else ""
        if below.strip("/") and ".." not in below.split("/"):
            return root / words[4].lstrip("/") / below.strip("/")
    return None


def read(where: Groups) -> Peaks:
    """What has been used until now; None for what nothing tells."""
    new, old = _unified(where.unified), _versioned(where)
    values: list[Any] = [one if one is not None else other for one, other in zip(new, old, strict=True)]
    return Peaks(*values)


def _unified(folder: Path | None) -> Peaks:
    if folder is None:
        return Peaks()
    usage = _keyed(folder / "cpu.stat").get("usage_usec")
    moved = [_pairs(line) for line in _text(folder / "io.stat").splitlines()]
    return Peaks(
        _first(folder, "memory.peak", "memory.current"),
        _first(folder, "pids.peak", "pids.current"),
        usage / 1e6 if usage is not None else None,
        sum(each.get("rbytes", 0) for each in moved) if (folder / "io.stat").exists() else None,
        sum(each.get("wbytes", 0) for each in moved) if (folder / "io.stat").exists() else None,
    )


def _versioned(where: Groups) -> Peaks:
    nanoseconds = _first(where.cpuacct, "cpuacct.usage")
    moved: dict[str, int] = {}
    file = where.blkio / "blkio.throttle.io_service_bytes" if where.blkio else None
    for line in _text(file).splitlines():
        words = line.split()
        if len(words) == 3 and words[2].isdigit():
            moved[words[1]] = moved.get(words[1], 0) + int(words[2])
    known = file is not None and file.exists()
    return Peaks(
        _first(where.memory, "memory.max_usage_in_bytes", "memory.usage_in_bytes"),
        _first(where.pids, "pids.peak", "pids.current"),
        nanoseconds / 1e9 if nanoseconds is not None else None,
        moved.get("Read", 0) if known else None,
        moved.get("Write", 0) if known else None,
    )


def _text(path: Path | None) -> str:
    """A file of the kernel's; empty where it is not there (any more)."""
    with suppress(OSError):
        return path.read_text("ascii", "replace") if path else ""
    return ""


def _first(folder: Path | None, *names: str) -> int | None:
    """The number in the first of these files that has one."""
    for name in names if folder else ():
        text = _text(folder / name if folder else None)
        if _NUMBER.fullmatch(text):
            return int(text)
    return None


def _keyed(path: Path) -> dict[str, int]:
    words = [line.split() for line in _text(path).splitlines()]
    return {row[0]: int(row[1]) for row in words if len(row) == 2 and row[1].isdigit()}


def _pairs(line: str) -> dict[str, int]:
    """The ``key=number`` words of a line of ``io.stat``."""
    pairs = (word.partition("=") for word in line.split())
    return {key: int(value) for key, equals, value in pairs if equals and value.isdigit()}


def most(one: Peaks, other: Peaks) -> Peaks:
    """The larger of each; None counts as nothing."""
    pairs = zip(one, other, strict=True)
    values: list[Any] = [max((each for each in pair if each is not None), default=None) for pair in pairs]
    return Peaks(*values)


class Meter:
    """Reads a process's control groups until it is stopped, and keeps the most.

    Args:
        where: the groups.
    """

    def __init__(self, where: Groups) -> None:
        self._where = where
        self._peaks = read(where)
        self._ended = Event()
        self._thread = Thread(target=self._go_on, name="hardhull-meter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._sample()

    def _go_on(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        self._peaks = most(self._peaks, read(self._where))

    @property
    def peaks(self) -> Peaks:
        """The most until now, also after the group has gone."""
        return self._peaks
