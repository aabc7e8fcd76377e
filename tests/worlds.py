"""Runs of the tests' own: workloads read from texts, and the engine of the tests as the only one that is found.

The test's thread is in the engine's network namespace, as a person on the engine's machine is.
"""

from __future__ import annotations

import ctypes
import os
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.facts.workload import Workload
from hardhull.run.create import needed, prepare
from hardhull.run.settings import Settings
from hardhull.run.world import World
from hardhull.scan import Options, gather
from hardhull.scan.read import Reading
from hardhull.scan.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.run.guard import Guard

IMAGE = "hh/run:1"
CLONE_NEWNET = 0x40000000
KEPT = ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


def enter(network: str) -> None:
    """Puts this thread into a network namespace; what it starts is in it, too."""
    handle = os.open(network, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)


@pytest.fixture
def engine(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The engine that runs find, with an image of busybox; nothing of a run is left in it."""
    for name in KEPT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    if IMAGE not in images(docker_engine):
        docker_engine.add_image(IMAGE)
    own = f"/proc/{os.getpid()}/ns/net"
    home = os.open(own, os.O_RDONLY)
    enter(f"/run/netns/{docker_engine.namespace}")
    try:
        yield docker_engine
        assert left(docker_engine) == []
    finally:
        enter(f"/proc/self/fd/{home}")
        os.close(home)


def images(engine: Engine) -> list[str]:
    """The names of the engine's images."""
    return [tag for one in engine.send("GET", "/images/json") for tag in one["RepoTags"] or ()]


def left(engine: Engine) -> list[str]:
    """What runs have left in the engine."""
    label = '?filters={"label":["hardhull.run"]}'.replace('"', "%22")
    containers = engine.send("GET", f"/containers/json{label}&all=1")
    networks = engine.send("GET", f"/networks{label}")
    volumes = engine.send("GET", f"/volumes{label}")["Volumes"] or []
    return [one.get("Name") or one["Names"][0] for one in (*containers, *networks, *volumes)]


def everything(engine: Engine) -> list[tuple[str, Any]]:
    """All containers with their state, all networks and volumes: what a run must leave as it was."""
    containers = engine.send("GET", "/containers/json?all=1")
    networks = engine.send("GET", "/networks")
    volumes = engine.send("GET", "/volumes")["Volumes"] or []
    return sorted(
        [
            *((one["Id"], one["State"]) for one in containers),
            *((one["Id"], len(one.get("Containers") or ())) for one in networks),
            *((one["Name"], "") for one in volumes),
        ]
    )


def workloads(folder: Path, text: str, name: str = "compose.yaml") -> list[Workload]:
    """What a file says is run; ``IMAGE`` in it is the tests' own."""
    (folder / name).write_text(text.replace("IMAGE", IMAGE))
    found, _ = gather([str(folder)], Options())
    reading = Reading(Tree(found.root, found.files), strict=True)
    reading.run()
    assert not reading.not_checked, reading.not_checked
    return [fact for fact in reading.facts if isinstance(fact, Workload)]


def world(
    folder: Path,
    text: str,
    name: str = "compose.yaml",
    subject: str = "",
    guard: Guard | None = None,
    **settings: Any,
) -> World:
    """A world of all workloads of a file, or of one and what it needs; not yet entered."""
    found = workloads(folder, text, name)
    if subject:
        found = needed(next(one for one in found if one.name == subject), found)
    chosen = Settings(base=folder, **settings)
    return World(prepare(found, chosen), chosen, guard)


def listening(world: World, key: str, port: int) -> None:
    """Waits until a container that was just started listens."""
    address = world.address(key)
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((address.host, address.ports.get(f"{port}/tcp", port)), 5).close()
        except OSError:
            assert time.monotonic() < end, f"{key} does not listen on {port}"
            time.sleep(0.05)
        else:
            return
