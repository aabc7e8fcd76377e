"""A world starts what a file says, in order, away from everything else, and is gone at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hardhull.run import execute
from hardhull.run.guard import Guard
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Bounds
from worlds import IMAGE, everything, left, listening, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.run.world import World

pytestmark = pytest.mark.engine

SHOP = """services:
  web:
    image: IMAGE
    command: httpd -f -p 80 -h /www
    ports: ["8080:80"]
    volumes: ["./html:/www:ro", "data:/data", "/cache"]
    tmpfs: ["/scratch"]
    labels: {traefik.enable: "true"}
    restart: always
    environment: {GREETING: hello}
    secrets: [token]
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
  db:
    image: IMAGE
    command: ["sh", "-c", "sleep 0.5; touch /ready; nc -ll -p 5432 -e cat"]
    healthcheck: {test: ["CMD", "test", "-f", "/ready"], interval: 10s}
  migrate:
    image: IMAGE
    command: ["sh", "-c", "echo done > /data/migrated"]
    volumes: ["data:/data"]
volumes: {data: {}}
secrets: {token: {file: ./token.txt}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("welcome")
    (tmp_path / "token.txt").write_text("of-the-tests")
    return tmp_path


def start_and_interrupt(shop: World) -> None:
    with shop:
        shop.start()
        raise KeyboardInterrupt


def use_to_the_end(one: World) -> None:
    """On a busy machine the time is over before it has started."""
    one.start()
    assert isinstance(one.guard, Guard)
    one.guard._process.wait()
    one.state("web")


def make_late_and_interrupt(engine: Engine, shop: World) -> None:
    with shop:
        assert isinstance(shop.guard, Guard)
        shop.guard._process.wait()
        engine.send("POST", "/volumes/create", Name="late", Labels=shop.labels("late"))
        raise KeyboardInterrupt


def said(run: execute.Ran) -> str:
    return run.output.decode().strip()


def test_services_start_in_order_with_their_files(engine: Engine, folder: Path) -> None:
    before = everything(engine)
    with world(folder, SHOP) as shop:
        shop.start()
        assert list(shop.ids)[-1] == "web"
        assert shop.wait_healthy("db", 30) == "healthy"
        assert shop.state("migrate")["ExitCode"] == 0
        web = shop.ids["web"]
        listening(shop, "db", 5432)
        for command, answer in (
            ("cat /www/index.html", "welcome"),
            ("cat /data/migrated", "done"),
            ("cat /run/secrets/token", "of-the-tests"),
            ("echo $GREETING", "hello"),
            ("echo hi | nc -w 10 db 5432", "hi"),
            ("touch /www/x 2>&1 | grep -o Read-only", "Read-only"),
            ("touch /cache/x /scratch/x && echo yes", "yes"),
        ):
            assert said(execute.inside(shop, web, ["sh", "-c", command], 30)) == answer, command
        labels = shop.inspect("web")["Config"]["Labels"]
        assert set(labels) == {"hardhull.run", "hardhull.owner", "hardhull.machine", "hardhull.part"}
        assert shop.inspect("web")["HostConfig"]["RestartPolicy"]["Name"] == "no"
        told = " ".join(one.what for one in shop.adapted["web"])
        assert "labels" in told
        assert "restarted" in told
        assert all(name.startswith(("/hardhull-", "hardhull-")) for name in left(engine))
    assert everything(engine) == before
    assert sorted(path.name for path in (folder / "html").iterdir()) == ["index.html"]


def test_what_a_container_writes_stays_in_the_copy(engine: Engine, folder: Path) -> None:
    text = SHOP.replace("./html:/www:ro", "./html:/www")
    text = text.replace("command: httpd -f -p 80 -h /www", 'command: ["sh", "-c", "rm /www/*"]')
    with world(folder, text) as shop:
        shop.start()
        assert shop.wait_ended("web", 30) == 0
    assert (folder / "html" / "index.html").read_text() == "welcome"
    assert left(engine) == []


def test_one_file_is_mounted_as_a_copy(engine: Engine, folder: Path) -> None:
    text = """services:
  web:
    image: IMAGE
    command: ["sh", "-c", "cat /etc/token; echo changed > /etc/token"]
    volumes: ["./token.txt:/etc/token"]
"""
    with world(folder, text) as one:
        one.start()
        assert one.wait_ended("web", 30) == 0
        assert b"of-the-tests" in one.client.logs(one.ids["web"])
    assert (folder / "token.txt").read_text() == "of-the-tests"
    assert left(engine) == []


def test_only_what_the_subject_needs_is_started(engine: Engine, folder: Path) -> None:
    with world(folder, SHOP, subject="db") as shop:
        shop.start()
        assert list(shop.ids) == ["db"]
    assert left(engine) == []


def test_a_container_reaches_nothing_outside_unless_told(engine: Engine, folder: Path) -> None:
    text = "services: {web: {image: IMAGE, command: httpd -f -p 80, ports: ['80']}}"
    for reach in (False, True):
        with world(folder, text, reach=reach) as one:
            one.start()
            address = one.address("web")
            (network,) = (
                one.client.inspect_network(name) for name in one.inspect("web")["NetworkSettings"]["Networks"]
            )
            assert network["Internal"] is not reach
            assert (address.host == "127.0.0.1") is reach
            assert (address.ports["80/tcp"] == 80) is not reach
            listening(one, "web", 80)
    assert left(engine) == []


def test_networks_of_the_file_stay_apart(engine: Engine, folder: Path) -> None:
    text = """services:
  a: {image: IMAGE, command: sleep 60, networks: [front]}
  b: {image: IMAGE, command: nc -ll -p 9 -e cat, networks: [front, back]}
  c: {image: IMAGE, command: nc -ll -p 9 -e cat, networks: {back: {aliases: [store]}}}
networks: {front: {}, back: {}}
"""
    with world(folder, text) as one:
        one.start()
        listening(one, "b", 9)
        listening(one, "c", 9)
        asks = ["sh", "-c", "echo hi | nc -w 10 $0 9"]
        assert execute.inside(one, one.ids["a"], [*asks, "b"], 30).code == 0
        assert execute.inside(one, one.ids["a"], [*asks, "c"], 30).code != 0
        assert execute.inside(one, one.ids["b"], [*asks, "store"], 30).code == 0
        assert one.inspect("a")["HostConfig"]["Dns"] == ["127.0.0.1"]
    assert left(engine) == []


def test_containers_are_bounded_but_a_lower_limit_stands(engine: Engine, folder: Path) -> None:
    text = """services:
  a: {image: IMAGE, command: sleep 60}
  b: {image: IMAGE, command: sleep 60, mem_limit: 16m, pids_limit: 8}
  c: {image: IMAGE, command: sleep 60, mem_limit: 1g, logging: {driver: syslog}}
"""
    bounds = Bounds(memory=64 << 20, pids=32)
    with world(folder, text, bounds=bounds) as one:
        one.start()
        limits = {key: one.inspect(key)["HostConfig"] for key in one.ids}
        assert [limits[key]["Memory"] >> 20 for key in "abc"] == [64, 16, 64]
        assert [limits[key]["PidsLimit"] for key in "abc"] == [32, 8, 32]
        assert limits["c"]["LogConfig"]["Type"] == "json-file"
        assert [bool(one.adapted[key]) for key in "abc"] == [False, False, True]
    assert left(engine) == []


def test_a_dependency_that_fails_is_told_with_what_it_said(engine: Engine, folder: Path) -> None:
    text = SHOP.replace("echo done > /data/migrated", "echo no table; exit 3")
    with pytest.raises(CannotRunError) as caught, world(folder, text) as shop:
        shop.start()
    (refusal,) = caught.value.refusals
    assert refusal.what == "service web is not run"
    assert "migrate, which it waits for, ended with code 3" in refusal.why
    assert "no table" in refusal.why
    assert left(engine) == []


def test_an_image_that_is_missing_is_not_pulled(engine: Engine, folder: Path) -> None:
    text = "services: {web: {image: hh/nowhere:1}}"
    with pytest.raises(CannotRunError, match="does not have its image"), world(folder, text) as one:
        one.start()
    assert left(engine) == []


def test_everything_goes_when_the_block_raises(engine: Engine, folder: Path) -> None:
    before = everything(engine)
    interrupted = world(folder, SHOP)
    with pytest.raises(KeyboardInterrupt):
        start_and_interrupt(interrupted)
    assert everything(engine) == before


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("host", ["unix:///nowhere/sock", "tcp://127.0.0.1:1"])
def test_no_engine_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    one = world(folder, "services: {web: {image: IMAGE}}")
    with pytest.raises(CannotRunError, match=r"nothing is run: .* does not answer"):
        one.__enter__()


def test_everything_goes_when_its_time_is_over(engine: Engine, folder: Path) -> None:
    before = everything(engine)
    text = "services: {web: {image: IMAGE, command: sleep 60}}"
    with world(folder, text, bounds=Bounds(seconds=1.5)) as one:
        with pytest.raises(CannotRunError, match="the time of the run is over"):
            use_to_the_end(one)
        assert isinstance(one.guard, Guard)
        one.guard._process.wait()
        assert left(engine) == []
    assert everything(engine) == before


def test_what_is_made_after_its_time_goes_too(engine: Engine, folder: Path) -> None:
    """Its guard has removed everything by then, and is no more."""
    with pytest.raises(KeyboardInterrupt):
        make_late_and_interrupt(engine, world(folder, SHOP, bounds=Bounds(seconds=0.1)))
    assert left(engine) == []


def test_no_network_stays_none(engine: Engine, folder: Path) -> None:
    text = "services: {web: {image: IMAGE, command: sleep 60, network_mode: none}}"
    with world(folder, text) as one:
        one.start()
        assert execute.inside(one, one.ids["web"], ["sh", "-c", "ip link | grep -c ': '"], 30).output == b"1\n"
        with pytest.raises(CannotRunError, match="no address"):
            one.address("web")
    assert left(engine) == []


def test_docker_run_text_and_image_volumes(engine: Engine, folder: Path) -> None:
    engine.build(f"FROM {IMAGE}\nVOLUME /var/lib/x\nEXPOSE 8000\n".encode(), "hh/volume:1")
    text = "docker run -d --name x -p 80:8000 -e K=v --user 1000 --cap-drop ALL hh/volume:1 httpd -f -p 8000\n"
    with world(folder, text, "run.sh") as one:
        one.start()
        answer = one.inspect("x")
        assert answer["Config"]["User"] == "1000"
        assert answer["HostConfig"]["CapDrop"] == ["ALL"]
        assert [mount["Destination"] for mount in answer["Mounts"]] == ["/var/lib/x"]
        assert one.address("x").ports == {"8000/tcp": 8000}
    assert left(engine) == []


POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: 1
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec:
      securityContext: {runAsUser: 1000}
      volumes: [{name: w, emptyDir: {}}]
      initContainers:
      - {name: first, image: IMAGE, command: [sh, -c, "echo x > /w/x"], volumeMounts: [{name: w, mountPath: /w}]}
      containers:
      - {name: main, image: IMAGE, command: [httpd], args: [-f, -p, "8080"], ports: [{containerPort: 8080}],
         volumeMounts: [{name: w, mountPath: /w}]}
      - {name: side, image: IMAGE, command: [sleep, "60"]}
"""


def test_a_pod_shares_its_network_and_its_volumes(engine: Engine, folder: Path) -> None:
    with world(folder, POD, "pod.yaml") as pod:
        pod.start()
        assert list(pod.ids) == ["first", "main", "side"]
        listening(pod, "main", 8080)
        assert said(execute.inside(pod, pod.ids["main"], ["cat", "/w/x"], 30)) == "x"
        asked = execute.inside(pod, pod.ids["side"], ["sh", "-c", "nc -w 10 127.0.0.1 8080 </dev/null"], 30)
        assert asked.code == 0
        assert pod.inspect("main")["Config"]["User"] == "1000"
        assert pod.inspect("main")["HostConfig"]["SecurityOpt"] == ["seccomp=unconfined"]
        assert pod.address("side").host == pod.address("main").host
    assert left(engine) == []


def test_named_volumes_are_copied_when_told(engine: Engine, folder: Path) -> None:
    engine.send("POST", "/volumes/create", Name="shop_data")
    body = {
        "Image": IMAGE,
        "Cmd": ["sh", "-c", "echo old > /d/x; chown 1000 /d/x"],
        "HostConfig": {"Binds": ["shop_data:/d"]},
    }
    made = engine.send("POST", "/containers/create", **body)["Id"]
    engine.send("POST", f"/containers/{made}/start")
    engine.send("POST", f"/containers/{made}/wait")
    text = """services:
  web:
    image: IMAGE
    user: "1000"
    command: ["sh", "-c", "cat /data/x && echo new > /data/x"]
    volumes: ["data:/data"]
volumes: {data: {}}
"""
    try:
        with world(folder, text, volumes="copied", project="shop") as one:
            one.start()
            assert one.wait_ended("web", 30) == 0
            assert one.client.logs(one.ids["web"]) == b"old\n"
        with (
            pytest.raises(CannotRunError, match="no volume other_data"),
            world(folder, text, volumes="copied", project="other") as one,
        ):
            one.start()
        kept = json.loads(engine.call("GET", "/volumes/shop_data"))["Mountpoint"]
        with open(f"{kept}/x") as file:  # noqa: PTH123
            assert file.read() == "old\n"
    finally:
        engine.call("DELETE", f"/containers/{made}")
        engine.call("DELETE", "/volumes/shop_data")
