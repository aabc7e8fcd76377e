"""The containers that run on an engine, in the order of their start, and what a restart means for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.engines import probe
from hardhull.hosts.proc import text
from hardhull.run.owner import PART

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docker import APIClient

    from hardhull.model.receipt import Plain

GRACE: Final = 10
"""Seconds that an engine gives a container to stop by default (moby, ``container.DefaultStopTimeout``)."""
QUICK: Final = 0.2
"""Seconds that a program takes to end when it is asked to; a guess, and a small one."""
RETURNING: Final = frozenset({"always", "unless-stopped"})
_TERM: Final = 15


class Container(NamedTuple):
    """One running container.

    Attributes:
        id: of the engine; ``name`` for people.
        started: when, as the engine says.
        returns: whether the engine starts it again by itself (its restart policy).
        vanishes: whether it is removed when it stops (``--rm``).
        stops: seconds that its stop is expected to take.
        deaf: whether its first process does not listen to the signal that asks it to end.
        bridged: whether it is in the engine's default bridge.
        ports: published TCP ports, as ``address:port``.
        health: its health, as the engine says; empty for no check.
    """

    id: str
    name: str
    started: str
    returns: bool
    vanishes: bool
    stops: float
    deaf: bool
    bridged: bool
    ports: tuple[str, ...]
    health: str


def running(client: APIClient) -> list[Container]:
    """The containers that run, the first started first; none of ours."""
    from docker.errors import NotFound

    found = []
    for row in client.containers():
        if (row.get("Labels") or {}).get(PART) == probe.ROLE:
            continue
        try:
            found.append(container(client.inspect_container(row["Id"])))
        except NotFound:
            continue
    return sorted(found, key=lambda each: each.started)


def container(answer: dict[str, Any]) -> Container:
    """One container from its ``docker inspect``."""
    host, settings = answer["HostConfig"], answer["NetworkSettings"]
    policy = host.get("RestartPolicy") or {}
    deaf = not _listens(int(answer["State"]["Pid"]), _signal(answer["Config"].get("StopSignal")))
    grace = answer["Config"].get("StopTimeout")
    return Container(
        answer["Id"], str(answer["Name"]).lstrip("/"), answer["State"]["StartedAt"],
        policy.get("Name", "") in RETURNING, bool(host.get("AutoRemove")),
        float(GRACE if grace is None else grace) if deaf else QUICK, deaf,
        "bridge" in (settings.get("Networks") or {}), tuple(_ports(settings)),
        (answer["State"].get("Health") or {}).get("Status", ""),
    )  # fmt: skip


def _ports(settings: dict[str, Any]) -> list[str]:
    found = []
    for inner, outer in (settings.get("Ports") or {}).items():
        for each in outer or ():
            address = each.get("HostIp", "")
            if inner.endswith("/tcp") and ":" not in address:
                address = "127.0.0.1" if address in {"", "0.0.0.0"} else address  # noqa: S104  compared only
                found.append(f"{address}:{each['HostPort']}")
    return found


def _signal(name: Any) -> int:
    """The number of a stop signal."""
    import signal

    word = re.sub(r"^SIG", "", str(name or "TERM").upper())
    if word.isdigit():
        return int(word)
    return int(getattr(signal, f"SIG{word}", _TERM))


def _listens(pid: int, number: int) -> bool:
    """Whether a first process handles a signal: without a handler the kernel does not even deliver it there."""
    status = text(f"/proc/{pid}/status") or ""
    caught = status.partition("SigCgt:")[2].split()[:1]
    return number == 9 or not caught or bool(int(caught[0], 16) >> (number - 1) & 1)


def plain(found: Iterable[Container]) -> list[Plain]:
    """The same for the journal."""
    return [{"id": each.id, "name": each.name, "ports": list(each.ports)} for each in found]
