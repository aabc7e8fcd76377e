"""Processes in mount namespaces of their own, recorded together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.learn import bpf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.learn.bpf import Recorder

DEEDS = Path(__file__).with_name("recorded_deeds.py")


def needs(why_not: str) -> None:
    """Skips with the reason, where there is one; where nothing may be skipped, it fails."""
    if why_not and os.environ.get("HARDHULL_NO_SKIP") == "1":
        pytest.fail(f"a recorder is wanted, but {why_not}")
    if why_not:
        pytest.skip(why_not)


def needs_bpf() -> None:
    """Skips where nothing can be recorded in the kernel."""
    needs(bpf.why_not())


class Deed:
    """One process that waits until it is told to begin."""

    def __init__(self, name: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.process = subprocess.Popen(
            ["unshare", "--mount", sys.executable, "-S", str(DEEDS), name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ready(self) -> int:
        """Waits until it is in its namespace; gives its process number."""
        assert self.process.stdout
        if not self.process.stdout.closed:
            assert self.process.stdout.readline() == b"ready\n"
            self.process.stdout.close()
        return self.process.pid

    def begin(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"\n")
        self.process.stdin.close()

    def end(self) -> None:
        assert self.process.wait(60) == 0

    def kill(self) -> None:
        """Whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def record(deeds: Sequence[Deed], recorder: Recorder) -> list[dict[str, Any]]:
    """Has them all do what they do, under a recorder that is attached; gives the fields of each."""
    try:
        where = [recorder.watch(deed.ready()) for deed in deeds]
        for deed in deeds:
            deed.begin()
        for deed in deeds:
            deed.end()
    except BaseException:
        for deed in deeds:
            deed.kill()
        raise
    recording = recorder.stop()
    return [recording.of(each) for each in where]
