"""Adding, dropping and swapping ports of the node: ``hostPort`` and ``hostIP``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.editing import Editing, text_of
from hardhull.model.change import Add, Drop, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from hardhull.facts.parts import Port

_PATH = ("ports",)


def write_ports(editing: Editing, change: Add | Drop | Swap) -> None:
    """Makes a change. A port of the node that goes leaves the container's own port as it is."""
    if isinstance(change, Add):
        _add(editing, change.item)
        return
    _, node = editing.item(editing.container, _PATH, change.item)
    if not isinstance(node, Mapping):
        raise UnwritableError("the port is no mapping")
    if isinstance(change, Drop):
        editing.clear(node, ("hostPort",))
        editing.clear(node, ("hostIP",))
        return
    for key, value in _keys(change.value).items():
        editing.set(node, (key,), value)
    if not change.value.host_ip:
        editing.clear(node, ("hostIP",))
    if change.value.protocol == "tcp":
        editing.clear(node, ("protocol",), "TCP")


def _add(editing: Editing, port: Port) -> None:
    """A port of the node, at the container's port where that is written already."""
    wanted = _keys(port)
    found = editing.node(editing.container, _PATH)
    for node in found.items if found is not None and hasattr(found, "items") else ():
        if (
            isinstance(node, Mapping)
            and _inside(node) == (port.container, port.protocol)
            and "hostPort" not in [entry.name for entry in node]
        ):
            for key in ("hostPort", "hostIP"):
                if key in wanted:
                    editing.set(node, (key,), wanted[key])
            return
    editing.append(editing.container, _PATH, wanted)


def _inside(node: Mapping) -> tuple[str | None, str]:
    return text_of(node.get("containerPort")), (text_of(node.get("protocol")) or "TCP").lower()


def _keys(port: Port) -> dict[str, Any]:
    if not port.container.isdecimal() or not (port.host or "").isdecimal():
        raise UnwritableError("Kubernetes takes single numbers of ports only, and does not choose one")
    keys: dict[str, Any] = {"containerPort": int(port.container), "hostPort": int(port.host or "")}
    if port.host_ip:
        keys["hostIP"] = port.host_ip
    if port.protocol != "tcp":
        keys["protocol"] = port.protocol.upper()
    return keys
