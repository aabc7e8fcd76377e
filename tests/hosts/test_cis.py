"""Every item of the CIS Docker Benchmark is answered from a living engine, and each answer says what it rests on."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from texts import scan_texts

from hardhull.report.cis import render
from hardhull.report.jsonin import read
from hardhull.report.jsonout import render as as_json
from hardhull.report.view import View
from hardhull.scan.cis_rows import ROWS
from live_containers import body, facts, judged, prepare, remove, start

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.model.result import Control

ALL = ("containers", "engine", "host")
SHIFTED = {f"2.{number}": f"2.{number + 1}" for number in range(7, 19)}
"""Version 1.8 puts one item before the seventh of the second section."""


def answers(document: dict[str, Any]) -> dict[str, Control]:
    """The answers about a machine of which only this was read, by their number in 1.8."""
    whole = {"schema": "hardhull-facts/1", "collected": {"targets": list(ALL)}, **document}
    return {one.v18: one for one in scan_texts({"facts.json": json.dumps(whole, indent=1)}).controls}


def test_the_items_are_those_of_both_versions() -> None:
    old = [row.v16 for row in ROWS if row.v16]
    new = [row.v18 for row in ROWS]
    assert (len(old), len(new)) == (117, 118)
    assert len(set(old)) == 117
    assert len(set(new)) == 118
    assert {row.v16: row.v18 for row in ROWS if row.v16 != row.v18} == {"": "2.7", **SHIFTED}


@pytest.mark.engine
def test_a_living_machine_has_an_answer_to_every_item(docker_engine: Engine, tmp_path: Path) -> None:
    prepare(docker_engine)
    start(docker_engine, "cis-privileged", body(Privileged=False, PidMode="host"))
    try:
        result = judged(facts(docker_engine, *ALL, names=("cis-privileged",)), tmp_path)
    finally:
        remove(docker_engine, ["cis-privileged"])
    found = {one.v18: one for one in result.controls}
    assert len(found) == 118
    assert all(one.evidence for one in found.values())
    assert (found["5.16"].status, found["5.16"].findings) == ("fail", 1)
    assert found["5.13"].status == "pass"
    assert found["7.1"].status == "not-applicable", "a swarm that is off is no pass"
    assert found["5.1"].status == "pass"
    assert found["2.7"].status == "pass"
    text = "".join(render(result, View()))
    assert all(f"{row.title[:30]}" in text for row in ROWS)
    assert read("".join(as_json(result)).encode()).controls == result.controls


def test_files_are_answered_each_for_itself() -> None:
    part = {"part": "daemon.json", "mode": "0606", "user": "root", "group": "root", "acl": [], "above": ""}
    other = {**part, "part": "docker.service", "mode": "0644", "user": "app"}
    found = answers({"host": {"files": {"/etc/docker/daemon.json": part, "/lib/docker.service": other}}})
    assert {number: found[number].status for number in ("3.1", "3.2", "3.3", "3.17", "3.18")} == {
        "3.1": "fail", "3.2": "pass", "3.3": "not-applicable", "3.17": "pass", "3.18": "fail",
    }  # fmt: skip
    assert "0606" not in found["3.2"].evidence


@pytest.mark.parametrize(
    ("rule", "enabled", "status"),
    [("-w /run/containerd/containerd.sock -p rw -k x", 1, "fail"), ("-a always,exit -F arch=b64 -S connect -k x", 1, "pass"),
     ("-a always,exit -F arch=b64 -S connect -k x", 0, "fail"), ("-w /etc/docker -p wa -k x", 1, "fail")],
)  # fmt: skip
def test_a_watch_on_a_socket_is_no_record_of_who_uses_it(rule: str, enabled: int, status: str) -> None:
    audit = {"run auditctl -s": {"enabled": enabled}, "run auditctl -l": [rule]}
    assert answers({"host": {"audit": audit}})["1.1.8"].status == status


def test_a_rule_covers_the_folder_that_the_engine_really_uses() -> None:
    audit = {"run auditctl -s": {"enabled": 1}, "run auditctl -l": ["-w /var/lib/docker -p wa -k x"]}
    elsewhere = {"engine": {"GET /info": {"DockerRootDir": "/srv/docker"}}}
    assert answers({"host": {"audit": audit}, **elsewhere})["1.1.5"].status == "fail"
    audit["run auditctl -l"] = ["-w /srv/docker -p wa -k x"]
    assert answers({"host": {"audit": audit}, **elsewhere})["1.1.5"].status == "pass"


def test_a_container_that_no_engine_tells_of_is_no_pass() -> None:
    kernel = {"/proc/7/status": {"CapBnd": "0", "CapEff": "0", "Uid": "9 9 9 9", "Gid": "9 9 9 9", "NoNewPrivs": "1"}}
    other = {"name": "x", "runtime": "podman", "group": "/libpod-x", "program": "x", "kernel": kernel}
    found = answers({"containers": [other]})
    assert (found["5.8"].status, found["4.6"].status) == ("not-checked", "not-checked")


def test_a_low_port_is_named() -> None:
    ports = {
        "25/tcp": [{"HostIp": "127.0.0.1", "HostPort": "25"}],
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}],
    }
    settings = {"Config": {"Image": "a:1"}, "HostConfig": {}, "NetworkSettings": {"Ports": ports}}
    found = answers({"containers": [{"GET /containers/x/json": {"Name": "/mail", **settings}}]})
    assert (found["5.8"].status, found["5.8"].evidence) == ("fail", "GET /containers: mail 25")
    assert found["4.6"].status == "fail"


def test_nothing_read_is_no_pass() -> None:
    found = answers({"host": {}})
    assert not [one for one in found.values() if one.status == "pass"]
    assert found["5.4"].status == "not-applicable"


def test_files_alone_have_no_answers() -> None:
    result = scan_texts({"compose.yaml": "services:\n  web:\n    image: nginx:1.27\n"})
    assert not result.controls
    assert "no living machine" in "".join(render(result, View()))


def test_no_title_is_copied() -> None:
    """The benchmark's titles begin with "Ensure", ours never do."""
    assert not [row.title for row in ROWS if "ensure" in row.title.lower()]
    rows = io.StringIO("\n".join(f"{row.v18},{row.title}" for row in ROWS))
    assert len({line[1] for line in csv.reader(rows)}) == 118
