"""Whether a process lives: real ones."""

from __future__ import annotations

import os
import subprocess

from hardhull.run.owner import lasts, started


def test_a_process_that_goes_on_lasts_and_one_that_ends_does_not() -> None:
    for seconds, expected in (("60", True), ("0.1", False)):
        process = subprocess.Popen(["sleep", seconds])
        try:
            assert started(process.pid) is not None
            assert lasts(process.pid, 1.0) == expected
            if not expected:
                assert started(process.pid) is None, "nobody has asked for its end yet, but it is a zombie"
        finally:
            process.kill()
            process.wait()
    assert not lasts(process.pid)
    assert lasts(os.getpid(), 0.0)
