"""A running container as the body that makes it anew, and what of it a proof changes."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.engine_api import read
from hardhull.formats.writing import write
from hardhull.model.source import Source
from hardhull.prove.changes import measures
from hardhull.prove.filter import profile_text
from hardhull.text.draft import Drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardhull.facts.workload import Workload
    from hardhull.prove.candidate import Candidate

HOST = "HostConfig"
SHORT = 12
"""Digits of an id that the engine makes a host name of."""
_MADE = ("Id", "IPAddress", "Gateway", "MacAddress", "EndpointID", "NetworkID")
"""Of an endpoint, what the engine gave it."""


class Body(NamedTuple):
    """What makes a container like another one.

    Attributes:
        create: of the create call.
        networks: further networks by name, with the settings of the endpoint in them.
    """

    create: dict[str, Any]
    networks: tuple[tuple[str, dict[str, Any]], ...] = ()

    def with_settings(self, settings: Mapping[str, Any]) -> Body:
        """The same with other values of some keys."""
        create = deepcopy(self.create)
        create.update(settings.get("Config", {}))
        create[HOST].update(settings.get(HOST, {}))
        return self._replace(create=create)


def body_of(answer: Mapping[str, Any], image: str, names: Mapping[str, str] | None = None) -> Body:
    """The body of a container.

    Args:
        answer: ``docker inspect`` of it.
        image: what it is made from: the name, where that still means the same image, else the id.
        names: keys of the HostConfig that share a namespace, with the other container by its name.
    """
    create: dict[str, Any] = {**deepcopy(answer["Config"]), HOST: deepcopy(answer["HostConfig"]), "Image": image}
    if create.get("Hostname") == answer["Id"][:SHORT]:
        del create["Hostname"]
    _keep_volumes(create[HOST], answer["Mounts"])
    for key, shared in (names or {}).items():
        create[HOST][key] = shared
    mode = str(create[HOST].get("NetworkMode", ""))
    if mode.startswith("container:") or mode == "host":
        for key in ("Hostname", "Domainname", "ExposedPorts"):
            create.pop(key, None)
        return Body(create)
    endpoints = {name: _endpoint(each, answer["Id"]) for name, each in answer["NetworkSettings"]["Networks"].items()}
    ids = {name: each.get("NetworkID") for name, each in answer["NetworkSettings"]["Networks"].items()}
    first = next((name for name in endpoints if mode in {name, ids[name]}), "")
    if first:
        create["NetworkingConfig"] = {"EndpointsConfig": {first: endpoints[first]}}
    return Body(create, tuple((name, each) for name, each in endpoints.items() if name not in {first, "none", "host"}))


def _endpoint(each: Mapping[str, Any], ident: str) -> dict[str, Any]:
    """What was asked for of an endpoint, without what the engine gave it."""
    aliases = [name for name in each.get("Aliases") or () if name != ident[:SHORT]]
    wanted = {"IPAMConfig": each.get("IPAMConfig"), "Links": each.get("Links"), "DriverOpts": each.get("DriverOpts")}
    return {"Aliases": aliases, **{key: value for key, value in wanted.items() if value}}


def _keep_volumes(host: dict[str, Any], mounts: Iterable[Mapping[str, Any]]) -> None:
    """Volumes without a name of the person's own are mounted by the name that the engine gave them."""
    binds = list(host.get("Binds") or ())
    named = {bind.split(":")[1] for bind in binds if bind.count(":")}
    kept = [each for each in host.get("Mounts") or () if each.get("Type") != "volume" or each.get("Source")]
    named |= {each["Target"] for each in kept}
    unnamed = [each for each in mounts if each["Type"] == "volume" and each["Destination"] not in named]
    binds += [f"{each['Name']}:{each['Destination']}{'' if each.get('RW', True) else ':ro'}" for each in unnamed]
    host["Binds"], host["Mounts"] = binds, kept


def workload_of(create: Mapping[str, Any], name: str) -> Workload:
    """What the body says of the container."""
    text = json.dumps({"Name": name, **create}, indent=1) + "\n"
    (workload,) = read(Source(f"container:{name}", text.encode()))
    return workload


def settings_of(body: Body, candidate: Candidate, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of a body that a proven configuration changes: their values now, and then.

    Raises:
        UnwritableError: something of it cannot be said in a create body.
    """
    workload = workload_of(body.create, name)
    drafts = Drafts()
    write(workload, [change for each in measures(candidate, workload) for change in each.changes], drafts)
    new = json.loads(drafts.of(workload.place.source).result())
    new.pop("Name", None)
    if candidate.syscalls is not None:
        options = [each for each in new[HOST].get("SecurityOpt") or () if not each.startswith("seccomp")]
        new[HOST]["SecurityOpt"] = [*options, f"seccomp={profile_text(candidate)}"]
    return differing(body.create, new), differing(new, body.create)


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The values that one body has where another differs."""
    top = {key: one.get(key) for key in {*one, *other} - {HOST} if one.get(key) != other.get(key)}
    host = {key: one[HOST].get(key) for key in {*one[HOST], *other[HOST]} if one[HOST].get(key) != other[HOST].get(key)}
    return {"Config": top, HOST: host}


def has(create: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether a body has these settings; the engine says nothing where something is at its default."""
    pairs = [(create.get(key), value) for key, value in settings.get("Config", {}).items()]
    pairs += [(create[HOST].get(key), value) for key, value in settings.get(HOST, {}).items()]
    return all(_plain(one) == _plain(other) for one, other in pairs)


def _plain(value: Any) -> Any:
    if isinstance(value, str) or not value:
        return value or None
    if isinstance(value, list):
        return sorted(json.dumps(each, sort_keys=True) for each in value) or None
    return value
