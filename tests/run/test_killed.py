"""SIGKILL at any instant leaves nothing behind, and touches nothing of anybody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardhull.run import cleanup
from hardhull.run.guard import Guard, Share
from hardhull.run.owner import MACHINE, OWNER, RUN, current, dead, started
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Bounds
from worlds import IMAGE, everything, left, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine

pytestmark = pytest.mark.engine
SERVICES = """services:
  web: {image: IMAGE, command: httpd -f -p 80, volumes: ["./html:/www:ro", "data:/data"], depends_on: [db, cache]}
  db: {image: IMAGE, command: sleep 600, networks: [default, back]}
  cache: {image: IMAGE, command: sleep 600}
networks: {back: {}}
volumes: {data: {}}
"""
SCRIPT = """
import sys, time
from pathlib import Path
from worlds import world
folder = Path(sys.argv[1])
from hardhull.run import checks
from hardhull.run.guard import Guard
guard = Guard("000000000000", 600.0) if sys.argv[3:] else None
text = Path(sys.argv[2]).read_text()
with world(folder, text, guard=guard) as shop, world(folder, text, guard=guard) as other:
    print("entered", flush=True)
    if guard:
        other.start()
    shop.start()
    print("started", flush=True)
    checks.run(checks.Check("host", "web", ("echo $$ > %s/pid; exec sleep 600" % folder,), 600), shop)
"""
PATIENCE = 30


@pytest.fixture
def users(engine: Engine) -> Iterator[list[tuple[str, object]]]:
    """A container, a network and a volume of the user's; as they were before the test."""
    engine.send("POST", "/volumes/create", Name="users")
    network = engine.send("POST", "/networks/create", Name="users", Labels={"hardhull": "mine"})["Id"]
    body = {"Image": IMAGE, "Cmd": ["sleep", "600"], "HostConfig": {"Binds": ["users:/d"], "NetworkMode": "users"}}
    made = engine.send("POST", "/containers/create?name=hardhull-users-own", **body)["Id"]
    engine.send("POST", f"/containers/{made}/start")
    yield everything(engine)
    engine.call("DELETE", f"/containers/{made}", {"force": "1"})
    engine.call("DELETE", f"/networks/{network}")
    engine.call("DELETE", "/volumes/users")


def launch(folder: Path, *more: str) -> subprocess.Popen[str]:
    (folder / "html").mkdir(exist_ok=True)
    (folder / "text").write_text(SERVICES)
    (folder / "app").mkdir(exist_ok=True)
    (folder / "app" / "html").mkdir(exist_ok=True)
    command = [sys.executable, "-c", SCRIPT, str(folder / "app"), str(folder / "text"), *more]
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})


def gone(engine: Engine) -> bool:
    """Whether nothing of a run is left, within the patience; guards need a moment."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if left(engine) == [] and not guards():
            return True
        time.sleep(0.1)
    return False


def guards() -> list[int]:
    """Guards that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"hardhull.run.guard" in words and str(os.getpid()).encode() not in words:
            found.append(int(path.parent.name))
    return [pid for pid in found if network(pid) == network(os.getpid())]


def network(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return ""


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.5, 1.0])
def test_killed_while_it_starts(engine: Engine, users: list[tuple[str, object]], tmp_path: Path, delay: float) -> None:
    process = launch(tmp_path)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "entered\n"
        time.sleep(delay)
        process.kill()
    process.wait()
    assert gone(engine), left(engine)
    assert everything(engine) == users


@pytest.mark.parametrize(
    ("number", "shared"), [(signal.SIGKILL, ()), (signal.SIGTERM, ()), (signal.SIGKILL, ("one guard for two",))]
)
def test_killed_while_a_command_runs_on_the_host(
    engine: Engine,
    users: list[tuple[str, object]],
    tmp_path: Path,
    number: signal.Signals,
    shared: tuple[str, ...],
) -> None:
    process = launch(tmp_path, *shared)
    assert process.stdout is not None
    with process.stdout:
        assert [process.stdout.readline() for _ in range(2)] == ["entered\n", "started\n"]
    file = tmp_path / "app" / "pid"
    while not (file.exists() and file.read_text().strip()):
        time.sleep(0.02)
    command = int(file.read_text())
    process.send_signal(number)
    process.wait()
    assert gone(engine), left(engine)
    assert started(command) is None
    assert everything(engine) == users


def test_leftovers_of_a_run_without_a_guard_go_with_the_next(engine: Engine, users: object, tmp_path: Path) -> None:
    """Guard and owner were both killed: the labels tell the next run that nobody is left."""
    child = subprocess.Popen(["sleep", "600"])
    owner = current()._replace(pid=child.pid, started=started(child.pid) or 0)
    labels = owner.labels("0123456789ab", "web")
    engine.send("POST", "/volumes/create", Name="left", Labels=labels)
    engine.send("POST", "/networks/create", Name="left", Labels=labels)
    body = {"Image": IMAGE, "Cmd": ["sleep", "600"], "Labels": labels, "HostConfig": {"NetworkMode": "left"}}
    made = engine.send("POST", "/containers/create", **body)["Id"]
    engine.send("POST", f"/containers/{made}/start")
    text = "services: {web: {image: IMAGE, command: sleep 60}}"
    with world(tmp_path, text) as one:
        assert one.cleared == []
        assert len(left(engine)) == 3
    child.kill()
    child.wait()
    with world(tmp_path, text) as one:
        assert one.cleared == ["0123456789ab"]
        assert left(engine) == []
    assert everything(engine) == users


def test_a_guard_that_was_killed_is_replaced_by_its_parent(engine: Engine, tmp_path: Path) -> None:
    one = world(tmp_path, "services: {web: {image: IMAGE, command: sleep 60}}")
    one.__enter__()
    one.start()
    assert isinstance(one.guard, Guard)
    os.kill(one.guard.pid, signal.SIGKILL)
    one.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert left(engine) == []


def test_a_guard_of_many_runs_ends_only_that_whose_time_is_over(engine: Engine, tmp_path: Path) -> None:
    text = "services: {web: {image: IMAGE, command: sleep 60}}"
    guard = Guard("000000000000", 600.0)
    with world(tmp_path, text, guard=guard) as stays:
        stays.start()
        with world(tmp_path, text, guard=guard, bounds=Bounds(seconds=1.5)) as short:
            with suppress(CannotRunError):  # on a busy machine its time is over before it has started
                short.start()
            assert isinstance(short.guard, Share)
            end = time.monotonic() + PATIENCE
            while short.left() or any(short.id in name for name in left(engine)):
                assert time.monotonic() < end
                time.sleep(0.05)
            assert stays.state("web")["Running"]
    assert left(engine) == []
    guard.close()
    with world(tmp_path, text, guard=guard) as own:
        assert isinstance(own.guard, Guard), "that one has ended"


def test_an_owner_elsewhere_may_still_live() -> None:
    here = current()
    labels = here.labels("run", "web")
    assert labels[RUN] == "run"
    assert not dead(labels, here)
    assert dead({**labels, OWNER: f"{here.pid} {here.started + 1}"}, here)
    assert dead({**labels, OWNER: "4194305 5"}, here)
    assert not dead({**labels, OWNER: "4194305 5", MACHINE: "other 1"}, here)
    assert not dead({**labels, OWNER: "nobody"}, here)
    assert not dead({RUN: "run"}, here)


@pytest.mark.usefixtures("engine", "users")
def test_a_look_finds_only_what_has_the_label() -> None:
    from hardhull.supply.connection import connect

    client, _ = connect()
    assert cleanup.found(client) == []
    client.close()
