"""What single examples cannot show about the rules over engines, hosts and profiles."""

from __future__ import annotations

import json

import pytest
from texts import findings_of, scan_texts

from hardhull.rules.engine.engine_api_without_tls import address_of, is_loopback


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("tcp://0.0.0.0:2375", "0.0.0.0"),
        ("tcp://10.0.0.1", "10.0.0.1"),
        ("tcp://[::]:2375", "::"),
        ("tcp://:2375", "localhost"),
        ("tcp://", "localhost"),
        ("10.0.0.1:2375", "10.0.0.1"),
        ("unix:///var/run/docker.sock", None),
        ("fd://", None),
        ("npipe:////./pipe/x", None),
    ],
)
def test_addresses(host: str, address: str | None) -> None:
    assert address_of(host) == address


def test_loopback() -> None:
    assert [is_loopback(one) for one in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "::", "1.127.0.0")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def found(rule: str, files: dict[str, str]) -> list[tuple[str, str]]:
    return [(one.severity.word, one.confidence.word) for one in findings_of(rule, scan_texts(files))]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('{"hosts": ["tcp://127.0.0.1:2375"]}', [("high", "high")]),
        ('{"hosts": ["tcp://h:2375"], "tls": "yes"}', []),
        ('{"hosts": ["tcp://h:2375"], "tlsverify": false}', [("critical", "high")]),
        ('{"hosts": ["fd://"]}', []),
        ('{"hosts": "tcp://h:2375"}', []),
    ],
)
def test_open_ports_in_files(config: str, expected: list[tuple[str, str]]) -> None:
    assert found("HH-NET-103", {"daemon.json": config}) == expected


def test_a_line_alone_is_less_sure_and_a_variable_says_nothing() -> None:
    assert found("HH-NET-103", {"a.sh": "dockerd -H tcp://h:2375\n"}) == [("critical", "medium")]
    assert found("HH-NET-103", {"a.sh": "dockerd -H tcp://h:2375 --tls=false\n"}) == [("critical", "medium")]
    assert found("HH-NET-103", {"a.sh": "dockerd -H tcp://h:2375 $OPTS\n"}) == []
    assert found("HH-NET-103", {"a.sh": 'dockerd -H "tcp://$IP:2375" --tlsverify\n'}) == []


def test_a_unit_and_its_daemon_json_are_one_engine() -> None:
    unit = "[Service]\nExecStart=/usr/bin/dockerd -H tcp://h:2376\n"
    files = {"etc/systemd/system/docker.service": unit, "etc/docker/daemon.json": '{"tlsverify": true}'}
    assert found("HH-NET-103", files) == []
    files["etc/docker/daemon.json"] = '{"hosts": ["fd://"]}'
    assert found("HH-NET-103", files) == [("critical", "high")]
    assert found("HH-MON-190", files) == [("high", "high")]


def test_unknown_values_are_never_findings() -> None:
    files = {
        "daemon.json": '{"icc": "x", "no-new-privileges": 1, "userns-remap": [], "log-driver": 1, "log-opts": [], "ip": 1,'
        '"default-ulimits": 1, "live-restore": "", "userland-proxy": "", "iptables": 0, "seccomp-profile": {},'
        '"authorization-plugins": "", "insecure-registries": {}, "debug": "", "experimental": 1}'
    }
    result = scan_texts(files)
    assert {one.rule for one in result.findings} == {"HH-MON-190"}
    assert len(result.findings) == 15
    assert len(result.not_checked) >= 14


def test_a_connect_rule_anywhere_in_the_folder_is_enough() -> None:
    watch, connect = "-w /run/docker.sock -p rw\n", "-a always,exit -F arch=b64 -S connect -F path=/run/docker.sock\n"
    assert found("HH-MON-201", {"rules.d/docker.rules": watch}) == [("medium", "high")]
    assert found("HH-MON-201", {"rules.d/docker.rules": watch, "rules.d/90-docker.rules": connect}) == []


def test_renamed_programs_and_missing_parts_have_their_own_rules() -> None:
    files = {"docker.rules": "-w /usr/bin/docker-containerd -p wa\n-w /usr/bin/docker-runc -p wa\n"}
    assert len(found("HH-MON-203", files)) == 2
    assert found("HH-MON-202", files) == [("low", "medium")]
    assert found("HH-MON-202", {"x.rules": "-w /etc/passwd -p wa # docker\n"}) == []


def test_a_profile_that_allows_much_or_starts_nothing() -> None:
    def profile(*names: str) -> dict[str, str]:
        rule = {"names": names, "action": "SCMP_ACT_ALLOW"}
        return {"s.json": json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [rule]})}

    needed = ("close", "execve", "fstatfs", "getdents64", "openat", "write")
    assert found("HH-PRV-402", profile(*needed[1:])) == [("high", "high")]
    assert found("HH-PRV-402", profile(*needed)) == [("medium", "high")]
    assert found("HH-PRV-402", profile(*needed, "statx", "fstat")) == []
    open_ = '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}]}'
    assert found("HH-PRV-403", {"s.json": open_}) == [("medium", "high")]
    assert found("HH-PRV-401", {"s.json": open_}) == []
