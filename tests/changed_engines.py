"""Engines that are changed while they run, for tests of ``hardhull fix engine``.

pytest_plugins = ("changed_engines",)
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docker_engine import missing, running_engine, skip
from hardhull.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine

IMAGE = "hh/app:1"
SERVE = "trap 'exit 0' TERM; httpd -f -p 80 -h /etc & while :; do wait; done"


@pytest.fixture(scope="module")
def one_engine() -> Iterator[Engine]:
    """An engine that may be restarted by others; what runs at the end goes, also after a killed test run."""
    why = missing()
    if why:
        skip(why)
    with running_engine("fix") as engine:
        engine.socket.parent.chmod(0o711)  # with userns-remap, users of containers have to come through
        pid = engine.socket.parent / "pid"
        ends = ["sh", "-c", 'read -r _; kill "$(cat "$1")"', "sh", str(pid)]
        with subprocess.Popen(ends, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as watch:
            engine.add_image(IMAGE)
            yield engine
            assert watch.stdin is not None
            watch.stdin.close()
        end = time.monotonic() + 30
        while pid.exists() and time.monotonic() < end:
            time.sleep(0.05)


@pytest.fixture
def changed_engine(one_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The same, with its file as it was at first, and without containers."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{one_engine.socket}")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    before = left_by_shadows()
    one_engine.close()
    yield one_engine
    one_engine.close()
    for one in one_engine.send("GET", "/containers/json?all=1"):
        one_engine.send("DELETE", f"/containers/{one['Id']}?force=1&v=1")
    while file(one_engine).read_bytes() != b"{}":
        assert main(["undo", "--root", "/", "-q"]) == 0
    assert file(one_engine).read_bytes() == b"{}"
    one_engine.close()
    assert not [
        one for one in one_engine.send("GET", "/images/json") if "hardhull-probe:latest" in (one["RepoTags"] or ())
    ]
    assert left_by_shadows() == before


def left_by_shadows() -> set[str]:
    """Folders, control groups and mounts of shadows of this process."""
    mark = f"hardhull-shadow-{os.getpid()}"
    found = {str(path) for base in ("/run", "/tmp") for path in Path(base).glob(f"{mark}*")}
    found |= {str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{mark}*")}
    return found | {row for row in Path("/proc/self/mountinfo").read_text().splitlines() if mark in row}


def file(engine: Engine) -> Path:
    return engine.socket.parent / "daemon.json"


def process(engine: Engine) -> int:
    return int((engine.socket.parent / "pid").read_text())


def info(engine: Engine) -> dict[str, Any]:
    engine.close()
    found: dict[str, Any] = engine.send("GET", "/info")
    return found


def run(engine: Engine, name: str, command: str = SERVE, **host: Any) -> str:
    body = {"Image": IMAGE, "Cmd": ["sh", "-c", command], "ExposedPorts": {"80/tcp": {}}, "HostConfig": host}
    ident: str = engine.send("POST", f"/containers/create?name={name}", **body)["Id"]
    engine.send("POST", f"/containers/{ident}/start")
    return ident


def names(engine: Engine) -> list[str]:
    engine.close()
    return sorted(one["Names"][0].lstrip("/") for one in engine.send("GET", "/containers/json"))
