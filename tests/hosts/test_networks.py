"""Who reaches whom in a real engine: tried from inside the namespaces, and compared with what was meant."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from docker_engine import missing, running_engine, skip
from hardhull.cli.main import main
from hardhull.hosts.document import collect
from live_containers import facts, judged, remove
from served import IMAGE, Served, opened, reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine

APART = "com.docker.network.bridge.enable_icc"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine("reach") as started:
        started.add_image(IMAGE)
        started.send("POST", "/networks/create", Name="shop", Labels={"com.docker.compose.project": "shop"})
        started.send("POST", "/networks/create", Name="other")
        started.send("POST", "/networks/create", Name="apart", Options={APART: "false"})
        started.send("POST", "/networks/create", Name="inner", Internal=True)
        yield started


@pytest.fixture
def served(engine: Engine) -> Iterator[Served]:
    made = Served(engine)
    yield made
    remove(engine, made.names)


def findings(engine: Engine) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for one in judged(facts(engine, "network"), engine.socket.parent).findings:
        out.setdefault(one.rule, []).append(one.message)
    return out


def test_the_default_bridge_says_nothing_of_its_containers_and_a_network_does(engine: Engine, served: Served) -> None:
    served.run("bare", "bridge", 81)
    served.run("near", "bridge")
    served.run("front", "shop", 80)
    served.run("data", "shop", 5432)
    assert opened(engine) == {
        ("near", "bare", 81, "own address"), ("front", "data", 5432, "own address"),
        ("data", "front", 80, "own address"), ("the host", "bare", 81, "own address"),
        ("the host", "front", 80, "own address"), ("the host", "data", 5432, "own address"),
    }  # fmt: skip
    (found,) = findings(engine)["HH-NET-701"]
    assert found.startswith("near reaches bare on port 81")


def test_a_link_says_that_two_belong_together(engine: Engine, served: Served) -> None:
    served.run("bare", "bridge", 81)
    served.run("near", "bridge", Links=["bare:b"])
    assert ("near", "bare", 81, "own address") in opened(engine)
    assert "HH-NET-701" not in findings(engine)


def test_a_network_without_icc_keeps_them_apart_until_a_rule_lets_them_through(engine: Engine, served: Served) -> None:
    served.run("left", "apart", 70)
    served.run("right", "apart")
    assert ("right", "left", 70, "own address") not in opened(engine)
    assert "HH-NET-701" not in findings(engine)
    with rule(engine, "-I", "FORWARD", "-j", "ACCEPT"):
        (found,) = findings(engine)["HH-NET-701"]
    assert found == "right reaches left on port 70: apart keeps its containers apart (enable_icc is false)"


def test_what_listens_on_loopback_of_a_container_is_reached_by_nobody(engine: Engine, served: Served) -> None:
    served.run("front", "shop")
    body = {"Cmd": ["httpd", "-f", "-p", "127.0.0.1:99"], "Image": IMAGE, "HostConfig": {"NetworkMode": "shop"}}
    made = engine.send("POST", "/containers/create?name=own", **body)["Id"]
    served.names.append("own")
    engine.call("POST", f"/containers/{made}/start")
    served.wait("own", 99)
    assert not opened(engine)


def test_a_published_port_is_reached_through_the_gateway_from_another_network(engine: Engine, served: Served) -> None:
    served.run("front", "shop", 90, {"HostPort": "18080"})
    served.run("data", "shop")
    served.run("stranger", "other")
    found = opened(engine)
    assert ("stranger", "front", 90, "published") in found
    assert ("stranger", "front", 90, "own address") not in found
    told = findings(engine)["HH-NET-702"]
    assert [one.partition(" at ")[0] for one in told] == ["stranger reaches port 90 of front"], "data is on its network"


def test_a_web_port_is_meant_for_everybody(engine: Engine, served: Served) -> None:
    served.run("front", "shop", 90, {"HostPort": "80"})
    served.run("stranger", "other")
    assert ("stranger", "front", 90, "published") in opened(engine)
    assert "HH-NET-702" not in findings(engine)


def test_a_port_on_loopback_is_reached_by_the_host_alone_and_by_a_route(engine: Engine, served: Served) -> None:
    served.run("front", "shop", 90, {"HostIp": "127.0.0.1", "HostPort": "18080"})
    served.run("stranger", "other")
    assert {(one[0], one[3]) for one in opened(engine)} == {("the host", "own address"), ("the host", "published")}
    assert "HH-NET-702" not in findings(engine)
    assert len(findings(engine)["HH-NET-704"]) == 1
    inner = json.loads(engine.call("GET", "/containers/front/json"))["NetworkSettings"]["Networks"]["shop"]["IPAddress"]
    with outside(engine) as machine:
        machine("ip", "route", "add", inner, "via", "198.18.77.1")
        assert connects(machine, inner, 90), "what the finding says is so"
        with rule(engine, "-I", "DOCKER-USER", "-i", "outer0", "-j", "DROP"):
            assert not connects(machine, inner, 90)
            assert "HH-NET-704" not in findings(engine)


def test_a_published_port_does_not_ask_input(engine: Engine, served: Served) -> None:
    served.run("front", "shop", 90, {"HostPort": "18080"})
    assert "HH-NET-703" not in findings(engine), "INPUT keeps nobody out"
    with outside(engine) as machine, rule(engine, "-A", "INPUT", "-i", "outer0", "-j", "DROP"):
        assert connects(machine, "198.18.77.1", 18080), "what the finding says is so"
        (found,) = findings(engine)["HH-NET-703"]
        assert "-A INPUT -i outer0 -j DROP" in found
        with rule(engine, "-I", "INPUT", "-p", "tcp", "--dport", "18080", "-j", "ACCEPT"):
            assert "HH-NET-703" not in findings(engine), "the rules say what is true"
        drop = ("-i", "outer0", "-p", "tcp", "-m", "conntrack", "--ctorigdstport", "18080", "-j", "DROP")
        with rule(engine, "-I", "DOCKER-USER", *drop):
            assert not connects(machine, "198.18.77.1", 18080)
            assert "HH-NET-703" not in findings(engine)


def test_all_addresses_are_those_of_ipv6_too(engine: Engine, served: Served) -> None:
    served.run("both", "shop", 90, {"HostPort": "18080"})
    served.run("four", "shop", 91, {"HostIp": "0.0.0.0", "HostPort": "18081"})
    found = [one.shown for one in reach(engine) if one.open and one.way == "published" and one.source == "the host"]
    assert {"127.0.0.1:18080", "[::1]:18080", "127.0.0.1:18081"} <= set(found)
    assert "[::1]:18081" not in found
    (told,) = findings(engine)["HH-NET-705"]
    assert told.startswith("both is published on all IPv6 addresses too")


def test_addresses_of_ipv6_are_tried_as_well(engine: Engine, served: Served) -> None:
    config = {"Config": [{"Subnet": "fd00:77::/64"}]}
    engine.send("POST", "/networks/create", Name="six", EnableIPv6=True, IPAM=config)
    served.run("front", "six", 90, {"HostPort": "18080"})
    served.run("asker", "six")
    try:
        found = {one.shown for one in reach(engine) if one.open and one.source == "asker" and one.way == "own address"}
        assert len(found) == 2, "one of each family"
        assert any(each.startswith("[fd00:77::") for each in found)
        assert "HH-NET-705" not in findings(engine), "it has an address of that family, so it sees who asks"
    finally:
        remove(engine, served.names)
        served.names.clear()
        engine.call("DELETE", "/networks/six")


def test_an_internal_network_is_left_by_no_way_until_the_host_takes_it(engine: Engine, served: Served) -> None:
    served.run("job", "inner")
    served.run("front", "shop", 90, {"HostPort": "18080"})
    assert not [one for one in opened(engine) if one[0] == "job"]
    assert "HH-NET-702" not in findings(engine)
    answer = json.loads(engine.call("GET", "/networks/inner"))
    gateway = answer["IPAM"]["Config"][0]["Gateway"]
    with rule(engine, "-I", "DOCKER", "-i", f"br-{answer['Id'][:12]}", "-j", "RETURN", table="nat"):
        (told,) = findings(engine)["HH-NET-702"]
    assert told.startswith(f"job reaches port 90 of front at {gateway}:18080, although it is on internal networks only")


def test_containers_of_one_namespace_are_one_place(engine: Engine, served: Served) -> None:
    served.run("front", "shop", 90)
    served.run("beside", "container:front", 91)
    served.run("data", "shop")
    found = opened(engine)
    assert {("data", "front", 90, "own address"), ("data", "front", 91, "own address")} <= found
    assert not [one for one in found if "beside" in one[:2]]
    served.run("hosted", "host")
    notes = judged(facts(engine, "network"), engine.socket.parent).not_checked
    assert any("hosted" in note.what for note in notes)


def test_another_machine_is_tried_from_and_leaves_nothing(
    engine: Engine, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.run("front", "shop", 90, {"HostPort": "18080"})
    served.run("near", "shop", 91, {"HostIp": "127.0.0.1", "HostPort": "18081"})
    served.run("inward", "shop", 92)
    before = links(engine)
    proven, code = outside_in(engine, capsys)
    assert (code, links(engine)) == (0, before)
    assert proven["open"] == {("front", "published"), ("front", "own address"), ("near", "own address")}
    assert ("HH-NET-704" in proven["rules"], "HH-NET-706" in proven["rules"]) == (True, False)
    with rule(engine, "-I", "FORWARD", "-j", "ACCEPT"):
        proven, code = outside_in(engine, capsys)
    assert (code, "HH-NET-706" in proven["rules"]) == (1, True)
    assert ("inward", "own address") in proven["open"]
    with rule(engine, "-I", "DOCKER-USER", "-i", "hh-outside", "-j", "DROP"):
        proven, _ = outside_in(engine, capsys)
    assert proven["open"] == {("front", "published")}, "by the proxy on IPv6, which the rule does not see"
    assert not set(proven["rules"]) & {"HH-NET-704", "HH-NET-706"}


def test_another_machine_takes_a_network_that_no_route_meets(engine: Engine, served: Served) -> None:
    served.run("front", "shop", 90)
    with outside(engine) as _, patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}"}):
        document = json.loads(collect(("network",), outside=True))  # the tests' own machine has 198.18.77.0/24
    assert not document["not_read"]
    assert [one["from"] for one in document["network"]["connections"]][-1] == "another machine"


def test_another_machine_goes_with_the_program_that_put_it_there(engine: Engine, served: Served) -> None:
    served.run("left", "apart", 70)
    served.run("right", "apart")
    before = links(engine)
    words = [sys.executable, "-P", "-m", "hardhull", "prove", "network", "--quiet"]
    environment = {**os.environ, "DOCKER_HOST": f"unix://{engine.socket}"}
    run = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while links(engine) == before:
        assert run.poll() is None, "it ended before it could be seen"
    run.kill()
    run.wait()
    end = time.monotonic() + 60
    while links(engine) != before:
        assert time.monotonic() < end


def links(engine: Engine) -> int:
    """How many links there are where the engine is."""
    words = ["ip", "-n", engine.namespace, "-o", "link"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.count("\n")


def outside_in(engine: Engine, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], int]:
    """What is open from another machine and by which way, the rules that speak of it, and the exit code."""
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}"}):
        code = main(["prove", "network", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    (fact,) = [one for one in document["facts"] if one["kind"] == "network"]
    reached = fact["fields"]["reach"]["value"]
    opened = {(one["target"], one["way"]) for one in reached
              if one["source"] == "another machine" and one["outcome"] == "open"}  # fmt: skip
    return {"open": opened, "rules": [one["rule"] for one in document["findings"]]}, code


def test_the_screen_and_the_facts_show_the_matrix(
    engine: Engine, served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.run("front", "shop", 90)
    served.run("data", "shop", 91)
    kept = tmp_path / "facts.json"
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}"}):
        main(["scan", "network"])
        shown = capsys.readouterr().out
        assert main(["scan", "network", "--format", "json", "--facts", "only", "-o", str(kept)]) == 0
    assert "Who reaches whom: " in shown
    assert [line.split()[1:] for line in shown.splitlines() if line.startswith("  front ")] == [["data", "91"]]
    capsys.readouterr()
    main(["scan", str(kept), "--format", "json", "--facts", "also"])
    (fact,) = [one for one in json.loads(capsys.readouterr().out)["facts"] if one["kind"] == "network"]
    assert {(one["source"], one["target"], one["outcome"]) for one in fact["fields"]["reach"]["value"]} >= {
        ("front", "data", "open"), ("data", "front", "open"),
    }  # fmt: skip


# ---- a machine outside --------------------------------------------------------------------------------------------


@contextmanager
def rule(engine: Engine, how: str, chain: str, *words: str, table: str = "filter") -> Iterator[None]:
    """A rule of the packet filter where the engine is, for a while."""
    within(engine, "iptables", "-t", table, how, chain, *words)
    try:
        yield
    finally:
        within(engine, "iptables", "-t", table, "-D", chain, *words)


def within(engine: Engine, *words: str) -> None:
    subprocess.run(["nsenter", f"--net=/run/netns/{engine.namespace}", *words], check=True, capture_output=True)


@contextmanager
def outside(engine: Engine) -> Iterator[Any]:
    """Another machine beside the engine's, as a network namespace with a wire to it; runs programs there."""
    name = f"{engine.namespace}-out"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        make = ["ip", "link", "add", "outer0", "netns", engine.namespace, "type", "veth", "peer", "eth0", "netns", name]
        subprocess.run(make, check=True)
        within(engine, "ip", "address", "add", "198.18.77.1/24", "dev", "outer0")
        within(engine, "ip", "link", "set", "outer0", "up")

        def machine(*words: str, code: bool = False) -> Any:
            done = subprocess.run(["nsenter", f"--net=/run/netns/{name}", *words], check=not code, capture_output=True)
            return done.returncode

        machine("ip", "address", "add", "198.18.77.2/24", "dev", "eth0")
        machine("ip", "link", "set", "eth0", "up")
        yield machine
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


def connects(machine: Any, address: str, port: int) -> bool:
    """Whether a machine reaches an address."""
    assert socket.inet_aton(address)
    program = f"import socket; socket.create_connection(('{address}', {port}), 1).close()"
    return bool(machine("/usr/bin/python3", "-c", program, code=True) == 0)
