"""A real dockerd takes what the writer writes: up to the moment at which it finds that another one is running."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from engine_changes import MANY, ONE, written

from hardhull.formats.daemon_json import read
from hardhull.formats.daemon_json.spell import key_of
from hardhull.model.change import Add, SetTo
from hardhull.model.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.facts.engine import Engine

pytest_plugins = ("docker_engine",)

APART = {"tls", "tlsverify", "userns_remap", "bridge", "network_diagnostic_port", "containerd", "default_runtime"}
"""They need files or users of the host, or exclude others."""


def complaint(folder: Path, text: bytes) -> str:
    """What dockerd says to a file. A process id that is in use stops it after it has read its configuration."""
    from docker_engine import unmount

    (folder / "daemon.json").write_bytes(text)
    (folder / "pid").write_text(str(os.getpid()))
    command = [
        "dockerd", "--config-file", f"{folder}/daemon.json", "--data-root", f"{folder}/data",
        "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid", "--host", f"unix://{folder}/sock",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    finally:
        unmount(folder)
    assert done.returncode
    last = done.stderr.strip().splitlines()[-1]
    return "" if "pid file found" in last else last


@pytest.fixture(scope="module")
def version() -> str:
    from docker_engine import missing, skip

    why = missing()
    if why:
        skip(why)
    path = shutil.which("dockerd")
    assert path
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"version (\d+\.\d+\.\d+)", said)
    assert found
    return found[1]


def empty(version: str) -> Engine:
    return read(Source("daemon.json", b"{\n}\n"), version)


def has(field: str, version: str) -> bool:
    key = key_of(field)
    return not key.since or tuple(map(int, key.since.split("."))) <= tuple(map(int, version.split(".")[:2]))


@pytest.mark.engine
def test_every_key_at_once(tmp_path: Path, version: str) -> None:
    names = [
        name for name in ONE if name not in APART and has(name, version) and name not in {"data_root", "exec_root"}
    ]
    changes = [SetTo(name, ONE[name][0]) for name in names]
    more = [Add(name, value) for name in MANY for value in MANY[name] if name != "hosts" and has(name, version)]
    text = written(empty(version), *changes, *more)
    assert len(json.loads(text)) > 45
    assert complaint(tmp_path, text) == ""


@pytest.mark.engine
def test_the_way_of_asking_finds_what_is_wrong(tmp_path: Path, version: str) -> None:
    assert "icc" in complaint(tmp_path, b'{"icc": "no"}')
    assert "nonsense" in complaint(tmp_path, b'{"nonsense": 1}')
    assert "are specified both" in complaint(tmp_path, written(empty(version), Add("hosts", "fd://")))
    twice = read(Source("daemon.json", b'{"icc": true, "debug": true, "icc": false}'), version)
    assert complaint(tmp_path, written(twice, SetTo("debug", False))) == ""
