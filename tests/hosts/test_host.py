"""What is read of a host: the real file system, real processes and sockets, the real kernel."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from texts import findings_of, scan_texts

from hardhull.hosts import kernel_audit, watchers
from hardhull.hosts.engine_files import files
from hardhull.hosts.engine_process import listeners, settings
from hardhull.hosts.host import host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Found

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="owners are changed by root only")


def found(rule: str, part: dict[str, Any]) -> list[Found]:
    """Findings about a host of which only a part was read."""
    text = json.dumps({"schema": "hardhull-facts/1", "collected": {"targets": ["host"]}, "host": part}, indent=1)
    return findings_of(rule, scan_texts({"facts.json": text}))


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A daemon.json in a folder of root's alone (pytest's own folders are below one that everybody may write to)."""
    path = tmp_path / "docker" / "daemon.json"
    path.parent.mkdir(mode=0o755)
    path.write_text("{}")
    path.chmod(0o644)
    return path


@NEEDS_ROOT
@pytest.mark.parametrize(
    ("mode", "bits"), [(0o644, 0), (0o600, 0), (0o606, 0o002), (0o622, 0o022), (0o755, 0o111), (0o4644, 0o4000)]
)
def test_modes_are_compared_bit_by_bit(configuration: Path, mode: int, bits: int) -> None:
    configuration.chmod(mode)
    read = files({"config-file": str(configuration)}, [])
    judged = found("HH-PRV-611", {"files": {str(configuration): read[str(configuration)]}})
    assert [one.message.rpartition(" ")[2] for one in judged] == (["0644"] if bits else [])
    if bits:
        assert f"{mode:04o}" in judged[0].message
        assert judged[0].readings[-1][2] == str(configuration), "the file is the evidence"


@NEEDS_ROOT
def test_owners_and_folders_that_others_may_change_are_found(configuration: Path) -> None:
    os.chown(configuration, 65534, 0)
    configuration.parent.chmod(0o777)
    read = files({"config-file": str(configuration)}, [])[str(configuration)]
    judged = found("HH-PRV-610", {"files": {str(configuration): read}})
    assert len(judged) == 2
    assert any("belongs to nobody:root" in one.message for one in judged)
    assert any(str(configuration.parent) in one.message and "another file" in one.message for one in judged)
    os.chown(configuration, 0, 0)
    configuration.parent.chmod(0o755)
    read = files({"config-file": str(configuration)}, [])[str(configuration)]
    assert not found("HH-PRV-610", {"files": {str(configuration): {**read, "above": ""}}})


@NEEDS_ROOT
def test_entries_of_an_access_list_are_read(configuration: Path) -> None:
    entries = [
        (0x01, 6, 0xFFFFFFFF),
        (0x02, 6, 65534),
        (0x04, 4, 0xFFFFFFFF),
        (0x10, 6, 0xFFFFFFFF),
        (0x20, 4, 0xFFFFFFFF),
    ]
    packed = b"\2\0\0\0" + b"".join(
        tag.to_bytes(2, "little") + bits.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, bits, who in entries
    )
    try:
        os.setxattr(configuration, "system.posix_acl_access", packed)
    except OSError as error:
        pytest.skip(f"this file system keeps no access lists: {error.strerror}")
    read = files({"config-file": str(configuration)}, [])[str(configuration)]
    assert read["acl"] == ["user:nobody:rw-"]
    assert any("access list" in one.message for one in found("HH-PRV-611", {"files": {str(configuration): read}}))


def test_flags_and_daemon_json_name_files(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps({"tlskey": "/k", "tlsverify": True}))
    assert settings(["dockerd", f"--config-file={path}", "--tlscert", "/c", "-H", "tcp://127.0.0.1:1"]) == {
        "config-file": str(path), "tlscert": "/c", "tlskey": "/k", "tlsverify": "true",
    }  # fmt: skip
    path.write_text("{broken")
    assert settings(["dockerd", "--config-file", str(path), "--tls"]) == {"config-file": str(path), "tls": "true"}


def test_listening_sockets_are_those_of_the_process_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as own, subprocess.Popen(["sleep", "60"]) as other:
        port = own.getsockname()[1]
        try:
            assert f"127.0.0.1:{port}" in listeners(os.getpid())
            assert not listeners(other.pid)
        finally:
            other.kill()


@pytest.mark.parametrize(
    ("address", "verify", "severity"),
    [("0.0.0.0:2375", False, "critical"), ("[::]:2375", False, "critical"), ("127.0.0.1:2375", False, "high"),
     ("10.0.0.5:2376", True, "low")],
)  # fmt: skip
def test_an_engine_on_the_network_is_judged_by_who_may_ask(address: str, verify: bool, severity: str) -> None:
    judged = found("HH-NET-610", {"engine": {"/proc/7/net/tcp": [address], "verify": verify}})
    assert [one.severity.word for one in judged] == [severity]
    assert judged[0].readings[-1] == ("tcp", address, "/proc/7/net/tcp")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is called falco."""
    program = tmp_path / "falco"
    shutil.copy(str(shutil.which("sleep")), program)
    with subprocess.Popen([program, "600"]) as started:
        for _ in range(1000):
            if Path(f"/proc/{started.pid}/comm").read_text(encoding="ascii") == "falco\n":
                break
            time.sleep(0.01)
        yield started
        started.kill()


def test_a_monitor_counts_as_long_as_it_lives(process: subprocess.Popen[bytes]) -> None:
    assert watchers.watching({process.pid: "falco", 1: "init"}) == {f"/proc/{process.pid}/comm": "falco"}
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not watchers.watching({process.pid: "falco"}), "a zombie watches nothing"


def test_forwarding_is_told_from_comments() -> None:
    assert watchers.FORWARDS.search("module(load=x)\n*.* @@logs.example.com:514\n")
    assert watchers.FORWARDS.search('action(type="omfwd" target="logs")')
    assert not watchers.FORWARDS.search("#*.* @@logs.example.com:514\n*.* /var/log/all\n")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_certificates_are_read_and_judged(tmp_path: Path) -> None:
    made = {}
    for name, days, bits in (("soon", 5, 2048), ("good", 300, 2048), ("short", 300, 1024)):
        words = ["openssl", "req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-subj", "/CN=x", "-days", str(days)]
        made[name] = tmp_path / f"{name}.pem"
        subprocess.run([*words, "-keyout", tmp_path / "key", "-out", made[name]], check=True, capture_output=True)
    from hardhull.hosts.host import _certificates  # the part of a host that needs no engine

    gaps: list[str] = []
    read: dict[str, dict[str, int]] = {}
    for path in made.values():
        read |= _certificates({"tlscert": str(path)}, lambda *gap: gaps.append(gap[0]))
    assert not gaps
    judged = found(
        "HH-NET-611", {"certificates": {name: one for name, one in read.items() if name.startswith(str(tmp_path))}}
    )
    assert {(one.message.split()[-2], "soon" in one.message, "short" in one.message) for one in judged} == {
        ("4", True, False), ("1024", False, True),
    }  # fmt: skip
    made["good"].write_text("no certificate")
    _certificates({"tlscert": str(made["good"])}, lambda *gap: gaps.append(gap[0]))
    assert gaps == [f"the certificate {made['good']}"]


@NEEDS_ROOT
def test_the_kernel_says_whether_it_audits() -> None:
    state = kernel_audit.status()
    assert state is None or state["enabled"] in {0, 1, 2}


def test_a_part_that_was_not_read_is_not_checked_and_no_pass() -> None:
    text = json.dumps({"schema": "hardhull-facts/1", "collected": {"targets": ["host"]}, "host": {"monitors": {}}})
    result = scan_texts({"facts.json": text})
    counts = {check.rule: check for check in result.checks}
    assert counts["HH-PRV-611"].skipped == 1
    assert counts["HH-PRV-611"].subjects == 0
    assert counts["HH-MON-611"].subjects == 1


@NEEDS_ROOT
def test_a_whole_host_is_read_and_judged() -> None:
    gaps: list[tuple[str, str, str]] = []
    part = host(0, "/", [], [], lambda *gap: gaps.append(gap))
    assert part["data_root"]["apart"] is False
    assert part["sysctls"]["/proc/sys/kernel/randomize_va_space"] in {"0", "1", "2"}
    assert found("HH-LIM-610", part)
    assert bool(found("HH-MON-611", part)) == (not part["monitors"])
