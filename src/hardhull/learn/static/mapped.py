"""Which libraries running processes have loaded: those that stand in no table of their programs."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Self

from hardhull.learn.cgroup import groups

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

LOOK_SECONDS: Final = 1.0
"""Modules stay once they are loaded, so looking now and again misses only those of processes that soon end."""
_MOST_LINES: Final = 100_000
_MOST_PROCESSES: Final = 1000


class Mapped:
    """Looks now and again which libraries the processes of a container have, for as long as it is used."""

    def __init__(self) -> None:
        self._found: dict[str, frozenset[str]] = {}
        self._processes: Path | None = None
        self._ended = Event()
        self._thread = Thread(target=self._go_on, name="hardhull-mapped", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def life(self, pid: int) -> None:
        """Looks at the container of this process from now on.

        Raises:
            RecordingError: there is no such process.
        """
        found = groups(pid)
        folder = found.unified or found.pids or found.memory
        self._processes = folder / "cgroup.procs" if folder else None
        self.look()

    def _go_on(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Adds what the processes have now."""
        try:
            text = self._processes.read_text("ascii", "replace") if self._processes else ""
        except OSError:
            return
        pids = [int(line) for line in text.split() if line.isdecimal()]
        for program, files in mapped(pids[:_MOST_PROCESSES]).items():
            self._found[program] = self._found.get(program, frozenset()) | files

    @property
    def loaded(self) -> dict[str, frozenset[str]]:
        """The files that are mapped as code, by the program that has them."""
        return dict(self._found)


def mapped(pids: Iterable[int], proc: Path = Path("/proc")) -> dict[str, frozenset[str]]:
    """The files that processes have mapped as code, by the path of the program that each one runs.

    Paths are as the processes' own root has them. A process that ended, or that is not ours to look at, is left out.

    Args:
        pids: processes of one container.
        proc: where the kernel shows processes.
    """
    found: dict[str, set[str]] = {}
    for pid in pids:
        try:
            program = _plain(os.readlink(proc / str(pid) / "exe"))  # noqa: PTH115  the link leads into another root
            with (proc / str(pid) / "maps").open(encoding="utf-8", errors="surrogateescape") as lines:
                files = {path for line in islice(lines, _MOST_LINES) if (path := _code(line))}
        except OSError:
            continue
        found.setdefault(program, set()).update(files - {program})
    return {program: frozenset(files) for program, files in found.items()}


def _code(line: str) -> str:
    """The file of a line of ``maps`` (proc_pid_maps(5)) that is mapped as code; empty for another line."""
    words = line.rstrip("\n").split(" ", 5)
    if len(words) < 6 or "x" not in words[1]:
        return ""
    path = words[5].strip()
    return _plain(path) if path.startswith("/") else ""


def _plain(path: str) -> str:
    return path.removesuffix(" (deleted)")
