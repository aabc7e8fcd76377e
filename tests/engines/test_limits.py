"""``hardhull prove engine``: each limit by a load with it and without it, and what `scan` makes of it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

import docker_engine
from docker_engine import missing, running_engine, skip
from hardhull.cli.main import main
from hardhull.engines.loads import limited
from hardhull.engines.probe import bring_image, clear
from hardhull.hosts.limits import kept
from hardhull.supply.connection import connect
from live_containers import HARDENED, body, facts, judged, prepare, remove, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """With its data on the disk that the machine has: memory cannot be throttled."""
    why = missing()
    if why:
        skip(why)
    place = Path(tempfile.mkdtemp(prefix="hh", dir="/var/tmp"))
    with patch.object(docker_engine, "_folder", lambda: place), running_engine("limits") as started:
        prepare(started)
        yield started


@pytest.fixture(scope="module")
def proven(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    """What is shown of each setting; for `scan` it is kept in a folder of the tests."""
    folder = tmp_path_factory.mktemp("state")
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}", "HARDHULL_HOST_STATE": str(folder)}):
        assert main(["prove", "engine", "--quiet"]) == 0
        document = json.loads((folder / "limits.json").read_text())
        found = {one["setting"]: one for one in document["limits"]}
        assert len(found) == len(document["limits"]), "each is shown once"
        yield found


def test_memory_processes_and_processors_are_held_to_their_limits(proven: dict[str, dict[str, str]]) -> None:
    assert {name: proven[name]["verdict"] for name in ("memory", "pids", "cpuset")} == dict.fromkeys(
        ("memory", "pids", "cpuset"), "kept"
    )
    assert proven["memory"]["seen"] == "160 MiB: killed with it, succeeded without"
    assert proven["pids"]["seen"] == "128 processes: blocked with it, succeeded without"
    assert proven["cpus"]["verdict"] in {"kept", "not shown"}, "a machine may be too busy to use a quarter of it"
    assert proven["pids"]["kernel"].endswith("= 32")


def test_what_this_kernel_does_not_know_is_told(proven: dict[str, dict[str, str]]) -> None:
    unified = not Path("/sys/fs/cgroup/memory").exists()
    assert proven["kernel_memory"]["verdict"] in {"nothing", "refused"}, "runc has ignored it since 1.0"
    assert proven["memory_swappiness"]["verdict"] == ("nothing" if unified else "set")
    scheduler = proven["weight"]
    assert scheduler["verdict"] in {"nothing", "set"}
    assert scheduler["why"]


def test_the_disk_is_throttled_past_the_cache_only(proven: dict[str, dict[str, str]]) -> None:
    if proven["write_bps"]["verdict"] == "not shown":
        pytest.skip(proven["write_bps"]["why"])
    for field in ("read_bps", "write_bps", "read_iops", "write_iops"):
        assert proven[field]["verdict"] in {"kept", "not shown"}, proven[field]
    if Path("/sys/fs/cgroup/blkio").exists():
        assert proven["write_bps_buffered"]["verdict"] == "nothing"


def test_nothing_of_it_is_left(engine: Engine, proven: dict[str, dict[str, str]]) -> None:
    assert proven
    assert json.loads(engine.call("GET", "/containers/json?all=1")) == []
    assert not json.loads(engine.call("GET", "/volumes"))["Volumes"]
    assert [one["RepoTags"] for one in json.loads(engine.call("GET", "/images/json"))] == [[HARDENED["Image"]]]


def test_a_memory_load_is_let_through_where_there_is_no_limit(engine: Engine) -> None:
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}"}):
        client, _ = connect()
    bring_image(client)
    try:
        with limited(client, {"Memory": 256 << 20, "MemorySwap": 256 << 20}) as one:
            assert one.load("flood-memory=16")[1] == "succeeded"
            assert one.load("flood-memory=512")[1] == "killed"
    finally:
        clear(client)


def rules(engine: Engine, *targets: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for one in judged(facts(engine, *targets), engine.socket.parent).findings:
        out.setdefault(one.rule, []).append(one.message)
    return out


def test_scan_knows_what_was_shown(engine: Engine, proven: dict[str, dict[str, str]]) -> None:
    if "write_bps_buffered" not in proven or proven["write_bps_buffered"]["verdict"] != "nothing":
        pytest.skip("this machine throttles what is written through the cache")
    device = proven["write_bps"]["kernel"].split(" = ")[1].split()[0]
    node = "/dev/" + Path(f"/sys/dev/block/{device}").resolve().name
    start(engine, "wrote", body(BlkioDeviceWriteBps=[{"Path": node, "Rate": 1 << 20}]))
    start(engine, "plain", body())
    try:
        found = rules(engine, "containers")["HH-PRV-210"]
        assert [one for one in found if "wrote" in one and "bypasses the cache only" in one]
        assert not [one for one in found if "plain" in one]
    finally:
        remove(engine, ["wrote", "plain"])
    assert "HH-LIM-110" not in rules(engine, "engine")


def test_what_is_kept_counts_for_its_kernel_and_engine_and_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDHULL_HOST_STATE", str(tmp_path))
    document: dict[str, Any] = {
        "schema": "hardhull-limits/1", "kernel": os.uname().release, "engine": "20.10.24", "limits": [],
    }  # fmt: skip
    file = tmp_path / "limits.json"
    assert kept("20.10.24") == {}
    file.write_text(json.dumps(document))
    file.chmod(0o600)
    assert kept("20.10.24") == {str(file): document}
    assert kept("28.5.2") == {}, "another engine"
    file.chmod(0o666)
    assert kept("20.10.24") == {}, "anybody may have written it"
    file.chmod(0o600)
    file.write_text(json.dumps({**document, "kernel": "2.6.32"}))
    assert kept("20.10.24") == {}
    file.write_text("{")
    assert kept("20.10.24") == {}


def test_an_engine_is_not_proven_with_the_options_of_workloads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "engine", "--service", "web"]) == 2
    assert "leave those options out" in capsys.readouterr().err
