"""What a service is connected to: networks, services that it waits for, secrets and configs."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.layers import Layers
from hardhull.formats.compose.write import values
from hardhull.formats.compose.write.keys import Keys
from hardhull.formats.compose.write.lists import Items
from hardhull.formats.compose.write.sites import Sites
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.plain import Inline

if TYPE_CHECKING:
    from hardhull.facts.parts import Attachment, Dependency, Grant
    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain

NETWORKS = ("networks",)


def _name(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _names(keys: Keys, key: str) -> Items:
    return Items(keys, (key,), lambda _, node: _name(node))


# ---- networks -----------------------------------------------------------------------------------------------------


def add_network(keys: Keys, network: Attachment) -> None:
    """One more network; it is defined if it is not."""
    workload = keys.sites.workload
    if workload.network_mode.written:
        raise UnwritableError("the service has a network_mode, beside which Compose takes no networks")
    together = _neighbours(keys)
    if together:
        for neighbour in (workload, *together):
            _join(Keys(Sites.of(neighbour, keys.sites.drafts, keys.sites.over), keys.wish), [network.name], network)
        names = [one.subject for one in together]
        keys.sites.drafts.note(f"{', '.join(names)} come along, so that they still reach each other", names)
        return
    implied = [field.value.name for field in workload.networks.value if not field.written and not _wanted(keys)]
    _join(keys, [*implied, network.name], network)


def _neighbours(keys: Keys) -> list[Workload]:
    """The other services of the project, where all of them share the network that nobody chose."""
    names = keys.sites.workload.neighbours.get(())
    if not names:
        return []
    layers = keys.sites.layers
    folder = layers.folder
    found = {
        id(user): user
        for definitions in layers.users.values()  # of the whole scan
        for users in definitions.values()
        for user in users
        if isinstance(user.origin, Layers) and user.origin.folder == folder and user.neighbours.get(()) is names
    }
    found.pop(id(keys.sites.workload), None)
    return sorted(found.values(), key=lambda user: names.index(user.name))


def _wanted(keys: Keys) -> list[str]:
    """The networks that other Changes have joined it to."""
    site = keys.sites.target(NETWORKS)
    base, path = site.at(NETWORKS)
    pending = site.tree.pending(base, path)
    return list(pending) if isinstance(pending, (list, dict)) else []


def _others(names: list[str]) -> list[Plain]:
    return [name for name in names if name != "default"]


def swap_network(keys: Keys, field: Field[Attachment], network: Attachment) -> None:
    """A network takes the place of another one, or of the one that nobody wrote."""
    if not field.written:
        pending = _wanted(keys)
        if "default" in pending:
            keys.settle(keys.sites.target(NETWORKS), NETWORKS, [network.name, *_others(pending)])
            _define(keys, network)
        else:
            _join(keys, [network.name], network)
        return
    if field.value.name == network.name:
        raise UnwritableError("what is defined for a network has to be changed at its definition")
    key = field.value.name
    holding = keys.sites.holding(NETWORKS)
    for site, spot in holding:
        if isinstance(spot.node, Mapping) and site.find((*NETWORKS, key)) is not None:
            raise UnwritableError(f"the network {key} has settings of its own in the service")
        if isinstance(spot.node, Mapping) and spot.node.entry(key) is not None:
            keys.insert((*NETWORKS, network.name), None)
            keys.remove_name("networks", key)
            _define(keys, network)
            return
    items = _names(keys, "networks")
    items.swap([item for item in items.items if item.identity == key], lambda _: network.name)
    _define(keys, network)


def _join(keys: Keys, names: list[str], network: Attachment) -> None:
    sites = keys.sites
    target = sites.target(NETWORKS)
    spot = target.find(NETWORKS)
    if spot is not None and isinstance(spot.node, Mapping):
        aliases: Plain = {"aliases": list(network.aliases)} if network.aliases else None
        for name in names:
            keys.insert((*NETWORKS, name), aliases if name == network.name else None)
    elif network.aliases:
        others: dict[str, Any] = dict.fromkeys(names)
        keys.insert(NETWORKS, {**others, network.name: {"aliases": list(network.aliases)}})
    else:
        for name in names:
            _names(keys, "networks").add(name)
    _define(keys, network)


def _define(keys: Keys, network: Attachment) -> None:
    """The definition of a network; nothing where it has one."""
    if network.name == "default":
        return
    body: dict[str, Any] = {}
    if network.external:
        body["external"] = True
    if network.driver:
        body["driver"] = network.driver
    if network.internal:
        body["internal"] = True
    if network.icc is not None:
        body["driver_opts"] = {"com.docker.network.bridge.enable_icc": str(network.icc).lower()}
    if network.subnets:
        body["ipam"] = {"config": [{"subnet": subnet} for subnet in network.subnets]}
    keys.define("networks", network.name, body or None)


def drop_network(keys: Keys, field: Field[Attachment]) -> None:
    """A network goes."""
    name = field.value.name
    if not field.written:
        raise UnwritableError("nobody wrote the default network: put the service on another one")
    if sum(one.written for one in keys.sites.workload.networks.value) < 2:
        raise UnwritableError("without any network it would be on the default one")
    _drop_name(keys, "networks", name)


def _drop_name(keys: Keys, key: str, name: str) -> None:
    """A name goes that stands in a list or as a key."""
    holding = keys.sites.holding((key,))
    in_mapping = [
        site for site, spot in holding if isinstance(spot.node, Mapping) and spot.node.entry(name) is not None
    ]
    items = _names(keys, key) if any(isinstance(spot.node, Sequence) for _, spot in holding) else None
    listed = [item for item in items.items if item.identity == name] if items is not None else []
    if in_mapping and listed:
        raise UnwritableError(f"{name} stands in a list and in a mapping, which are merged")
    if items is not None and listed:
        items.drop(listed)
    elif in_mapping:
        keys.remove_name(key, name)
    else:
        raise UnwritableError(f"{name} is not written in {key}")


# ---- depends_on ---------------------------------------------------------------------------------------------------


def add_dependency(keys: Keys, value: Dependency) -> None:
    """One more service to wait for."""
    path = ("depends_on",)
    target = keys.sites.target(path)
    spot = target.find(path)
    plain = value.condition == "service_started"
    if spot is None and plain:
        _names(keys, "depends_on").add(value.service)
    elif spot is not None and isinstance(spot.node, Sequence):
        if plain:
            _names(keys, "depends_on").add(value.service)
            return
        if spot.node.aliases or not keys.may_edit(target, spot):
            raise UnwritableError("depends_on is a list that others share, and a condition takes a mapping")
        others: dict[str, Any] = {_name(item): {"condition": "service_started"} for item in spot.node.items}
        target.tree.put(spot.node, {**others, value.service: {"condition": value.condition}}, shared=True)
    else:
        keys.insert((*path, value.service), {"condition": value.condition})


def drop_dependency(keys: Keys, field: Field[Dependency]) -> None:
    """A service is not waited for any more."""
    name, workload = field.value.service, keys.sites.workload
    links = {link.value.partition(":")[0] for link in workload.links.get(()) if link.known}
    spaces = {getattr(workload, space).get(None) for space in ("network_mode", "ipc", "pid", "uts", "cgroupns")}
    volumes = {_name(item.node).partition(":")[0] for item in _names(keys, "volumes_from").items}
    if name in links | volumes or f"service:{name}" in spaces:
        raise UnwritableError(f"the service uses {name} in another key, which makes it wait too")
    _drop_name(keys, "depends_on", field.value.service)


def swap_dependency(keys: Keys, field: Field[Dependency], value: Dependency) -> None:
    """The condition of a service changes."""
    path = ("depends_on", value.service)
    if field.value.service != value.service or not keys.sites.holding(path):
        raise UnwritableError("only the condition of a service in the long form is changed")
    keys.put((*path, "condition"), value.condition)


# ---- secrets and configs ------------------------------------------------------------------------------------------


def add_grant(keys: Keys, section: str, value: Grant) -> None:
    """One more secret or config; it is defined if it is not."""
    from hardhull.formats.compose.write.items import ListPlace, add_item

    usual = f"/run/secrets/{value.name}" if section == "secrets" else f"/{value.name}"
    plain: Plain = value.name
    if value.target not in {"", value.name, usual}:
        plain = {"source": value.name, "target": value.target}
    add_item(keys, ListPlace(section, lambda _value, _folder: plain, _no_swap), value)
    if value.external:
        keys.define(section, value.name, {"external": True})
    elif value.file is not None:
        file = values.seen_from(keys.sites.home.layer.folder, value.file)
        for there in keys.definitions(section, value.name):
            found = there.get("file") if isinstance(there, Mapping) else None
            if not isinstance(found, Scalar) or posixpath.normpath(found.text) != posixpath.normpath(file):
                raise UnwritableError(f"there is another one of the name {value.name} in {section} already")
        keys.define(section, value.name, {"file": file})
    elif not keys.is_defined(section, value.name):
        raise UnwritableError(f"the {section.removesuffix('s')} {value.name} has no file to come from")


def drop_grant(keys: Keys, section: str, field: Field[Grant]) -> None:
    """A secret or config is not given any more."""
    from hardhull.formats.compose.write.items import ListPlace, drop_item

    drop_item(keys, ListPlace(section, lambda _value, _folder: None, _no_swap), field)


def _no_swap(before: Plain, _old: Any, _new: Any, _folder: str) -> Plain:
    raise UnwritableError(f"{before} is dropped and another one added instead")


def put_tuple(keys: Keys, key: str, texts: tuple[str, ...] | None) -> None:
    """A whole list of texts at once."""
    holding = keys.sites.holding((key,))
    if not texts:
        if holding:
            keys.remove((key,))
        return
    if len(holding) > 1:
        raise UnwritableError(f"{key} is merged from several definitions")
    words: list[Plain] = [values.literal(text) for text in texts]
    keys.put((key,), Inline(words) if holding and getattr(holding[0][1].node, "flow", False) else words)
