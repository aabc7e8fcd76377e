"""Giving running containers networks of their own, as an action of the journal: done, looked at, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError, ActionKind
from hardhull.deploy.bridges import DEFAULT
from hardhull.deploy.engine import asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

    from hardhull.deploy.bridges import Bridges
    from hardhull.model.receipt import Action, Plain

NAME: Final = "own-networks"
LABEL: Final = "hardhull.part"


def action(found: Bridges) -> Action:
    """The action of a plan."""
    from hardhull.model.receipt import Action

    networks: list[Plain] = [
        {"name": one.name, "subnet": one.subnet, "members": list(one.members)} for one in found.made
    ]
    containers: list[Plain] = [
        {"name": name, "id": ident, "aliases": list(found.aliases[name])} for name, ident in found.moved.items()
    ]
    return Action(NAME, {"networks": networks, "containers": containers})


def _rows(arguments: Mapping[str, Plain]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    networks: Any = arguments["networks"]
    containers: Any = arguments["containers"]
    return networks, containers


def _do(arguments: Mapping[str, Plain]) -> None:
    """Every container is in its new networks before it leaves the old one."""
    networks, containers = _rows(arguments)
    with asked() as client:
        known = {one["name"]: one for one in containers}
        for network in networks:
            ident = _made(client, network)
            for name in network["members"]:
                _join(client, known[name], network["name"], ident)
        for one in containers:
            if DEFAULT in _networks(client, one):
                client.disconnect_container_from_network(one["id"], DEFAULT)


def _made(client: APIClient, network: Mapping[str, Any]) -> str:
    """The id of a network, made where it is not there.

    Raises:
        ActionError: another one has its name.
    """
    found = _network(client, network["name"])
    if found is not None:
        if (found.get("Labels") or {}).get(LABEL) != NAME:
            raise ActionError(f"there is a network {network['name']} that is not hardhull's")
        return str(found["Id"])
    config: Any = {"Config": [{"Subnet": network["subnet"]}]}
    made = client.create_network(network["name"], "bridge", ipam=config, check_duplicate=True, labels={LABEL: NAME})
    return str(made["Id"])


def _network(client: APIClient, name: str) -> dict[str, Any] | None:
    found = [one for one in client.networks(names=[name]) if one["Name"] == name]
    return client.inspect_network(found[0]["Id"]) if found else None


def _join(client: APIClient, one: Mapping[str, Any], name: str, ident: str) -> None:
    if name not in _networks(client, one):
        client.connect_container_to_network(one["id"], ident, aliases=list(one["aliases"]))


def _networks(client: APIClient, one: Mapping[str, Any]) -> dict[str, Any]:
    """The networks that a container is in.

    Raises:
        ActionError: it is gone.
    """
    from docker.errors import NotFound

    try:
        answer = client.inspect_container(one["id"])
    except NotFound:
        raise ActionError(f"there is no container {one['name']} ({one['id'][:12]}) any more") from None
    return answer["NetworkSettings"].get("Networks") or {}


def _undo(arguments: Mapping[str, Plain]) -> None:
    """Back on the default bridge first; a network in which somebody else is by now stays."""
    networks, containers = _rows(arguments)
    with asked() as client:
        here = [one for one in containers if _there(client, one)]
        for one in here:
            if DEFAULT not in _networks(client, one):
                client.connect_container_to_network(one["id"], DEFAULT)
        for network in networks:
            found = _network(client, network["name"])
            if found is None or (found.get("Labels") or {}).get(LABEL) != NAME:
                continue
            for one in here:
                if network["name"] in _networks(client, one):
                    client.disconnect_container_from_network(one["id"], found["Id"])
            if not (_network(client, network["name"]) or {}).get("Containers"):
                client.remove_network(found["Id"])


def _there(client: APIClient, one: Mapping[str, Any]) -> bool:
    try:
        _networks(client, one)
    except ActionError:
        return False
    return True


def _probe(arguments: Mapping[str, Plain]) -> bool | None:
    networks, containers = _rows(arguments)
    with asked() as client:
        made = [_network(client, one["name"]) is not None for one in networks]
        places = {one["name"]: set(_networks(client, one)) for one in containers if _there(client, one)}
    wanted = {name: {one["name"] for one in networks if name in one["members"]} for name in places}
    if len(places) == len(containers) and all(made):
        if all(wanted[name] <= places[name] and DEFAULT not in places[name] for name in places):
            return True
    elif not any(made) and all(DEFAULT in place for place in places.values()):
        return False
    return None


def _describe(arguments: Mapping[str, Plain]) -> str:
    networks, containers = _rows(arguments)
    names = ", ".join(one["name"] for one in networks)
    return f"move {', '.join(one['name'] for one in containers)} from the default bridge to {names}"


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
