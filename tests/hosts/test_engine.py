"""A running engine against its configuration: what is written and not followed, and what it does that nobody wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from docker_engine import missing, running_engine, skip
from hardhull.hosts.tcp_probe import asked
from live_containers import facts, judged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.model.result import Found

pytestmark = pytest.mark.engine

BEGUN: dict[str, Any] = {"icc": False, "log-opts": {"max-size": "1m"}, "labels": ["tier=test"]}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine("told", BEGUN) as started:
        yield started


@pytest.fixture(autouse=True)
def _as_begun(engine: Engine) -> Iterator[None]:
    """Every test leaves the file with the content and the time that it had at the start."""
    file = engine.socket.parent / "daemon.json"
    before, status = file.read_bytes(), file.stat()
    yield
    file.write_bytes(before)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def findings(engine: Engine, rule: str = "") -> list[Found]:
    found = judged(facts(engine, "engine"), engine.socket.parent).findings
    return [one for one in found if not rule or one.rule == rule]


def values(engine: Engine, rule: str) -> set[str]:
    """What the findings of a rule are about."""
    return {one.message.partition(" ")[0] for one in findings(engine, rule)}


def write(engine: Engine, text: str) -> None:
    """Changes daemon.json two seconds after the engine's start, whatever the clock says."""
    file = engine.socket.parent / "daemon.json"
    file.write_text(text)
    os.utime(file, (time.time() + 5, time.time() + 5))


def test_an_engine_that_follows_its_configuration_has_no_drift(engine: Engine) -> None:
    assert not findings(engine, "HH-MON-192")
    assert not findings(engine, "HH-MON-193")
    assert not findings(engine, "HH-NET-101"), "icc is off in the file, in the bridge and in the packet filter"


def test_the_version_is_judged_and_the_socket(engine: Engine) -> None:
    assert [one.readings[0][2] for one in findings(engine, "HH-MON-109")] == ["GET /version"]
    engine.socket.chmod(0o666)
    (found,) = findings(engine, "HH-NET-108")
    assert "0666" in found.message
    engine.socket.chmod(0o660)
    assert not findings(engine, "HH-NET-108")


NOT_LOADED: list[tuple[dict[str, Any], str]] = [
    ({"icc": True}, "icc"),
    ({"userns-remap": "default"}, "userns-remap"),
    ({"live-restore": True}, "live-restore"),
    ({"no-new-privileges": True}, "no-new-privileges"),
    ({"seccomp-profile": "/etc/docker/own.json"}, "seccomp-profile"),
    ({"selinux-enabled": True}, "selinux-enabled"),
    ({"userland-proxy": False}, "userland-proxy"),
    ({"authorization-plugins": ["nope"]}, "authorization-plugins"),
    ({"insecure-registries": ["registry.example.com:5000"]}, "insecure-registries"),
    ({"registry-mirrors": ["https://mirror.example.com"]}, "registry-mirrors"),
    ({"log-driver": "syslog"}, "log-driver"),
    ({"log-opts": {"max-size": "5m"}}, "log-opts"),
    ({"log-level": "warn"}, "log-level"),
    ({"debug": True}, "debug"),
    ({"experimental": True}, "experimental"),
    ({"labels": ["tier=prod"]}, "labels"),
    ({"iptables": False}, "iptables"),
    ({"ip-forward": False}, "ip-forward"),
    ({"ip": "127.0.0.1"}, "ip"),
    ({"ipv6": True, "fixed-cidr-v6": "fd00::/80"}, "ipv6"),
    ({"bip": "10.9.0.1/24"}, "bip"),
    ({"mtu": 1400}, "mtu"),
    ({"dns": ["192.0.2.1"]}, "dns"),
    ({"default-address-pools": [{"base": "10.10.0.0/16", "size": 24}]}, "default-address-pools"),
    ({"default-ulimits": {"nofile": {"Name": "nofile", "Hard": 1024, "Soft": 1024}}}, "default-ulimits"),
    ({"default-shm-size": "16M"}, "default-shm-size"),
    ({"default-ipc-mode": "shareable"}, "default-ipc-mode"),
    ({"default-cgroupns-mode": "private"}, "default-cgroupns-mode"),
    ({"default-runtime": "other", "runtimes": {"other": {"path": "/usr/bin/runc"}}}, "default-runtime"),
    ({"cgroup-parent": "/evil"}, "cgroup-parent"),
    ({"data-root": "/srv/elsewhere"}, "data-root"),
    ({"storage-driver": "vfs"}, "storage-driver"),
    ({"exec-opts": ["native.cgroupdriver=cgroupfs"]}, "exec-opts"),
    ({"max-concurrent-downloads": 9}, "max-concurrent-downloads"),
    ({"max-concurrent-uploads": 9}, "max-concurrent-uploads"),
    ({"shutdown-timeout": 60}, "shutdown-timeout"),
    ({"init": True}, "init"),
    ({"group": "operators"}, "group"),
    ({"metrics-addr": "127.0.0.1:9323"}, "metrics-addr"),
    ({"features": {"buildkit": True}}, "features"),
    ({"tlsverify": True}, "tlsverify"),
    ({"no-new-privileges": True, "userland-proxy": False}, "userland-proxy"),
]
"""Configurations that are written and not loaded, and the key to be named."""


def test_there_are_forty_of_them() -> None:
    assert len(NOT_LOADED) >= 40


def test_each_setting_that_is_written_and_not_loaded_is_named(engine: Engine) -> None:
    """In one file each, as somebody would change it, and the engine goes on as before."""
    missed = []
    for changes, key in NOT_LOADED:
        write(engine, json.dumps({**BEGUN, **changes}, indent=2))
        if key not in values(engine, "HH-MON-192"):
            missed.append(key)
    assert not missed


def test_a_file_that_cannot_be_read_any_more_is_named_before_the_next_start(engine: Engine) -> None:
    write(engine, '{"icc": false,}')
    (found,) = findings(engine, "HH-MON-192")
    assert "trailing comma" in found.message


def test_what_is_not_followed_is_told_without_its_secrets(engine: Engine) -> None:
    token, password = "Wn7rQ2xLk9Tz4PbV", "Hd1KfCPq8sJ3nVy6"
    options = {"splunk-token": token, "splunk-url": f"https://u:{password}@logs.example.com"}
    write(
        engine, json.dumps({**BEGUN, "log-driver": "splunk", "log-opts": options, "labels": [f"password={password}"]})
    )
    told = " ".join(f"{one.message} {one.readings} {one.locations}" for one in findings(engine))
    assert "splunk-token=[redacted]" in told
    assert token not in told
    assert password not in told


def test_what_an_upgrade_would_refuse_is_told_with_the_version(engine: Engine) -> None:
    write(engine, json.dumps({**BEGUN, "api-cors-header": "*"}))
    (found,) = findings(engine, "HH-MON-109")
    assert "before an upgrade: api-cors-header was removed" in found.message


def test_a_reload_brings_what_it_can_and_the_rest_is_still_named(engine: Engine) -> None:
    write(engine, json.dumps({**BEGUN, "live-restore": True, "icc": True, "debug": True}))
    process = _process(engine)
    os.kill(process, signal.SIGHUP)
    _until(lambda: b'"LiveRestoreEnabled":true' in engine.call("GET", "/info"))
    assert values(engine, "HH-MON-192") >= {"icc"}
    assert not values(engine, "HH-MON-192") & {"live-restore", "debug"}
    write(engine, json.dumps(BEGUN))
    assert values(engine, "HH-MON-193") == {"the"}, "it still has them, and the file does not say so"
    messages = " ".join(one.message for one in findings(engine, "HH-MON-193"))
    assert "live-restore" in messages
    assert "debug" in messages
    write(engine, json.dumps({**BEGUN, "live-restore": False, "debug": False}))
    os.kill(process, signal.SIGHUP)
    _until(lambda: b'"LiveRestoreEnabled":false' in engine.call("GET", "/info"))


def test_what_the_packet_filter_does_counts_and_not_what_the_network_says(engine: Engine) -> None:
    rule = ["FORWARD", "-i", "docker0", "-o", "docker0", "-j", "DROP"]
    enter = ["nsenter", f"--net=/run/netns/{engine.namespace}", "iptables"]
    subprocess.run([*enter, "-D", *rule], check=True)
    try:
        (found,) = findings(engine, "HH-NET-101")
        assert found.readings[0][1] == "false", "the network itself still says no"
        assert "icc" in values(engine, "HH-MON-192")
    finally:
        subprocess.run([*enter, "-A", *rule], check=True)
    assert not findings(engine, "HH-NET-101")


def test_every_finding_names_what_proves_it(engine: Engine) -> None:
    assert not [one for one in findings(engine) if not one.readings]


def _process(engine: Engine) -> int:
    return int((engine.socket.parent / "pid").read_text())


def _until(holds: Any) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA and a certificate of it for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*make, *name, "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True
    )
    return folder


@pytest.mark.parametrize("asks", ["nothing", "TLS", "a client certificate"])
def test_what_its_tcp_port_asks_for_is_tried(certificates: Path, asks: str) -> None:
    config: dict[str, Any] = {}
    if asks != "nothing":
        config = {"tlsverify": asks != "TLS", "tlscacert": f"{certificates}/cert.pem",
                  "tlscert": f"{certificates}/cert.pem", "tlskey": f"{certificates}/key.pem"}  # fmt: skip
    with running_engine("port", config, hosts=["tcp://127.0.0.1:2375"]) as engine:
        found = findings(engine, "HH-NET-103")
        assert [one.severity.word for one in found] == ([] if asks == "a client certificate" else ["high"])
        document = facts(engine, "engine")
        assert f'"asks_for": "{asks}"'.encode() in document


def test_a_port_of_something_else_is_no_engine() -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            other, _ = server.accept()
            with other:
                other.recv(100)
                other.sendall(b"220 mail.example.com\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert asked("127.0.0.1", server.getsockname()[1]) == "no engine"
        thread.join()


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bytes, Path]]:
    """The facts of the only node of a swarm, with two networks of its own."""
    with running_engine("swarm") as started:
        started.send("POST", "/swarm/init", ListenAddr="0.0.0.0:2377", AdvertiseAddr="127.0.0.1")
        try:
            started.send("POST", "/networks/create", Name="open", Driver="overlay")
            started.send("POST", "/networks/create", Name="shut", Driver="overlay", Options={"encrypted": ""})
            yield facts(started, "engine"), tmp_path_factory.mktemp("swarm")
        finally:
            started.call("POST", "/swarm/leave?force=1")


def test_a_swarm_is_judged_by_what_its_manager_tells(manager: tuple[bytes, Path]) -> None:
    result = judged(*manager)
    found: dict[str, list[Found]] = {}
    for one in result.findings:
        found.setdefault(result.rules[one.rule].name, []).append(one)
    assert [one.message.split()[3] for one in found["overlay-not-encrypted"]] in (
        ["open", "ingress"],
        ["ingress", "open"],
    )
    assert len(found["swarm-managers-unlocked"]) == 1
    assert {one.message.split()[1] for one in found["swarm-ports-on-all-addresses"]} == {"2377", "7946"}
    assert not {"swarm-managers-too-many", "swarm-certificates-long-lived"} & found.keys()
    assert not found.get("engine-api-without-tls"), "the swarm's ports are not the engine's API"
    answers = {one.v18: one.status for one in result.controls if one.v18.startswith("7.")}
    assert answers == {
        "7.1": "pass", "7.2": "fail", "7.3": "fail", "7.4": "manual", "7.5": "fail", "7.6": "manual", "7.7": "pass",
        "7.8": "manual", "7.9": "manual",
    }  # fmt: skip


def test_outside_a_swarm_its_rules_have_no_subject(engine: Engine) -> None:
    result = judged(facts(engine, "engine"), engine.socket.parent)
    about = {one.rule for one in result.checks if one.subjects}
    names = {result.rules[rule].name for rule in about}
    assert not {name for name in names if name.startswith(("swarm-", "overlay-"))}
