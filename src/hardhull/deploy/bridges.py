"""Networks of their own for containers on the default bridge: which ones, and why, and who has to stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.deploy.find import KUBELET, SWARM
from hardhull.deploy.subnets import free

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from ipaddress import IPv4Network

    from hardhull.deploy.find import Real
    from hardhull.facts.network import EngineNetworks, Member

DEFAULT: Final = "bridge"
PROJECT, TALK, ALONE = "project", "talk", "alone"
"""Why there is a network: a Compose project, connections that were seen, or that a container is with nobody."""
BAD: Final = re.compile(r"[^a-zA-Z0-9_.-]")
"""What no name of a network may have (moby, ``daemon/names``); the project's name is whatever a label says."""
LONGEST: Final = 60
SERVICE: Final = "com.docker.compose.service"


class Bridge(NamedTuple):
    """A network that would be made.

    Attributes:
        name: of it.
        subnet: ``172.30.0.0/24``.
        members: containers, the one that is called first.
        why: one of the reasons above.
        said: the reason for people.
    """

    name: str
    subnet: str
    members: tuple[str, ...]
    why: str
    said: str

    @property
    def risk(self) -> str:
        """``needs-proof``, or ``all`` where nothing but a moment's silence speaks for it."""
        return "all" if self.why == ALONE else "needs-proof"


class Bridges(NamedTuple):
    """The plan.

    Attributes:
        made: networks that would be made, within the risk that was asked for.
        more: those that need more risk.
        moved: containers that would leave the default bridge, with their ids.
        aliases: further names of each of them.
        stay: containers that have to stay, with the reason.
    """

    made: tuple[Bridge, ...]
    more: tuple[Bridge, ...]
    moved: dict[str, str]
    aliases: dict[str, tuple[str, ...]]
    stay: dict[str, str]


def plan(
    fact: EngineNetworks,
    reals: Sequence[Real],
    networks: Sequence[Mapping[str, Any]],
    routes: list[IPv4Network],
    risk: str,
) -> Bridges:
    """The plan.

    Args:
        fact: what was tried and seen.
        reals: the running containers.
        networks: ``GET /networks``.
        routes: of the host.
        risk: ``safe``, ``needs-proof`` or ``all``.
    """
    answers = {real.name: real.answer for real in reals}
    members = {item.value.name: item.value for item in fact.members.value if item.known}
    here = {one.name: one for one in members.values() if DEFAULT in one.networks and one.lives_in == one.name}
    calls = set(_calls(fact, here))
    stay = _staying(here, answers, calls)
    free_ones = {name: one for name, one in here.items() if name not in stay}
    every = list(_named(_groups(free_ones, calls), networks, free(networks, routes)))
    allowed = {"safe": (), "needs-proof": ("needs-proof",), "all": ("needs-proof", "all")}[risk]
    made = tuple(one for one in every if one.risk in allowed)
    names = {name for one in made for name in one.members}
    return Bridges(
        made,
        tuple(one for one in every if one.risk not in allowed),
        {name: str(answers[name]["Id"]) for name in sorted(names)},
        {name: _aliases(answers[name]) for name in sorted(names)},
        stay,
    )


def _calls(fact: EngineNetworks, here: Mapping[str, Member]) -> Iterator[tuple[str, str]]:
    """Who called whom over the default bridge: pairs that share another network have that."""
    for item in fact.talks.value:
        one, other = here.get(item.value.source), here.get(item.value.target)
        if one is not None and other is not None and not set(one.networks) & set(other.networks) - {DEFAULT}:
            yield one.name, other.name


def _aliases(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that others may call it by: the service's, and that which it gives itself."""
    config = answer["Config"]
    found = ((config.get("Labels") or {}).get(SERVICE), config.get("Hostname"))
    return tuple(dict.fromkeys(str(each) for each in found if each))


def _staying(here: Mapping[str, Member], answers: Mapping[str, Any], calls: set[tuple[str, str]]) -> dict[str, str]:
    """Containers that cannot be moved while they run, and those that call them or are called by them."""
    stay = {name: why for name in here if (why := _hindrance(name, answers))}
    linked = {str(link).split(":")[0].strip("/") for name in here if name in answers for link in _links(answers[name])}
    for name in sorted(linked & set(here)):
        stay.setdefault(name, "another container is linked to its present address")
    grown = True
    while grown:
        grown = False
        for pair in calls:
            for one, other in (pair, pair[::-1]):
                if one in stay and other not in stay:
                    stay[other] = f"it talks to {one}, which has to stay"
                    grown = True
    return stay


def _links(answer: Mapping[str, Any]) -> list[str]:
    return answer["HostConfig"].get("Links") or []


def _hindrance(name: str, answers: Mapping[str, Any]) -> str:
    answer = answers.get(name)
    if answer is None:
        return "it has ended"
    labels = answer["Config"].get("Labels") or {}
    if SWARM in labels or KUBELET in labels:
        return "it belongs to an orchestrator"
    if _links(answer):
        return "it is linked to others by their present addresses (--link); make it anew without"
    if answer["State"].get("Paused"):
        return "it is paused"
    return ""


def _groups(here: Mapping[str, Member], calls: set[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    """Name, members, reason, and the reason for people, of each network."""
    together: list[set[str]] = []
    projects: dict[str, list[str]] = {}
    for name, one in sorted(here.items()):
        if one.project:
            projects.setdefault(one.project, []).append(name)
    for project, names in projects.items():
        if len(names) > 1:
            together.append(set(names))
            yield project, tuple(names), PROJECT, f"they are of the project {project}"
    called: dict[str, set[str]] = {}
    for source, target in sorted(calls):
        if source in here and target in here and not any({source, target} <= one for one in together):
            called.setdefault(target, set()).add(source)
    for target, sources in sorted(called.items()):
        together.append({target, *sources})
        yield target, (target, *sorted(sources)), TALK, f"{', '.join(sorted(sources))} called it"
    busy = set().union(*together)
    for name in sorted(set(here) - busy):
        yield name, (name,), ALONE, "it was seen to talk to no other container"


def _named(
    groups: Iterable[tuple[str, tuple[str, ...], str, str]],
    networks: Sequence[Mapping[str, Any]],
    subnets: Iterator[IPv4Network],
) -> Iterator[Bridge]:
    """The networks with names that are free."""
    taken = {str(one["Name"]) for one in networks}
    for told, members, why, said in groups:
        stem = BAD.sub("-", told).strip("-._")[:LONGEST] or "own"
        name, number = f"{stem}-net", 2
        while name in taken:
            name, number = f"{stem}-net-{number}", number + 1
        subnet = next(subnets, None)
        if subnet is None:
            return
        taken.add(name)
        yield Bridge(name, str(subnet), members, why, said)
