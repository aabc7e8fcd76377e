"""Running containers as a plan: what can be changed in them now, and what of them has to be made anew for the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.deploy.body import HOST, differing
from hardhull.deploy.find import Real, hindrance, sharing
from hardhull.deploy.replace import body_now
from hardhull.deploy.room import roomy
from hardhull.deploy.update import KEYS, MEMORY, plain, settable
from hardhull.fix.planner import Planner
from hardhull.model.source import Source
from hardhull.scan.discover import Candidate, Discovery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docker import APIClient

    from hardhull.deploy.body import Body
    from hardhull.fix.choose import Choices
    from hardhull.model.plan import Plan, Planned, Status
    from hardhull.rules.policy import Policy
    from hardhull.scan import Options


class Renewal(NamedTuple):
    """One container and what would become of it.

    Attributes:
        real: the container.
        plan: the fixes of its create body.
        body: as it is.
        wanted: as it would be.
        now: keys of the HostConfig that change while it runs, as they are and as they would be.
        anew: keys of the body that change by making it anew, with what they are and would be.
        others: containers that live in its namespaces, and are made anew with it.
        hindrance: why it cannot be made anew here; empty where it can.
        notes: what was made of a proposed value, and why.
    """

    real: Real
    plan: Plan
    body: Body
    wanted: dict[str, Any]
    now: tuple[dict[str, Any], dict[str, Any]]
    anew: tuple[dict[str, Any], dict[str, Any]]
    others: tuple[Real, ...]
    hindrance: str
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the container."""
        return self.real.name

    @property
    def remains(self) -> bool:
        """Whether something can be changed only by making it anew."""
        earlier, new = self.anew
        host = {key for key in new[HOST] if key not in self.covered}
        return bool(new["Config"] or host or earlier["Config"])

    @property
    def covered(self) -> frozenset[str]:
        """Keys of the HostConfig that a change now covers."""
        return frozenset(self.now[1]) | ({"NanoCpus"} if "CpuQuota" in self.now[1] else set())

    def of(self, status: Status) -> list[Planned]:
        """Its findings that have this fate."""
        return self.plan.of(status)


class NoContainerError(Exception):
    """A container that was named is not there, or several begin like that; the message says which."""


def running(client: APIClient, names: Sequence[str]) -> list[Real]:
    """The running containers, or those that were named.

    Raises:
        NoContainerError: one that was named is not there.
    """
    listed = client.containers()
    if names:
        listed = [_named(listed, name) for name in names]
    found = {str(each["Id"]): client.inspect_container(each["Id"]) for each in listed}
    return [Real(str(each["Name"]).lstrip("/"), each) for each in found.values()]


def _named(listed: list[dict[str, Any]], name: str) -> dict[str, Any]:
    exact = [each for each in listed if f"/{name}" in (each.get("Names") or ())]
    found = exact or [each for each in listed if str(each["Id"]).startswith(name)]
    if len(found) != 1:
        why = "several running containers have such an id" if found else "no such container runs"
        raise NoContainerError(f"{name}: {why}")
    return found[0]


def renewals(
    client: APIClient, found: Sequence[Real], policy: Policy, options: Options, choices: Choices
) -> Iterator[Renewal]:
    """The plan of each container, in their order."""
    for real in found:
        body = _plain_limits(body_now(client, real.answer))
        text = json.dumps({"Name": real.name, **body.create}, indent=1) + "\n"
        path = f"container:{real.name}"
        place = Discovery(Path("/"), [Candidate(Source(path, text.encode()), ("engine-api",))], [])
        plan = Planner(place, policy, options, choices).plan()
        wanted = json.loads(plan.files[0].after) if plan.files else json.loads(text)
        del wanted["Name"]
        notes = roomy(real.answer, wanted[HOST])
        others = tuple(sharing(client, real))
        why = next((f"{each.name} {said}" for each in (real, *others) if (said := hindrance(client, each))), "")
        anew = (differing(body.create, wanted), differing(wanted, body.create))
        yield Renewal(real, plan, body, wanted, _now(body.create[HOST], wanted[HOST]), anew, others, why, notes)


def _plain_limits(body: Body) -> Body:
    """Numbers that stand for no limit, such as those that an undo leaves, are none for the rules either."""
    none = {key: 0 for key in (*MEMORY, "CpuQuota", "PidsLimit") if plain(key, body.create[HOST].get(key)) is None}
    return body.with_settings({HOST: none})


def _now(host: dict[str, Any], wanted: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = {key: wanted.get(key) for key in KEYS if plain(key, host.get(key)) != plain(key, wanted.get(key))}
    new = settable(host, changed)
    return {key: host.get(key) for key in new}, new
