"""Which process is the engine behind a socket, as the kernel noted it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hardhull.hosts.machine import listener

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_the_engine_that_got_its_socket_from_another_program(tmp_path: Path) -> None:
    program, path = tmp_path / "dockerd", tmp_path / "a b.sock"
    sleep = shutil.which("sleep")
    assert sleep
    shutil.copy(sleep, program)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))
        opened.listen()
        assert listener(f"unix://{path}") == 0, "nobody but this test holds it, and that is no engine"
        with subprocess.Popen([program, "1000"], pass_fds=[opened.fileno()]) as engine:
            try:
                found = 0
                while not found:
                    found = listener(f"unix://{path}")
                assert found == engine.pid
                link = tmp_path / "run"
                link.symlink_to(tmp_path)
                assert listener(f"unix://{link}/a b.sock") == engine.pid, "as /var/run, a link to /run"
            finally:
                engine.kill()


def test_what_is_no_socket_of_this_machine(tmp_path: Path) -> None:
    assert listener("tcp://192.0.2.1:2375") == 0
    assert listener(f"unix://{tmp_path}/none.sock") == 0
