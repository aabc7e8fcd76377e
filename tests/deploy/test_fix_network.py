"""``hardhull fix network`` on a real engine: networks of their own, tried before and after, and taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from docker_engine import missing, running_engine, skip
from hardhull.cli.main import main
from live_containers import remove
from served import IMAGE, Served, inspect, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine("bridges") as started:
        started.add_image(IMAGE)
        yield started


@pytest.fixture
def served(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
    monkeypatch.setenv("HARDHULL_HOST_STATE", str(tmp_path))
    made = Served(engine)
    yield made
    remove(engine, made.names)
    engine.call("POST", "/networks/prune")


def address(engine: Engine, name: str) -> str:
    """Of a container on the default bridge."""
    found: str = inspect(engine, name)["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    return found


def networks(engine: Engine, name: str) -> set[str]:
    return set(inspect(engine, name)["NetworkSettings"]["Networks"])


def call(engine: Engine, name: str, where: str, port: int) -> None:
    """A connection that a container keeps: from now on it was seen to talk."""
    body = {"AttachStdout": False, "Cmd": ["sh", "-c", f"sleep 1000000 | nc {where} {port} >/dev/null"]}
    made = engine.send("POST", f"/containers/{name}/exec", **body)["Id"]
    engine.send("POST", f"/exec/{made}/start", Detach=True)
    pid = inspect(engine, name)["State"]["Pid"]
    end = time.monotonic() + 20
    while time.monotonic() < end:
        rows = subprocess.run(["cat", f"/proc/{pid}/net/tcp"], capture_output=True, text=True, check=True).stdout
        if any(row.split()[3] == "01" for row in rows.splitlines()[1:]):
            return
        time.sleep(0.02)
    pytest.fail(f"{name} does not call")


def resolves(engine: Engine, name: str, other: str) -> bool:
    """Whether a container finds another one by a name, at an address that it has."""
    pid = str(inspect(engine, name)["State"]["Pid"])
    words = ["nsenter", "-t", pid, "--mount", "--net", "/bin/busybox", "nslookup", "-type=a", other, "127.0.0.11"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return "Address: 172.30." in done.stdout


def outcome(capsys: Said) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


FIX = ["fix", "network", "--format", "json"]


def test_who_talks_gets_a_network_and_everything_comes_back(engine: Engine, served: Served, capsys: Said) -> None:
    served.run("data", "bridge", 5432)
    served.run("front", "bridge", 90, {"HostIp": "127.0.0.1", "HostPort": "18080"})
    served.run("lone", "bridge", 70)
    call(engine, "front", address(engine, "data"), 5432)
    before = opened(engine)
    assert {("lone", "data", 5432, "own address"), ("front", "data", 5432, "own address")} <= before
    assert main(FIX) == 0
    plan = outcome(capsys)
    assert (plan["networks"], [one["risk"] for one in plan["more"]]) == ([], ["needs-proof", "all"])
    assert opened(engine) == before, "a plan changes nothing"
    assert main([*FIX, "--risk", "needs-proof", "--apply"]) == 0
    done = outcome(capsys)
    (made,) = done["networks"]
    assert (made["name"], made["members"]) == ("data-net", ["data", "front"])
    assert made["subnet"] == "172.30.0.0/24"
    assert (networks(engine, "data"), networks(engine, "front"), networks(engine, "lone")) == (
        {"data-net"}, {"data-net"}, {"bridge"},
    )  # fmt: skip
    assert (done["unintended_before"] > 0, done["unintended_after"]) == (True, 0)
    after = opened(engine)
    assert ("front", "data", 5432, "own address") in after
    assert ("the host", "front", 90, "published") in after
    assert not [one for one in after if "lone" in one[:2] and "the host" not in one[:2]]
    assert resolves(engine, "front", "data"), "it is called by name now"
    assert not resolves(engine, "front", "lone")
    assert main(["undo", "--root", os.environ["HARDHULL_HOST_STATE"]]) == 0
    assert opened(engine) == before
    assert networks(engine, "data") == networks(engine, "front") == {"bridge"}
    assert "data-net" not in names(engine)


def test_each_service_that_is_called_is_a_network_so_its_clients_do_not_meet(
    engine: Engine, served: Served, capsys: Said
) -> None:
    served.run("hub", "bridge", 90)
    served.run("left", "bridge", 91)
    served.run("right", "bridge", 92)
    call(engine, "hub", address(engine, "left"), 91)
    call(engine, "hub", address(engine, "right"), 92)
    assert main([*FIX, "--risk", "needs-proof", "--apply"]) == 0
    assert {one["name"] for one in outcome(capsys)["networks"]} == {"left-net", "right-net"}
    between = {one[:2] for one in opened(engine) if one[0] != "the host"}
    assert between == {("hub", "left"), ("left", "hub"), ("hub", "right"), ("right", "hub")}
    engine.call("POST", "/containers/hub/restart?t=0")
    served.wait("hub", 90)
    assert networks(engine, "hub") == {"left-net", "right-net"}, "it stays there when it is started again"


def test_a_project_is_together_under_the_names_of_its_services(engine: Engine, served: Served, capsys: Said) -> None:
    project = {"com.docker.compose.project": "shop"}
    for name, port in (("web", 90), ("store", 91)):
        served.run(f"shop-{name}-1", "bridge", port, labels={**project, "com.docker.compose.service": name})
    assert main([*FIX, "--risk", "needs-proof", "--apply"]) == 0
    assert [one["name"] for one in outcome(capsys)["networks"]] == ["shop-net"]
    assert resolves(engine, "shop-web-1", "store")


def test_alone_is_moved_only_when_all_is_asked_for(engine: Engine, served: Served, capsys: Said) -> None:
    served.run("lone", "bridge", 70)
    served.run("other", "bridge", 71)
    assert main([*FIX, "--risk", "needs-proof", "--apply"]) == 0
    assert outcome(capsys)["applied"] is False
    assert main([*FIX, "--risk", "all", "--apply"]) == 0
    assert outcome(capsys)["unintended_after"] == 0
    assert not {one for one in opened(engine) if one[0] != "the host"}


def test_a_link_keeps_its_containers_where_they_are(engine: Engine, served: Served, capsys: Said) -> None:
    served.run("data", "bridge", 5432)
    served.run("front", "bridge", 90, Links=["data:db"])
    served.run("asker", "bridge")
    call(engine, "asker", address(engine, "front"), 90)
    assert main([*FIX, "--risk", "all"]) == 0
    plan = outcome(capsys)
    assert plan["networks"] == []
    assert set(plan["stay"]) == {"data", "front", "asker"}
    assert "talks to front" in plan["stay"]["asker"]


def test_what_is_not_reached_any_more_takes_it_back(engine: Engine, served: Served, capsys: Said) -> None:
    served.run("data", "bridge", 5432)
    bound = address(engine, "data")
    body = {"Cmd": ["sh", "-c", f"httpd -f -p {bound}:77"], "Tty": False}
    made = engine.send("POST", "/containers/data/exec", **body)["Id"]
    engine.send("POST", f"/exec/{made}/start", Detach=True)
    served.wait("data", 77)
    served.run("front", "bridge")
    call(engine, "front", bound, 77)
    before = opened(engine)
    assert main([*FIX, "--risk", "needs-proof", "--apply"]) == 1, "it listens on its old address only"
    assert "front does not reach data on port 77 any more" in capsys.readouterr().err
    assert (networks(engine, "data"), opened(engine)) == ({"bridge"}, before)


def test_killed_on_the_way_everything_is_put_back_at_once(engine: Engine, served: Served) -> None:
    served.run("data", "bridge", 5432)
    served.run("front", "bridge", 90)
    call(engine, "front", address(engine, "data"), 5432)
    before = opened(engine)
    words = [sys.executable, "-P", "-m", "hardhull", *FIX, "--risk", "needs-proof", "--apply"]
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: "data-net" in names(engine))
    run.kill()
    run.wait()
    eventually(lambda: "data-net" not in names(engine))
    eventually(lambda: networks(engine, "data") == networks(engine, "front") == {"bridge"})
    assert opened(engine) == before


def names(engine: Engine) -> set[str]:
    return {one["Name"] for one in json.loads(engine.call("GET", "/networks"))}


def eventually(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_subnet_is_free_on_the_host_too(engine: Engine, served: Served, capsys: Said) -> None:
    enter = ["nsenter", f"--net=/run/netns/{engine.namespace}", "ip"]
    subprocess.run([*enter, "link", "add", "taken0", "type", "veth", "peer", "taken1"], check=True)
    try:
        subprocess.run([*enter, "link", "set", "taken0", "up"], check=True)
        subprocess.run([*enter, "address", "add", "172.30.0.9/23", "dev", "taken0"], check=True)
        served.run("lone", "bridge", 70)
        assert main([*FIX, "--risk", "all"]) == 0
        assert [one["subnet"] for one in outcome(capsys)["networks"]] == ["172.30.2.0/24"]
    finally:
        subprocess.run([*enter, "link", "delete", "taken0"], check=True)
