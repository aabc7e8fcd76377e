"""Libraries that running processes have loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hardhull.learn.cgroup import Groups
from hardhull.learn.errors import RecordingError
from hardhull.learn.static import mapped as module
from hardhull.learn.static.mapped import Mapped, mapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPT = "import sys, _ctypes; print(_ctypes.__file__, flush=True); sys.stdin.read()"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel shows no processes as files")


@pytest.fixture
def loading() -> Iterator[tuple[int, str]]:
    """A process, and a library that it loaded by its name."""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process.pid, os.path.realpath(process.stdout.readline().strip())
        process.kill()


def test_libraries_of_running_processes_are_named(loading: tuple[int, str]) -> None:
    pid, library = loading
    found = mapped([pid, 1 << 22])
    program = os.path.realpath(sys.executable)
    assert list(found) == [program]
    assert library in found[program]
    assert program not in found[program]


def test_odd_lines_are_read_as_the_kernel_means_them(tmp_path: Path) -> None:
    odd = tmp_path / "7"
    odd.mkdir()
    (odd / "exe").symlink_to("/app (deleted)")
    (odd / "maps").write_text(
        "00-10 r-xp 00000000 fe:00 1    /lib/a b.so\n10-20 r--p 00000000 fe:00 2 /lib/c.so\n"
        "20-30 r-xp 00000000 00:00 0    [vdso]\n30-40 rwxp 00000000 00:00 0 \nodd\n40-50 r-xp 0 fe:00 3 /d.so (deleted)\n"
    )
    assert mapped([7], tmp_path) == {"/app": frozenset({"/lib/a b.so", "/d.so"})}


def test_what_one_life_had_is_kept_in_the_next(
    loading: tuple[int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid, library = loading
    (tmp_path / "cgroup.procs").write_text(f"{pid}\n")
    monkeypatch.setattr(module, "groups", lambda _pid: Groups(unified=tmp_path))
    with Mapped() as looking:
        looking.life(pid)
        before = looking.loaded
        (tmp_path / "cgroup.procs").write_text("")
        looking.life(pid)
        (tmp_path / "cgroup.procs").unlink()
        looking.look()
    assert library in before[os.path.realpath(sys.executable)]
    assert looking.loaded == before


def test_a_process_that_is_gone_is_told() -> None:
    with Mapped() as looking, pytest.raises(RecordingError, match="control groups of process"):
        looking.life(1 << 22)
