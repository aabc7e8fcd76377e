"""Small programs, compiled as the tests need them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from hardhull.learn.static.analysis import analyse
from hardhull.learn.static.files import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hardhull.facts.profile import StaticPass

BARE = ("-nostdlib", "-static", "-fno-stack-protector", "-O1")
"""For a program that has no C library: it begins at ``_start``."""


def needs_gcc() -> None:
    """Skips where nothing can be compiled; where nothing may be skipped, it fails."""
    why = "gcc is not installed" if not shutil.which("gcc") else ""
    why = why or ("the programs are for x86-64 Linux" if platform.machine() != "x86_64" else "")
    if why and os.environ.get("HARDHULL_NO_SKIP") == "1":
        pytest.fail(why)
    if why:
        pytest.skip(why)


def built(path: Path, source: str, *options: str) -> Path:
    """Compiles C (or assembly, where the name says so) to a file; everything is in the folder of the file."""
    needs_gcc()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.with_name(f"{path.name}.c")
    text.write_text(source)
    done = subprocess.run(
        ["gcc", "-w", "-o", str(path), str(text), *options], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    text.unlink()
    return path


def looked_at(root: Path, *programs: str, loaded: Mapping[str, Iterable[str]] | None = None) -> StaticPass:
    """The static pass over programs of a folder."""
    return analyse(Folder(root), programs or ["/app"], loaded)


def names(found: StaticPass) -> set[str]:
    """The system calls by name alone."""
    return {call.name for call in found.calls}


def unresolved(found: StaticPass) -> int:
    """Places whose number was not told, over all binaries."""
    return sum(binary.unresolved for binary in found.binaries)
