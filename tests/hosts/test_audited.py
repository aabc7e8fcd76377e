"""What of a machine should be recorded: what its engine really uses, and nothing that only has its name."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from hardhull.hosts.audited import audited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="audit is Linux's")


@contextmanager
def running(*words: str) -> Iterator[int]:
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"runs\n"
        yield process.pid
        process.kill()


def test_a_program_that_runs_is_found_wherever_it_is(tmp_path: Path) -> None:
    program = tmp_path / "containerd-shim-other-v9"
    shell = shutil.which("sh")
    assert shell
    shutil.copy(shell, program)
    with running(str(program), "-c", "echo runs; read -r _ </dev/zero"):
        found = audited(0, {}, [])
    assert found[os.path.realpath(program)] == {"kind": "program", "name": "a program", "engine": True}


def test_the_interpreter_of_a_script_is_no_program_of_the_engine(tmp_path: Path) -> None:
    """Its name is the script's, its program is Python."""
    script = tmp_path / "runc"
    script.write_text(f"#!{sys.executable}\nimport time\nprint('runs', flush=True)\ntime.sleep(600)\n")
    script.chmod(0o755)
    with running(str(script)):
        assert os.path.realpath(sys.executable) not in audited(0, {}, [])
        assert audited(0, {}, [], [str(script)])[str(script)]["engine"], "named as a runtime it is one"


def test_links_are_followed_and_nothing_is_there_twice(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "daemon.json").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "real" / "daemon.json")
    data = tmp_path / "data"
    data.mkdir()
    found = audited(0, {"config-file": str(tmp_path / "link.json"), "data-root": str(data), "tlskey": "/nowhere"}, [])
    assert found[str(tmp_path / "real" / "daemon.json")]["name"] == "daemon.json"
    assert found[str(data)] == {"kind": "state", "name": "the engine's data"}
    assert str(tmp_path / "link.json") not in found
    assert "/nowhere" not in found
    inside = audited(0, {"config-file": str(tmp_path / "real" / "daemon.json"), "data-root": str(tmp_path)}, [])
    assert str(tmp_path / "real" / "daemon.json") not in inside, "its folder is recorded with all that is in it"


def test_only_sockets_of_this_engine_that_take_orders(tmp_path: Path) -> None:
    for name in ("docker.sock", "metrics.sock", "other.sock", "containerd.sock.ttrpc"):
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(tmp_path / name))
    pid = os.getpid()
    rows = [
        (str(tmp_path / "docker.sock"), "dockerd", pid), (str(tmp_path / "metrics.sock"), "dockerd", pid),
        (str(tmp_path / "other.sock"), "dockerd", 1), (str(tmp_path / "containerd.sock.ttrpc"), "containerd", pid),
        (str(tmp_path / "gone.sock"), "dockerd", pid),
    ]  # fmt: skip
    found = {path for path, entry in audited(pid, {}, rows).items() if entry["kind"] == "socket"}
    assert {path for path in found if path.startswith(str(tmp_path))} == {str(tmp_path / "docker.sock")}
