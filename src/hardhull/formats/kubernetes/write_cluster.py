"""Writes Changes of a Cluster: keys of an object, items of its lists, and objects that are added to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.cluster_changes import InsideOnly, NewObject, SetIn, TakeItem, TakeOut
from hardhull.formats.kubernetes.editing import text_of
from hardhull.formats.kubernetes.site import Stands
from hardhull.model.change import Instruct
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.plain import Style, entry

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.site import Thing
    from hardhull.model.change import Change
    from hardhull.model.source import Place
    from hardhull.text.draft import Drafts

_OUTSIDE = (
    "type", "externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts", "loadBalancerClass",
    "loadBalancerIP", "loadBalancerSourceRanges",
)  # fmt: skip
"""What an API server refuses in a Service of the type ClusterIP, or that means nothing there."""


def write_cluster(change: Change, drafts: Drafts) -> None:
    """Writes one Change of a cluster.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    want = change.want if isinstance(change, Instruct) else None
    if isinstance(want, NewObject):
        _new(Stands.of(want.beside.source, drafts), want)
    elif isinstance(want, SetIn):
        stands = Stands.of(want.subject.source, drafts)
        stands.tree.set(_base(stands, want.subject), want.path, want.value)
    elif isinstance(want, TakeOut):
        stands = Stands.of(want.subject.source, drafts)
        _take_out(stands, _base(stands, want.subject), want.path)
    elif isinstance(want, TakeItem):
        _take_item(Stands.of(want.item.source, drafts), want.item)
    elif isinstance(want, InsideOnly):
        stands = Stands.of(want.subject.source, drafts)
        _inside_only(stands, stands.thing_named(want.subject))
    else:
        raise UnwritableError("hardhull cannot write this of a cluster")


def _base(stands: Stands, subject: Place) -> Mapping:
    node = stands.tree.layout.node_at(subject.span)
    return node if isinstance(node, Mapping) else stands.thing_named(subject).node


def _take_out(stands: Stands, base: Mapping, path: tuple[str, ...]) -> None:
    stands.tree.keeps(base)
    holder: Any = base
    for key in path[:-1]:
        holder = holder.get(key) if isinstance(holder, Mapping) else None
    if isinstance(holder, Mapping) and holder.get(path[-1]) is not None:
        if all(one.name != path[-1] for one in holder.entries):
            raise UnwritableError(f"{path[-1]} comes from a merge key (<<), which others share")
        stands.tree.remove(base, path)


def _take_item(stands: Stands, place: Place) -> None:
    node = stands.tree.layout.node_at(place.span)
    parent = None if node is None else stands.tree.layout.parent(node)
    if parent is None or not isinstance(parent.node, Sequence):
        raise UnwritableError("it is no item of a list in this file")
    stands.tree.take_item(parent.node, parent.at)


def _inside_only(stands: Stands, thing: Thing) -> None:
    """The type goes, for ClusterIP is the default, and with it all that is for other types only."""
    for key in _OUTSIDE:
        _take_out(stands, thing.node, ("spec", key))
    spec = thing.node.get("spec")
    ports = spec.get("ports") if isinstance(spec, Mapping) else None
    for port in ports.items if isinstance(ports, Sequence) else ():
        if isinstance(port, Mapping):
            _take_out(stands, port, ("nodePort",))


def _new(stands: Stands, want: NewObject) -> None:
    wanted = _identity(want.content)
    if any(_identity_of(thing) == wanted for thing in stands.things):
        raise UnwritableError(f"the file has a {wanted[0]} {wanted[2]} already")
    if not stands.tree.layout.json:
        stands.tree.document(want.content)
        return
    items = stands.thing_named(want.beside).items
    if items is None:
        lines = [line for key, value in want.content.items() for line in entry(key, value, 0, Style())]
        raise UnwritableError("a JSON file holds one object only", "\n".join(lines))
    stands.tree.extend(items, want.content)


def _identity(content: dict[str, Any]) -> tuple[str, str | None, str]:
    metadata = content["metadata"]
    return content["kind"], metadata.get("namespace"), metadata["name"]


def _identity_of(thing: Thing) -> tuple[str, str | None, str | None]:
    metadata = thing.node.get("metadata")
    if not isinstance(metadata, Mapping):
        return thing.kind, None, None
    return thing.kind, text_of(metadata.get("namespace")), text_of(metadata.get("name"))
