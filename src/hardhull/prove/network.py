"""What of the network a workload needs, by what it was seen to listen on and to connect to.

Nothing is taken that was not shown: every try runs without a way to other networks, so that what a workload sends
there is not exercised; only what used no network at all is taken off it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.observed import is_loopback
from hardhull.run.exercise import asked_at

if TYPE_CHECKING:
    from hardhull.facts.profile import Address
    from hardhull.facts.workload import Workload
    from hardhull.prove.candidate import Candidate
    from hardhull.prove.watch import Seen
    from hardhull.run.exercise import Exercise

MOST_PORTS = 8
"""More ports than that are published by hand (as HH-NET-503 has it)."""
NAMES = 53
"""The port of name servers: the engine's own is at a loopback address, and asks others."""
NETWORK = frozenset({"tcp", "udp"})


def networked(candidate: Candidate, workload: Workload, seen: Seen, wanted: Exercise) -> Candidate:
    """The candidate with as little of the network as was used.

    Args:
        candidate: the strictest of everything else.
        workload: as it is declared.
        seen: what it did so.
        wanted: how it was used.
    """
    if workload.network_mode.get(None) != "host":
        return candidate._replace(alone=_unused(workload, seen, wanted))
    ports = reached(seen)
    if stays(seen):
        return candidate._replace(host=candidate.host | {"network_mode"})
    return candidate._replace(ports=frozenset(f"{one.port}/{one.protocol}" for one in ports))


def stays(seen: Seen) -> str:
    """Why a workload stays in the host's network, as a sentence part; empty where it can be tried without."""
    ports, own = reached(seen), {one.port for one in seen.of("listens")}
    if len({(one.protocol, one.port) for one in ports}) > MOST_PORTS:
        return f"it listens on more than {MOST_PORTS} ports of the host"
    for one in sorted(seen.of("connects")):
        if one.protocol == "unix-abstract":
            return f"it talks to the local socket @{one.address}, which is in the host's network"
        if one.protocol in NETWORK and one.port and is_loopback(one.address) and one.port not in own | {NAMES}:
            return f"it talks to {one.address}:{one.port}, which is on the host"
    return ""


def reached(seen: Seen) -> list[Address]:
    """Where others could reach it."""
    found = (one for one in seen.of("listens") if one.protocol in NETWORK and one.port)
    return sorted(one for one in found if not is_loopback(one.address))


def _unused(workload: Workload, seen: Seen, wanted: Exercise) -> bool:
    """Whether it used no network, and nobody has it in one for a reason that can be read."""
    asked = (*wanted.commands, *wanted.urls, *wanted.loads)
    declared = (
        workload.runtime != "docker"
        or "network_mode" in workload.cannot
        or workload.network_mode.get("") not in {None, "bridge"}
        or not workload.networks.known
        or any(item.written for item in workload.networks.value)
        or not workload.ports.known
        or workload.ports.value
        or workload.publish_all.get(False)
        or any(asked_at(each)[0] in {"", wanted.key} for each in asked)
    )
    return not declared and not reached(seen) and not any(_talks(one) for one in seen.of("connects"))


def _talks(one: Address) -> bool:
    """Whether a connection leads out of the workload, or asks for a name."""
    return one.protocol in NETWORK and bool(one.port) and (one.port == NAMES or not is_loopback(one.address))
