"""The part of a document that is about networks: what was tried, beside what was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.network import HOST, OUTSIDE, OWN, PUBLISHED, EngineNetworks, Member, Published, Reached, Talk
from hardhull.formats.jsonread import bool_of, entries_of, items_of, texts
from hardhull.formats.live import filter as packets
from hardhull.formats.live.nodes import ending, key, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.formats.live.source import FactsSource
    from hardhull.text.nodes import Mapping, Node

ICC = "com.docker.network.bridge.enable_icc"
PROJECT = "com.docker.compose.project"
DEFAULT = "bridge"
"""The network that a container is in where nobody names one: that two are in it says nothing about them."""
WEB = frozenset({80, 443})
LOOPBACK = ("127.", "::1")
LINE = re.compile(r"^(?P<at>\[[^\]]+\]|[^:]+):(?P<port>\d+) (?P<target>\S+):(?P<inner>\d+) (?P<outcome>.+)$")


class Net(NamedTuple):
    """One network: whether its containers shall reach each other, and whether they shall reach anything else."""

    name: str
    apart: bool
    internal: bool


class Box(NamedTuple):
    """One container of the document."""

    member: Member
    links: frozenset[str]
    addresses: frozenset[str]
    public: frozenset[int]
    node: Node
    answer: Node | None


def network(source: FactsSource, node: Mapping) -> EngineNetworks:
    """Reads it.

    Args:
        source: the document.
        node: its part about networks.
    """
    listed = key(node, "GET /networks")
    fact = EngineNetworks("the engine's networks", "live", (listed or node).place(source))
    nets = {net.name: net for net in map(_net, items_of(listed))}
    boxes = {box.member.name: box for box in map(_box, items_of(key(node, "containers")))}
    members = tuple(Field("members", box.member, box.node.place(source)) for box in boxes.values())
    fact.members = Field("members", members, fact.place)
    tried = list(_reach(source, node, boxes, nets))
    if key(node, "connections") is not None and items_of(key(node, "connections")):
        fact.reach = Field("reach", tuple(tried), fact.place, written=bool(tried))
    else:
        fact.reach = Field.unknown("reach", fact.place, "no connection could be tried")
    fact.talks = Field("talks", tuple(_talks(source, node)), fact.place)
    ports = tuple(_published(source, node, boxes))
    fact.published = Field("published", ports, fact.place, written=bool(ports))
    return fact


def _talks(source: FactsSource, node: Mapping) -> Iterator[Field[Talk]]:
    for text, line in texts(key(node, "/proc/*/net/tcp")):
        begun, _, called = text.partition(" ")
        target, _, port = called.rpartition(":")
        if port.isdigit():
            yield Field("talks", Talk(begun, target, int(port)), line.place(source))


def _net(node: Node) -> Net:
    options = key(node, "Options")
    return Net(word(key(node, "Name")), word(key(options, ICC)) == "false", bool_of(key(node, "Internal")) is True)


def _box(node: Node) -> Box:
    asked = next((entry for entry in entries_of(node) if (entry.name or "").startswith("GET ")), None)
    answer = asked.value if asked else None
    listening = ending(node, "/net/tcp")
    networks = entries_of(key(answer, "Networks"))
    addresses = {word(key(one.value, name)) for one in networks for name in ("IPAddress", "GlobalIPv6Address")}
    name = word(key(node, "name"))
    member = Member(
        name,
        word(key(node, "in")) or name,
        tuple(one.name or "" for one in networks),
        tuple(text for text, _ in texts(listening.value if listening else None)),
        word(key(key(answer, "Labels"), PROJECT)),
        (asked.name or "").split("/")[2] if asked and (asked.name or "").count("/") > 1 else "",
    )
    links = frozenset(text.partition(":")[0].strip("/") for text, _ in texts(key(answer, "Links")))
    public = {inner for inner, where, _, _ in _bindings(answer) if not where.startswith(LOOPBACK)}
    return Box(member, links, frozenset(addresses - {""}), frozenset(public), node, answer)


def _bindings(answer: Node | None) -> Iterator[tuple[int, str, int, Node]]:
    """The published TCP ports: the container's, the host's address and port, and where that stands."""
    for entry in entries_of(key(answer, "Ports")):
        inner, _, protocol = (entry.name or "").partition("/")
        for binding in items_of(entry.value):
            outer = word(key(binding, "HostPort"))
            if protocol == "tcp" and inner.isdigit() and outer.isdigit():
                yield int(inner), word(key(binding, "HostIp")) or "0.0.0.0", int(outer), binding  # noqa: S104


# ---- who reaches whom ---------------------------------------------------------------------------------------------


def _reach(source: FactsSource, node: Mapping, boxes: dict[str, Box], nets: dict[str, Net]) -> Iterator[Field[Reached]]:
    for one in items_of(key(node, "connections")):
        begun = word(key(one, "from"))
        entry = next((entry for entry in entries_of(one) if (entry.name or "").startswith("run connect")), None)
        for text, line in texts(entry.value if entry else None):
            found = LINE.match(text)
            if found:
                yield Field("reach", _reached(begun, found, boxes, nets), line.place(source))


def _reached(begun: str, found: re.Match[str], boxes: dict[str, Box], nets: dict[str, Net]) -> Reached:
    address, target = found["at"].strip("[]"), boxes.get(found["target"])
    way = OWN if target is not None and address in target.addresses else PUBLISHED
    if begun == HOST:
        intended, why = True, "it is the host"
    elif begun == OUTSIDE:
        intended = way == PUBLISHED or (target is not None and int(found["inner"]) in target.public)
        why = "it is published" if intended else "it is not published for others"
    else:
        intended, why = _intent(boxes.get(begun), target, way, nets)
    mine = [nets[name] for name in boxes[begun].member.networks if name in nets] if begun in boxes else []
    shut = bool(mine) and all(net.internal for net in mine)
    if way == PUBLISHED and int(found["port"]) in WEB and not shut and not intended:
        intended, why = True, "the web's own ports are meant for everybody"
    return Reached(
        begun, found["target"], int(found["inner"]), address, int(found["port"]), way, found["outcome"], intended, why,
        shut,
    )  # fmt: skip


def _intent(begun: Box | None, target: Box | None, way: str, nets: dict[str, Net]) -> tuple[bool, str]:
    """Whether somebody wanted that a container reaches another one, and what says so."""
    if begun is None or target is None:
        return False, "nobody says that they belong together"
    common = [name for name in begun.member.networks if name in target.member.networks]
    linked = target.member.name in begun.links or begun.member.name in target.links
    wanted = [name for name in common if name != DEFAULT and not (nets.get(name) or Net(name, False, False)).apart]
    if wanted:
        return True, f"both are on {wanted[0]}"
    if DEFAULT in common and linked:
        return True, "one is linked to the other"
    if DEFAULT in common:
        return False, "both are on the default bridge only, where every container is that names no network"
    if common:
        return False, f"{common[0]} keeps its containers apart (enable_icc is false)"
    if way == PUBLISHED:
        return False, "they share no network"
    return False, "they share no network, and it is not published for it"


# ---- what is published --------------------------------------------------------------------------------------------


def _published(source: FactsSource, node: Mapping, boxes: dict[str, Box]) -> Iterator[Field[Published]]:
    tables = {name: [text for text, _ in texts(key(node, f"run {name} -S"))] for name in TABLES}
    forwards = word(key(node, "/proc/sys/net/ipv4/ip_forward")) != "0"
    for box in boxes.values():
        for inner, where, outer, binding in _bindings(box.answer):
            made = _port(box, inner, where, outer, tables)
            yield Field("published", made if forwards else made._replace(routed=""), binding.place(source))


TABLES = ("iptables", "iptables -t nat", "iptables -t raw", "ip6tables", "ip6tables -t nat", "ip6tables -t raw")


def _port(box: Box, inner: int, address: str, outer: int, tables: dict[str, list[str]]) -> Published:
    six = ":" in address
    program = "ip6tables" if six else "iptables"
    rules, nat, raw = tables[program], tables[f"{program} -t nat"], tables[f"{program} -t raw"]
    own = [each for each in box.addresses if (":" in each) is six]
    listening = {text.rpartition(":")[2] for text in box.member.listens if not text.startswith(("127.", "[::1]"))}
    return Published(
        box.member.name, inner, address, outer, str(inner) in listening,
        any(":" in each for each in box.addresses),
        next((rule for each in own if (rule := packets.rewritten(nat, outer, each, inner))), ""),
        packets.denied(rules, outer), packets.narrowed(rules, outer, inner),
        next((rule for each in own if (rule := packets.routed(rules, raw, each, inner))), ""),
    )  # fmt: skip
