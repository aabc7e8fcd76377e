"""Where a container stands in its file: its mapping, that of its pod and of its object, ready to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.kubernetes.block import Block
from hardhull.formats.kubernetes.container import ROLES, place_of
from hardhull.formats.kubernetes.documents import documents
from hardhull.formats.kubernetes.kinds import TEMPLATES, split_version
from hardhull.formats.kubernetes.manifest import header
from hardhull.formats.kubernetes.parts import is_read
from hardhull.model.source import BOM
from hardhull.text.draft import UnwritableError
from hardhull.text.errors import UnreadableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.draft import TreeDraft
from hardhull.text.tree.layout import Layout, json_layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.source import Place, Source, Span
    from hardhull.text.draft import Draft, Drafts
    from hardhull.text.nodes import Node

_MAX_LISTS = 5


def tree_of(draft: Draft) -> TreeDraft:
    """The tree of a manifest file; documents that cannot be read, or that nobody reads, are not in it."""
    return TreeDraft(draft, _layout(draft.source))


def _layout(source: Source) -> Layout:
    if source.data.removeprefix(BOM).lstrip()[:1] in {b"{", b"["}:
        try:
            return json_layout(source)
        except UnreadableError:  # flow style of YAML, or several documents
            pass
    return Layout(source, list(documents(source, is_read).roots), json=False)


class Thing(NamedTuple):
    """An object of a file.

    Attributes:
        node: its mapping.
        kind: as written, or implied by the typed list that it is an item of.
        group: its API group.
        items: the list of the List that it stands in; None for a document of its own.
    """

    node: Mapping
    kind: str
    group: str
    items: Sequence | None


class Stand(NamedTuple):
    """Where one container stands.

    Attributes:
        thing: its object.
        pod: the spec of its pod.
        template: what holds the pod's spec and metadata.
        container: its own mapping.
        key: of the list it is in.
        number: its index in the list.
    """

    thing: Thing
    pod: Mapping
    template: Mapping
    container: Mapping
    key: str
    number: int


class Stands:
    """All objects and containers of a file.

    Attributes:
        tree: of the file.
        things: its objects, in order.
    """

    def __init__(self, draft: Draft) -> None:
        self.tree = tree_of(draft)
        self.source = draft.source
        self.things = [
            thing
            for root in self.tree.layout.roots
            if isinstance(root, Mapping)
            for thing in _things(self.source, root, None, None, 0)
        ]
        self._stands: dict[Span, list[Stand]] = {}
        for thing in self.things:
            for stand in _stands(thing):
                place = place_of(Block(self.source, stand.container))
                self._stands.setdefault(place.span, []).append(stand)

    @classmethod
    def of(cls, source: Source, drafts: Drafts) -> Stands:
        """Those of a file that is being changed.

        Raises:
            UnwritableError: the file cannot be read as what it was read as before.
        """
        try:
            return drafts.keep(source, Stands, Stands)
        except UnreadableError as error:
            raise UnwritableError(error.why) from None

    def container(self, place: Place) -> Stand:
        """The container whose fact has this place.

        Raises:
            UnwritableError: there is none, or several objects share it through an anchor.
        """
        found = self._stands.get(place.span, [])
        if len(found) > 1:
            raise UnwritableError(f"an anchor makes it part of {len(found)} pods, which would all change")
        if not found:
            raise UnwritableError("the container does not stand in this file by itself")
        return found[0]

    def thing_named(self, place: Place) -> Thing:
        """The object whose name (or whose own mapping) has this place.

        Raises:
            UnwritableError: there is none, or several share it through an anchor.
        """
        found = [thing for thing in self.things if place.span in {thing.node.span, _name_span(thing.node)}]
        if len(found) != 1:
            raise UnwritableError("the object does not stand in this file by itself")
        return found[0]


def _name_span(node: Mapping) -> Span | None:
    metadata = node.get("metadata")
    for key in ("name", "generateName"):
        name = metadata.get(key) if isinstance(metadata, Mapping) else None
        if isinstance(name, Scalar) and name.text:
            return name.span
    return None


def _things(
    source: Source, node: Mapping, implied: tuple[str, str] | None, items: Sequence | None, depth: int
) -> Iterator[Thing]:
    """The objects that a mapping is or lists; the same ones that the reader finds."""
    found = header(Block(source, node)) or implied
    if found is None:
        return
    kind, api_version = found
    listed = node.get("items")
    if kind.endswith("List") and depth < _MAX_LISTS and isinstance(listed, Sequence):
        inner = (kind.removesuffix("List"), api_version) if kind != "List" else None
        for item in listed.items:
            if isinstance(item, Mapping):
                yield from _things(source, item, inner, listed, depth + 1)
        return
    split = split_version(api_version)
    yield Thing(node, kind, split[0] if split else api_version, items)


def _stands(thing: Thing) -> Iterator[Stand]:
    template: Node | None = thing.node
    for key in TEMPLATES.get((thing.group, thing.kind), ("",)):
        template = template.get(key) if isinstance(template, Mapping) else None
    pod = template.get("spec") if isinstance(template, Mapping) else None
    if not isinstance(template, Mapping) or not isinstance(pod, Mapping):
        return
    for role in ROLES:
        listed = pod.get(role.key)
        for number, container in enumerate(listed.items if isinstance(listed, Sequence) else ()):
            if isinstance(container, Mapping):
                yield Stand(thing, pod, template, container, role.key, number)
