"""Which libraries running processes have loaded: those that stand in no table of their programs."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_LINES: Final = 100_000


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
