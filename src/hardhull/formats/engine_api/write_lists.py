"""Items of lists in a create body: they come, go, or get another value where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.engine_api import spell
from hardhull.formats.jsonread import fold, items_of, text_of
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.parts import Attachment, BlockLimit, Mount, Port
    from hardhull.facts.workload import Workload
    from hardhull.formats.engine_api.body import Body
    from hardhull.model.field import Field

MODE = ("HostConfig", "NetworkMode")
ENDPOINTS = ("NetworkingConfig", "EndpointsConfig")


def add(body: Body, workload: Workload, field: str, item: Any) -> None:
    """An item comes, unless an equal one is there.

    Raises:
        UnwritableError: the API has no words for it.
    """
    there = workload.fields.get(field)
    if any(one.known and one.value == item for one in (there.get(()) if there is not None else ())):
        return
    if field in spell.LISTS:
        path, plain = spell.LISTS[field]
        body.append(path, plain(item))
    elif field in spell.MAPS:
        _add_pair(body, spell.MAPS[field], item)
    elif field in _ADD:
        _ADD[field](body, workload, item)
    else:
        raise UnwritableError(f"the Engine API has no list of {field}")


def drop(body: Body, workload: Workload, field: str, item: Field[Any]) -> None:
    """An item goes, and its list with the last one."""
    _check_field(field)
    if field == "networks":
        _leave(body, workload, item.value)
    else:
        body.take(item.place)


def swap(body: Body, workload: Workload, field: str, item: Field[Any], value: Any) -> None:
    """An item gets another value where it stands.

    Raises:
        UnwritableError: it cannot without changing something else.
    """
    _check_field(field)
    if field in spell.LISTS:
        _swap_item(body, item, spell.LISTS[field][1](value))
    elif field in spell.MAPS and item.value[0] == value[0]:
        body.set((*spell.MAPS[field], value[0]), value[1])
    elif (field == "mounts" and _swap_mount(body, item, value)) or (field == "ports" and _swap_port(body, item, value)):
        return
    elif field == "block_io" and item.value.what == value.what:
        _swap_item(body, item, value.rate if value.what == "weight" else spell.throttle(value))
    else:
        drop(body, workload, field, item)
        add(body, workload, field, value)


def _check_field(field: str) -> None:
    if field not in spell.LISTS and field not in spell.MAPS and field not in _ADD:
        raise UnwritableError(f"the Engine API has no list of {field}")


def _add_pair(body: Body, path: tuple[str, ...], item: tuple[str, str]) -> None:
    if body.get((*path, item[0])) is not None:
        raise UnwritableError(f"{item[0]} is written with another value")
    body.set((*path, item[0]), item[1])


def _swap_item(body: Body, item: Field[Any], plain: Any) -> None:
    """Of an object only the parts that differ are written."""
    node = body.at(item.place)
    if not isinstance(node, Mapping) or not isinstance(plain, dict):
        body.tree.put(node, plain)
        return
    for name, part in plain.items():
        entry = next((one for one in node.entries if (one.name or "").lower() == name.lower()), None)
        body.tree.set(node, (name if entry is None or entry.name is None else entry.name,), part)


# ---- mounts ---------------------------------------------------------------------------------------------------------


def _add_mount(body: Body, _workload: Workload, item: Mount) -> None:
    if spell.only_in_mounts(item):
        body.append(("HostConfig", "Mounts"), spell.volume(item))
        return
    if item.kind != "tmpfs":
        body.append(("HostConfig", "Binds"), spell.bind(item))
        return
    if body.get(("HostConfig", "Tmpfs", item.target)) is not None:
        raise UnwritableError(f"{item.target} is written with other options")
    body.set(("HostConfig", "Tmpfs", item.target), spell.tmpfs(item))


def _swap_mount(body: Body, item: Field[Mount], value: Mount) -> bool:
    """Whether it could be changed where it stands."""
    old = item.value
    if body.inside(item.place, ("HostConfig", "Tmpfs")):
        if value.kind != "tmpfs" or old.target != value.target:
            return False
        body.set(("HostConfig", "Tmpfs", value.target), spell.tmpfs(value))
        return True
    node = body.at(item.place)
    if not isinstance(node, Mapping):
        if value.kind == "tmpfs" or spell.only_in_mounts(value):
            return False
        body.tree.put(node, spell.bind(value))
        return True
    if old.kind != value.kind or old.options != value.options or old.propagation != value.propagation:
        raise UnwritableError("other options of an entry of Mounts are left to a person")
    _swap_item(body, item, {"ReadOnly": value.read_only} if old.read_only != value.read_only else {})
    parts = {"Source": (old.source, value.source or ""), "Target": (old.target, value.target)}
    _swap_item(body, item, {name: new for name, (was, new) in parts.items() if was != new})
    return True


# ---- ports ----------------------------------------------------------------------------------------------------------


def _port_path(body: Body, item: Port) -> tuple[str, ...]:
    """Where the bindings of a port of the container stand."""
    bindings = body.get(("HostConfig", "PortBindings"))
    for entry in bindings.entries if isinstance(bindings, Mapping) else []:
        number, _, protocol = (entry.name or "").partition("/")
        if number == item.container and (protocol or "tcp") == item.protocol:
            return ("HostConfig", "PortBindings", entry.name or "")
    return ("HostConfig", "PortBindings", f"{item.container}/{item.protocol}")


def _add_port(body: Body, _workload: Workload, item: Port) -> None:
    if "-" in item.container:
        raise UnwritableError("the Engine API has no words for a range of ports")
    body.append(_port_path(body, item), spell.binding(item))


def _swap_port(body: Body, item: Field[Port], value: Port) -> bool:
    """Whether the binding could be changed where it stands."""
    old = item.value
    node = body.tree.layout.node_at(item.place.span)
    if (old.container, old.protocol) != (value.container, value.protocol) or not isinstance(node, Mapping):
        return False
    parts = {"HostIp": (old.host_ip, value.host_ip), "HostPort": (old.host, value.host)}
    _swap_item(body, item, {name: new or "" for name, (was, new) in parts.items() if was != new})
    return True


# ---- networks and block I/O -----------------------------------------------------------------------------------------


def _join(body: Body, workload: Workload, item: Attachment) -> None:
    mode = text_of(body.get(MODE))
    if workload.network_mode.get(None) is not None:
        raise UnwritableError(f"the network mode {mode} excludes networks")
    if item.internal or item.external or item.declared:
        raise UnwritableError("a create body does not define networks")
    if not mode or mode == "default":
        body.set(MODE, item.name)
    body.set((*ENDPOINTS, item.name), {"Aliases": list(item.aliases)} if item.aliases else {})


def _leave(body: Body, workload: Workload, item: Attachment) -> None:
    body.remove((*ENDPOINTS, item.name))
    if text_of(body.get(MODE)) == item.name:
        others = [one.value.name for one in workload.networks.get(()) if one.known and one.value.name != item.name]
        if others:
            body.set(MODE, others[0])
        else:
            body.remove(MODE)


def _add_block(body: Body, _workload: Workload, item: BlockLimit) -> None:
    if item.what != "weight":
        path = ("HostConfig", spell.THROTTLES[item.what])
        paths = [text_of(fold(one, "Path")) for one in items_of(body.get(path))]
        if item.device in paths:
            raise UnwritableError(f"{item.device} has another limit there")
        body.append(path, spell.throttle(item))
    elif body.get(("HostConfig", "BlkioWeight")) is not None:
        raise UnwritableError("another weight is written")
    else:
        body.set(("HostConfig", "BlkioWeight"), item.rate)


_ADD: dict[str, Callable[[Body, Workload, Any], None]] = {
    "block_io": _add_block,
    "mounts": _add_mount,
    "networks": _join,
    "ports": _add_port,
}
