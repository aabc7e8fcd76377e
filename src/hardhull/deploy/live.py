"""Whether a real container works: the same checks as in a world, asked of what runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hardhull.run import checks
from hardhull.run.create import Container
from hardhull.run.exercise import questions
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Settings
from hardhull.run.world import Address

if TYPE_CHECKING:
    from docker import APIClient

    from hardhull.facts.workload import Workload
    from hardhull.run.exercise import Exercise

POLL = 0.2
STEADY = 3.0
"""Seconds for which it has to go on running when its checks have passed."""


class _NoGuard:
    """Nobody has to end what the checks start: they end with this process."""

    def watch(self, _pid: int) -> None:
        """Nothing."""

    release = watch


class Live:
    """What checks want to know of a world, answered by a real container.

    Args:
        client: the engine.
        name: of the container.
        workload: as its file says.
    """

    def __init__(self, client: APIClient, name: str, workload: Workload) -> None:
        self.client, self.settings, self.guard = client, Settings(), _NoGuard()
        self.hidden: tuple[str, ...] = ()
        answer = client.inspect_container(name)
        ports = tuple(
            (inner, str((outer or [{}])[0].get("HostPort", "")))
            for inner, outer in (answer["NetworkSettings"]["Ports"] or {}).items()
        )
        self.ids = {name: str(answer["Id"])}
        self.containers = {name: Container(workload, name, (), {}, ports=ports, networks=(("its own", ()),))}

    def inspect(self, key: str) -> dict[str, Any]:
        """``docker inspect``."""
        answer: dict[str, Any] = self.client.inspect_container(self.ids[key])
        return answer

    def state(self, key: str) -> dict[str, Any]:
        """``State`` of that; to the engine a container runs while it waits to be started again, to us it does not."""
        found: dict[str, Any] = self.inspect(key)["State"]
        return {**found, "Running": found["Running"] and not found["Restarting"]}

    def left(self) -> float:
        """Seconds: as many as a check wants."""
        return self.settings.bounds.seconds

    def address(self, key: str) -> Address:
        """Its own address; in the host's network this machine."""
        answer = self.inspect(key)
        mode = str(answer["HostConfig"]["NetworkMode"])
        if mode.startswith("container:"):
            answer = self.client.inspect_container(mode.partition(":")[2])
        names = [inner for inner, _ in self.containers[key].ports] or list(answer["Config"].get("ExposedPorts") or ())
        ports = {inner: int(inner.partition("/")[0]) for inner in names}
        if mode == "host":
            return Address("127.0.0.1", ports)
        networks = answer["NetworkSettings"]["Networks"] or {}
        return Address(next((each["IPAddress"] for each in networks.values() if each.get("IPAddress")), ""), ports)


def complaints(client: APIClient, name: str, workload: Workload, wanted: Exercise) -> list[str]:
    """Why a container that was just started does not work; empty where it does.

    Args:
        client: the engine.
        name: of the container.
        workload: as its file says.
        wanted: its checks, and how long it may take.
    """
    live: Any = Live(client, name, workload)
    try:
        asked = questions(live, wanted._replace(key=name))
    except CannotRunError:
        asked = []  # nobody says how to see it: then it has to run on, at least
    end = time.monotonic() + wanted.ready
    for check in asked:
        outcome = checks.run(check, live)
        while not outcome.passed and time.monotonic() < end and live.state(name)["Running"]:
            time.sleep(POLL)
            outcome = checks.run(check, live)
        if not outcome.passed:
            said = outcome.output.strip().splitlines()
            return [f"{check.title} fails" + (f": {said[-1][:200]}" if said else "")]
    time.sleep(STEADY)
    answer = live.inspect(name)
    if not answer["State"]["Running"] or answer.get("RestartCount"):
        return [f"{name} does not go on running (exit code {answer['State']['ExitCode']})"]
    return []
