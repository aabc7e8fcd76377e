"""Containers that no engine tells of: found by the kernel alone, also where the engine is down or is in a container."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import tarfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from docker_engine import busybox_root
from hardhull.hosts.document import collect
from hardhull.run.owner import started
from live_containers import NETWORK, body, facts, judged, pid_of, prepare, remove, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine
    from hardhull.model.result import Found

pytestmark = pytest.mark.engine
INNER = "5" * 64


@contextmanager
def sandbox(root: str) -> Iterator[int]:
    """A process with mounts and process numbers of its own, in a root folder; its number."""
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "chroot", root, "sleep", "1000000"]
    with subprocess.Popen(command, start_new_session=True) as parent:
        pid = 0
        try:
            pid = _inside(parent.pid)
            yield pid
        finally:
            os.killpg(parent.pid, signal.SIGKILL)
            _gone(pid)


def _inside(parent: int) -> int:
    """Its process that sleeps in the new namespace."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    while True:
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text() == "sleep\n":
                return int(child)


def _gone(pid: int) -> None:
    """Returns when a process that was killed has ended: nobody waits for it but this machine's first process."""
    end = time.monotonic() + 30
    while pid and started(pid) is not None:
        assert time.monotonic() < end, f"{pid} does not end"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("root")
    with tarfile.open(fileobj=io.BytesIO(busybox_root())) as archive:
        archive.extractall(folder, filter="tar")
    return str(folder)


def outside(document: bytes, folder: Path) -> dict[int, Found]:
    """The findings about containers that the engine does not know, by their first process."""
    found = {}
    for one in judged(document, folder).findings:
        if one.rule == "HH-MON-008":
            where = one.readings[0][2]
            found[int(where.split("/")[2])] = one
    return found


@pytest.mark.parametrize("own_root", [True, False], ids=["of its own", "of the host"])
def test_a_process_with_mounts_and_numbers_of_its_own_is_found_with_any_root(
    open_engine: Engine,
    root: str,
    tmp_path: Path,
    own_root: bool,
) -> None:
    with sandbox(root if own_root else "/") as pid:
        assert pid in outside(facts(open_engine, "containers"), tmp_path)
    assert pid not in outside(facts(open_engine, "containers"), tmp_path)


def test_a_container_of_an_engine_inside_a_container(open_engine: Engine, root: str, tmp_path: Path) -> None:
    prepare(open_engine)
    outer = start(open_engine, "outer", body())
    groups = []
    try:
        with sandbox(root) as pid:
            for line in Path(f"/proc/{pid_of(open_engine, 'outer')}/cgroup").read_text().splitlines():
                _, names, path = line.split(":", 2)
                for top in (Path(f"/sys/fs/cgroup/{names}"), Path("/sys/fs/cgroup")):
                    if names in {"pids", ""} and outer in path and Path(f"{top}{path}").is_dir():
                        groups.append(Path(f"{top}{path}/docker/{INNER}"))
                        groups[-1].mkdir(parents=True)
                        (groups[-1] / "cgroup.procs").write_text(str(pid))
            assert groups
            assert INNER[:12] in outside(facts(open_engine, "containers"), tmp_path)[pid].subject
    finally:
        for group in groups:
            group.rmdir()
            group.parent.rmdir()
        remove(open_engine, ["outer"])
        open_engine.call("DELETE", f"/networks/{NETWORK}")


def test_an_engine_that_is_down_hides_nothing(root: str, tmp_path: Path) -> None:
    with sandbox(root) as pid, patch.dict(os.environ, {"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}):
        document = collect(["containers"])
        assert pid in outside(document, tmp_path)
        assert next(note.kind for note in judged(document, tmp_path).not_checked) == "failed"
