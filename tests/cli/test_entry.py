"""The command as a process: it ends at once, but not before everything is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hardhull import __version__

DOCKERFILE = "FROM debian\nRUN curl http://example.com/x | sh\n"


def process(*words: str, cwd: Path, stdout: int | None = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=cwd, timeout=60, check=False)


def test_all_of_a_report_reaches_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE * 200)
    done = process("-m", "hardhull", "-f", "json", cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stdout) > 2**16  # more than a pipe or a buffer holds
    assert done.stdout.endswith("}\n")
    assert "findings at or above" in done.stderr


def test_a_profiler_sees_the_end(tmp_path: Path) -> None:
    done = process("-m", "cProfile", "-m", "hardhull", "--version", cwd=tmp_path)
    assert done.stdout.startswith(f"hardhull {__version__}\n")
    assert "function calls" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    with Path("/dev/full").open("w") as full:
        done = process("-m", "hardhull", "-f", "json", cwd=tmp_path, stdout=full.fileno())
    assert done.returncode == 4
    assert "No space left" in done.stderr
