"""Networks of a service, what it waits for, and names it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Attachment, Dependency
from hardhull.formats.compose.pairs import elements
from hardhull.formats.compose.tree import Items, Made, Table, Text
from hardhull.formats.compose.units import BadValueError, shown
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.compose.fields import Fields
    from hardhull.formats.compose.resources import Network
    from hardhull.formats.compose.tree import Pair
    from hardhull.model.source import Place

NETWORK_KEYS = frozenset({"depends_on", "network_mode", "networks"})

DEFAULT = "default"
_IMPLIED = {"network_mode", "ipc", "pid", "uts", "cgroup"}


def put_network(fields: Fields) -> None:
    """``network_mode``, ``networks`` and ``depends_on``."""
    mode = fields.service.pairs.get("network_mode")
    networks = fields.service.pairs.get("networks")
    if mode is not None:
        fields.string("network_mode", mode.value)
        if networks is not None and isinstance(networks.value, Table) and networks.value.pairs:
            fields.refuse(networks, "networks stands beside network_mode")
    else:
        _networks(fields, networks)
    _depends_on(fields)


def _networks(fields: Fields, pair: Pair | None) -> None:
    if pair is not None and isinstance(pair.value, Text) and pair.value.why is not None:
        fields.unknown("networks", pair.value.place, pair.value.why)
        return
    if pair is None or not isinstance(pair.value, Table) or not pair.value.pairs:
        place = fields.workload.place
        field = _attachment(DEFAULT, fields.resources.networks.get(DEFAULT), place, (), written=False)
        fields.workload.fields["networks"] = Field("networks", (field,), place, written=False)
        return
    found = []
    for name, entry in pair.value.pairs.items():
        network = fields.resources.networks.get(name)
        if network is None and name != DEFAULT and "$" not in name:
            fields.refuse(entry, f"there is no network {name} in this project")
        aliases = entry.value.get("aliases") if isinstance(entry.value, Table) else None
        names = tuple(shown(item.data) for item in elements(aliases) if isinstance(item, Text)) if aliases else ()
        found.append(_attachment(name, network, entry.place, names))
    fields.put_items("networks", found, pair.place)


def _attachment(
    name: str, network: Network | None, place: Place, aliases: tuple[str, ...], *, written: bool = True
) -> Field[Attachment]:
    if "$" in name:
        return Field.unknown("networks", place, f"the name of the network {name} is not known", written=True)
    if network is None:
        return Field("networks", Attachment(name, aliases=aliases), place, written=written)
    if network.why is not None:
        return Field.unknown("networks", place, network.why, written=written)
    attachment = Attachment(
        name, True, network.internal, network.external, network.driver, network.icc, network.subnets, aliases
    )
    return Field("networks", attachment, place, written=written)


def _depends_on(fields: Fields) -> None:
    """What is written, and what follows from links and shared namespaces (as compose-go has it)."""
    pairs = fields.service.pairs
    found: dict[str, Field[Dependency]] = {}
    written = pairs.get("depends_on")
    if written is not None and isinstance(written.value, Table):
        for name, entry in written.value.pairs.items():
            condition = entry.value.get("condition") if isinstance(entry.value, Table) else None
            word = shown(condition.data) if isinstance(condition, Text) else ""
            if "$" in name:
                why = f"the name of the service {name} is not known"
                found[name] = Field.unknown("depends_on", entry.place, why, written=True)
            else:
                found[name] = Field("depends_on", Dependency(name, word or "service_started"), entry.place)
    elif written is not None and isinstance(written.value, Text) and written.value.why is not None:
        fields.unknown("depends_on", written.value.place, written.value.why)
        return
    for name, place in _implied(fields):
        found.setdefault(name, Field("depends_on", Dependency(name), place))
    if found:
        place = written.place if written is not None else next(iter(found.values())).place
        fields.put_items("depends_on", list(found.values()), place)


def _implied(fields: Fields) -> list[tuple[str, Place]]:
    found = []
    pairs = fields.service.pairs
    for key in ("links", "volumes_from"):
        for item in elements(pairs[key].value) if key in pairs else []:
            text = item.value if isinstance(item, Made) else item.data if isinstance(item, Text) else None
            if isinstance(text, str) and not (key == "volumes_from" and text.startswith("container:")):
                found.append((text.partition(":")[0], item.place))
    for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        value = pairs[key].value if key in pairs else None
        if isinstance(value, Text) and isinstance(value.data, str) and value.data.startswith("service:"):
            found.append((value.data.removeprefix("service:"), value.place))
    return found


def extra_hosts(fields: Fields, pair: Pair) -> None:
    """``extra_hosts`` as ``host:address``, one for each address."""
    found: list[Field[str]] = []
    for item in pair.value.items if isinstance(pair.value, Items) else []:
        if not isinstance(item, Text) or item.why is not None:
            why = item.why if isinstance(item, Text) else fields.refuse(item, "a host is a list or a mapping")
            found.append(Field.unknown("extra_hosts", item.place, why or "", written=True))
            continue
        try:
            found += [Field("extra_hosts", text, item.place) for text in _hosts(shown(item.data))]
        except BadValueError as error:
            found.append(Field.unknown("extra_hosts", item.place, fields.refuse(item, str(error)), written=True))
    fields.put_items("extra_hosts", found, pair.place)


def _hosts(text: str) -> list[str]:
    host, separator, addresses = text.partition("=")
    if not separator:
        host, separator, addresses = text.partition(":")
    if not separator or not host or ":" in host:
        msg = f"{text!r} is no host with an address"
        raise BadValueError(msg)
    return [f"{host}:{_bare(address)}" for address in addresses.split(",")]


def _bare(address: str) -> str:
    return address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address
