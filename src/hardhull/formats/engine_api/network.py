"""Networks and published ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Attachment, Port
from hardhull.formats.jsonread import entries_of, fold, fold_entry, is_null, items_of, text_of, texts
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.formats.engine_api.setter import Setter
    from hardhull.text.nodes import Node

_MODES = frozenset({"bridge", "host", "none"})


def read_network(setter: Setter, host: Node, container: Node) -> None:
    """Fills network mode, networks and ports.

    Args:
        setter: writes to the workload.
        host: the HostConfig.
        container: the whole object, with ``NetworkSettings`` (inspection) or ``NetworkingConfig`` (create body).
    """
    mode = fold(host, "NetworkMode")
    name = text_of(mode)
    if mode is not None and name is not None:
        if name in _MODES or name.startswith("container:"):
            setter.put("network_mode", name, setter.place(mode))
        else:
            setter.put("network_mode", None, setter.place(mode), written=False)
    _networks(setter, mode, container)
    bindings = fold_entry(host, "PortBindings")
    setter.items("ports", bindings, published(setter, bindings.value if bindings else None))


def _networks(setter: Setter, mode: Node | None, container: Node) -> None:
    """User-defined networks: those that the engine lists, and the one that the mode names."""
    listed = fold_entry(fold(container, "NetworkSettings"), "Networks")
    listed = listed or fold_entry(fold(container, "NetworkingConfig"), "EndpointsConfig")
    fields = []
    names = set(_MODES)
    for entry in entries_of(listed.value if listed else None):
        name = entry.name or ""
        if name not in names:
            names.add(name)
            aliases = tuple(alias for alias, _ in texts(fold(entry.value, "Aliases")))
            fields.append(Field("networks", Attachment(name, aliases=aliases), setter.place(entry.key)))
    named = text_of(mode)
    if mode is not None and named and named not in names | {"default"} and not named.startswith("container:"):
        fields.append(Field("networks", Attachment(named), setter.place(mode)))
    if fields:
        place = setter.place(listed.key) if listed is not None else fields[0].place
        setter.put("networks", tuple(fields), place)


def published(setter: Setter, node: Node | None) -> Iterator[Field[Port]]:
    """Ports of ``{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}``."""
    for entry in entries_of(node):
        container, _, protocol = (entry.name or "").partition("/")
        for binding in items_of(entry.value):
            address, port = text_of(fold(binding, "HostIp")), text_of(fold(binding, "HostPort"))
            value = Port(container, port or None, address or None, protocol or "tcp")
            yield Field("ports", value, setter.place(binding))
        if is_null(entry.value):
            yield Field("ports", Port(container, None, None, protocol or "tcp"), setter.place(entry.key))
