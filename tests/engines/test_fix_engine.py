"""``hardhull fix engine`` on a real engine: tried first, then whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from changed_engines import SERVE, file, info, names, process, run
from hardhull.cli.main import main
from hardhull.engines.namespaces import within

if TYPE_CHECKING:
    from docker_engine import Engine

pytestmark = pytest.mark.engine
PORT = 18080


@pytest.fixture
def engine(changed_engine: Engine) -> Engine:
    return changed_engine


def planned(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["fix", "engine", *words, "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


BAD = {
    "trailing comma": ('{"icc": false,}', ""),
    "unknown key": ('{"icd": false}', "schema"),
    "wrong type": ('{"icc": "no"}', "schema"),
    "wrong type inside": ('{"log-opts": {"max-file": 3}}', "schema"),
    "newer key": ('{"log-format": "json"}', "schema"),
    "written twice": ('{"icc": false, "icc": true}', "schema"),
    "option of another driver": ('{"log-driver": "syslog", "log-opts": {"max-size": "10m"}}', "schema"),
    "size that breaks starts": ('{"log-opts": {"max-size": "10q"}}', "schema"),
    "on the command line too": ('{"data-root": "/srv/docker"}', "command line"),
    "dead log server": ('{"log-driver": "syslog", "log-opts": {"syslog-address": "tcp://127.0.0.1:9"}}', "host"),
    "absent log driver": ('{"log-driver": "nosuch"}', "host"),
    "address of another machine": ('{"ip": "192.0.2.7"}', "host"),
    "limit above what the kernel allows": (
        '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 9, "Hard": 2000000000}}}', "shadow"),
    "runtime that is not there": ('{"runtimes": {"fast": {"path": "/nosuch"}}}', "shadow"),
    "proxy that is not there": ('{"userland-proxy-path": "/nosuch"}', "shadow"),
    "profile that is not there": ('{"seccomp-profile": "/nosuch.json"}', "shadow"),
}  # fmt: skip
"""Files that an engine refuses, ignores, or takes and then cannot start containers with; and which check says so."""


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_found_before_the_real_one_is_touched(
    engine: Engine, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, stage = BAD[name]
    (tmp_path / "new.json").write_text(text)
    pid = process(engine)
    code = main(["fix", "engine", "new.json", "--apply", "--allow", "restart", "--format", "json"])
    shown = capsys.readouterr()
    if stage:
        assert code == 1
        assert [one["stage"] for one in json.loads(shown.out)["refused"]][:1] == [stage]
    else:
        assert (code, "trailing comma" in shown.err) == (5, True)
    assert (file(engine).read_bytes(), process(engine)) == (b"{}", pid)


def test_a_plan_changes_nothing_and_shows_what_a_shadow_did(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    users, pid = Path("/etc/passwd").read_bytes(), process(engine)
    found = planned(capsys, "icc=false", "no-new-privileges=true", "userns-remap=default", 'labels=["a=b"]')
    assert not found["refused"]
    assert {one["key"]: (one["way"], one["shadow"]["kept"]) for one in found["settings"]} == {
        "icc": ("restart", True), "labels": ("reload", True), "no-new-privileges": ("restart", True),
        "userns-remap": ("restart", True),
    }  # fmt: skip
    assert found["allow"] == ["restart", "hide"]
    assert (file(engine).read_bytes(), process(engine)) == (b"{}", pid)
    assert Path("/etc/passwd").read_bytes() == users, "the shadow made its user in a copy of /etc"


def test_keys_that_no_rule_reads_are_told_too(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert process(engine)
    written = ['node-generic-resources=["a=b"]', 'cluster-store-opts={"kv.path":"a"}', 'registry-mirrors=["http://m"]',
               'allow-nondistributable-artifacts=["r.example"]']  # fmt: skip
    found = planned(capsys, *written)
    assert {one["key"]: (one["old"], one["new"], one["way"]) for one in found["settings"]} == {
        "node-generic-resources": ("not set", "a=b", "restart"),
        "cluster-store-opts": ("not set", "kv.path=a", "restart"),
        "registry-mirrors": ("none", "http://m", "reload"),
        "allow-nondistributable-artifacts": ("not set", "r.example", "reload"),
    }
    assert main(["fix", "engine", *written]) == 0
    assert "cluster-store-opts: not set -> kv.path=a" in capsys.readouterr().out


def test_what_interrupts_wants_consent(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    run(engine, "web", "sleep 1000000")
    assert main(["fix", "engine", "icc=false", "--apply"]) == 5
    said = capsys.readouterr().err
    assert "--allow restart" in said
    assert "web" in said
    assert file(engine).read_bytes() == b"{}"


def test_a_reload_interrupts_nothing_and_is_taken_back_by_a_reload(engine: Engine) -> None:
    pid = process(engine)
    assert main(["fix", "engine", "live-restore=true", "max-concurrent-downloads=7", "--apply", "-q"]) == 0
    assert info(engine)["LiveRestoreEnabled"]
    assert main(["undo", "--root", "/", "-q"]) == 0
    assert not info(engine)["LiveRestoreEnabled"], "a reload without the key alone would have left it on"
    assert process(engine) == pid
    assert sorted(path.name for path in file(engine).parent.glob("*daemon.json*")) == ["daemon.json"]


def test_a_restart_brings_back_what_ran_and_so_does_its_undo(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    run(engine, "db", RestartPolicy={"Name": "always"})
    web = run(engine, "web", PortBindings={"80/tcp": [{"HostPort": str(PORT)}]})
    pid = process(engine)
    assert main(["fix", "engine", "icc=false", "--apply", "--allow", "restart", "--format", "json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["settings"][0]["engine"]["kept"] is True
    assert process(engine) != pid
    assert names(engine) == ["db", "web"]
    assert engine.send("GET", f"/containers/{web}/json")["State"]["Running"]
    assert json.loads(file(engine).read_bytes()) == {"icc": False}
    assert file(engine).with_name("daemon.json.bak").read_bytes() == b"{}"
    assert main(["undo", "--root", "/", "-q"]) == 0
    assert names(engine) == ["db", "web"]
    assert file(engine).read_bytes() == b"{}"


def test_a_bridge_that_live_restore_would_keep_is_made_anew_without_containers(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", "engine", "live-restore=true", "--apply", "-q"]) == 0
    run(engine, "web")
    found = planned(capsys, "icc=false")
    assert found["way"] == "restart without containers"
    assert main(["fix", "engine", "icc=false", "--apply", "--allow", "restart", "-q"]) == 0
    assert names(engine) == ["web"]
    bridge = next(one for one in engine.send("GET", "/networks") if one["Name"] == "bridge")
    assert bridge["Options"]["com.docker.network.bridge.enable_icc"] == "false"
    assert main(["undo", "--root", "/", "-q"]) == 0


def gateway(engine: Engine) -> str:
    engine.close()  # it was another process before
    rows = engine.send("GET", "/networks/bridge")["IPAM"]["Config"]
    return str(rows[0].get("Gateway") or rows[0]["Subnet"])


def test_the_bridge_keeps_its_address_without_bip_and_an_undo_gives_it_back(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    before = gateway(engine)
    assert main(["fix", "engine", "bip=172.31.9.1/24", "--apply", "--allow", "restart", "-q"]) == 0
    assert gateway(engine) == "172.31.9.1"
    found = planned(capsys, "bip=", "fixed-cidr=172.17.0.0/25")
    assert [one["stage"] for one in found["refused"]] == ["shadow"], "a fresh engine would have another bridge"
    assert any("goes on with the address" in note for one in found["settings"] for note in one["notes"])
    assert main(["undo", "--root", "/", "-q"]) == 0
    assert gateway(engine).rpartition(".")[0] == before.rpartition(".")[0]
    assert file(engine).read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("setting", "stage", "why"),
    [("iptables=false", "host", "leaves the rules"), ("graph=/srv/docker", "command line", "would not start")],
)
def test_what_an_engine_would_not_do_is_refused(
    engine: Engine, setting: str, stage: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gateway(engine)
    [refused] = planned(capsys, setting)["refused"]
    assert refused["stage"] == stage
    assert why in refused["why"]


def test_users_of_containers_have_to_come_through_to_the_data(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(info(engine)["DockerRootDir"])
    mode = root.parent.stat().st_mode
    root.parent.chmod(0o700)
    try:
        [refused] = planned(capsys, "userns-remap=default")["refused"]
    finally:
        root.parent.chmod(mode)
    assert (refused["stage"], refused["key"]) == ("host", "userns-remap")
    assert str(root.parent) in refused["why"]


def test_containers_are_not_left_running_where_the_engine_no_longer_looks(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", "engine", "live-restore=true", "--apply", "-q"]) == 0
    run(engine, "web")
    words = ["fix", "engine", "containerd-namespace=other", "--apply", "--allow", "restart", "--format", "json"]
    capsys.readouterr()
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["way"] == "restart without containers"
    assert names(engine) == ["web"]
    assert main(["undo", "--root", "/", "-q"]) == 0
    assert names(engine) == ["web"]


def test_what_shows_itself_only_afterwards_is_taken_back(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """A log server that answers when it is asked, and is gone when the engine's first container wants it."""
    run(engine, "web")

    def listening() -> socket.socket:
        made = socket.socket()
        made.bind(("127.0.0.1", 0))
        made.listen()
        return made

    server = within(f"/proc/{process(engine)}/ns/net", listening)
    address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

    def answer_once() -> None:
        server.accept()[0].close()
        server.close()

    once = Thread(target=answer_once)
    once.start()
    options = f'log-opts={{"syslog-address": "{address}"}}'
    code = main(["fix", "engine", "log-driver=syslog", options, "--apply", "--allow", "restart"])
    once.join()
    assert code == 1
    assert "a container does not start on it" in capsys.readouterr().err
    assert file(engine).read_bytes() == b"{}"
    assert names(engine) == ["web"]
    assert info(engine)["LoggingDriver"] == "json-file"


@pytest.mark.parametrize("moment", ["written", "stopped"])
def test_a_kill_is_taken_back_at_once(engine: Engine, moment: str) -> None:
    """By the guard, and without another command: at the moment when the file is there, and when the engine is away."""
    run(engine, "web", "sleep 1000000" if moment == "written" else SERVE)
    words = [sys.executable, "-m", "hardhull", "fix", "engine", "icc=false", "--apply", "--allow", "restart", "-q"]
    pid = process(engine)
    command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while time.monotonic() < end and not _came(engine, moment, pid):
        time.sleep(0.01)
    assert command.poll() is None, "it came to its end before it could be killed"
    os.kill(command.pid, signal.SIGKILL)
    command.wait()
    end = time.monotonic() + 60
    while time.monotonic() < end and not (file(engine).read_bytes() == b"{}" and _well(engine)):
        time.sleep(0.1)
    assert file(engine).read_bytes() == b"{}"
    assert names(engine) == ["web"]
    assert not list(file(engine).parent.glob(".*hardhull*"))


def _came(engine: Engine, moment: str, pid: int) -> bool:
    if moment == "written":
        return file(engine).read_bytes() != b"{}"
    return not Path(f"/proc/{pid}").exists() or b"zombie" in Path(f"/proc/{pid}/status").read_bytes()


def _well(engine: Engine) -> bool:
    with suppress(OSError, AssertionError):
        return names(engine) == ["web"]
    return False
