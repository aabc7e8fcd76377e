"""Containers that serve a port each, for tests of who reaches whom."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.facts.network import EngineNetworks
from hardhull.formats.live import read
from hardhull.hosts.networks import listens
from hardhull.model.source import Source
from live_containers import facts

if TYPE_CHECKING:
    from docker_engine import Engine
    from hardhull.facts.network import Reached

IMAGE = "registry.example.com/team/served:1"


class Served:
    """Containers that go away at the end of a test: each serves a port, or none."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.names: list[str] = []

    def run(
        self,
        name: str,
        network: str,
        port: int = 0,
        *bindings: dict[str, str],
        labels: dict[str, str] | None = None,
        **host: Any,
    ) -> None:
        """Starts one; ``port`` is what it listens on, each binding where the host publishes that."""
        body: dict[str, Any] = {
            "Image": IMAGE, "Cmd": ["httpd", "-f", "-p", str(port)] if port else ["sleep", "1000000"],
            "Labels": labels or {}, "HostConfig": {"NetworkMode": network, **host},
        }  # fmt: skip
        if bindings:
            body["ExposedPorts"] = {f"{port}/tcp": {}}
            body["HostConfig"]["PortBindings"] = {f"{port}/tcp": list(bindings)}
        made = self.engine.send("POST", f"/containers/create?name={name}", **body)["Id"]
        self.names.append(name)
        self.engine.call("POST", f"/containers/{made}/start")
        if port:
            self.wait(name, port)

    def wait(self, name: str, port: int) -> None:
        pid = json.loads(self.engine.call("GET", f"/containers/{name}/json"))["State"]["Pid"]
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if any(port == each for _, each in listens(pid)):
                return
            time.sleep(0.02)
        pytest.fail(f"{name} does not come to listen")


def reach(engine: Engine) -> list[Reached]:
    found = next(fact for fact in read(Source("live", facts(engine, "network"))).facts)
    assert isinstance(found, EngineNetworks)
    return [item.value for item in found.reach.value]


def inspect(engine: Engine, name: str) -> dict[str, Any]:
    """``docker inspect``."""
    found: dict[str, Any] = json.loads(engine.call("GET", f"/containers/{name}/json"))
    return found


def opened(engine: Engine) -> set[tuple[str, str, int, str]]:
    """Who reaches whom, by which way."""
    return {(one.source, one.target, one.inner, one.way) for one in reach(engine) if one.open}
