"""A mapping of a manifest, asked for typed values that become fields of a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hardhull.formats.kubernetes.values import WrongTypeError, described, is_null, text
from hardhull.model.field import Field, NotKnownError
from hardhull.model.source import Place, Span
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.model.source import Source
    from hardhull.text.nodes import Entry, Node

T = TypeVar("T")


class Block:
    """One mapping.

    A key that stands twice, or a value of a wrong type, makes an API server refuse the whole object. What was meant
    is not known, so only the field behind it becomes unknown, and everything else is still judged.

    Attributes:
        source: the file.
        entries: by key, the last one of duplicates.
        why: set where this stands for something that is not a mapping: then all that is asked of it is unknown.
        place: of the mapping, or of what stands in its stead.
    """

    __slots__ = ("_twice", "entries", "place", "source", "why")

    def __init__(
        self, source: Source, node: Mapping | None, place: Place | None = None, why: str | None = None
    ) -> None:
        self.source = source
        self.place = place or Place(source, Span(0, 0) if node is None else Span(node.start, node.end))
        self.why = why
        self.entries: dict[str, Entry] = {}
        self._twice: set[str] = set()
        for entry in () if node is None else node.effective:
            key = entry.key
            if isinstance(key, Scalar):
                if key.text in self.entries:
                    self._twice.add(key.text)
                self.entries[key.text] = entry

    @classmethod
    def broken(cls, source: Source, place: Place, why: str) -> Block:
        """Stands for something that is no mapping: everything in it is unknown, for this reason."""
        return cls(source, None, place, why)

    def __contains__(self, key: str) -> bool:
        return self.node(key) is not None

    def node(self, key: str) -> Node | None:
        """The value of a key; None where it is absent or null."""
        entry = self.entries.get(key)
        return None if entry is None or is_null(entry.value) else entry.value

    def at(self, node: Node) -> Place:
        """Where a node stands."""
        return node.place(self.source)

    def key_place(self, key: str) -> Place:
        """Where a key stands; the block itself for a key that is absent."""
        entry = self.entries.get(key)
        return self.place if entry is None else entry.key.place(self.source)

    def trouble(self, key: str) -> str | None:
        """Why the value of a key cannot be known, whatever it is."""
        if self.why is not None:
            return self.why
        return f"the key {key} is written twice, which Kubernetes refuses" if key in self._twice else None

    def field(self, key: str, slot: str, convert: Callable[[Node], T]) -> Field[T] | None:
        """The field of a fact that a key sets.

        Args:
            key: the key.
            slot: the field's name in the fact.
            convert: makes the value of the node.

        Returns:
            The field at its value, unknown with the reason where it cannot be read; None where the key is absent.
        """
        entry = self.entries.get(key)
        if entry is None:
            return None if self.why is None else Field.unknown(slot, self.place, self.why, written=True)
        if key in self._twice:
            return Field.unknown(slot, entry.key.place(self.source), self.trouble(key) or "", written=True)
        node = entry.value
        place = node.place(self.source)
        try:
            return Field(slot, convert(node), place)
        except WrongTypeError as error:  # which every conversion makes of a null
            return None if is_null(node) else Field.unknown(slot, place, f"{key} {error}", written=True)

    def get(self, key: str, convert: Callable[[Node], T]) -> T | None:
        """The plain value of a key, None where it is absent.

        Raises:
            NotKnownError: it cannot be known.
        """
        field = self.field(key, key, convert)
        return None if field is None else field.value

    def text(self, key: str) -> str | None:
        """The text of a key; None where it is absent or cannot be known."""
        field = self.field(key, key, text)
        return field.value if field is not None and field.known else None

    def block(self, key: str) -> Block | None:
        """The mapping of a key: a broken one where something else stands there, None where it is absent."""
        if self.why is not None:
            return self
        node = self.node(key)
        if node is None and key not in self._twice:
            return None
        trouble = self.trouble(key)
        if trouble:
            return Block.broken(self.source, self.key_place(key), trouble)
        if isinstance(node, Mapping):
            return Block(self.source, node)
        assert node is not None  # noqa: S101  a null that is not repeated was left above
        why = f"{key} is {described(node)} where Kubernetes wants a mapping"
        return Block.broken(self.source, self.at(node), why)

    def sequence(self, key: str) -> list[Node] | None:
        """The items of a list; None where it is absent.

        Raises:
            NotKnownError: it cannot be known what stands there.
        """
        trouble = self.trouble(key)
        if trouble:
            raise NotKnownError(key, trouble)
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Sequence):
            raise NotKnownError(key, f"{key} is {described(node)} where Kubernetes wants a list")
        return node.items

    def listed(self, key: str, slot: str, item: Callable[[Node], T]) -> Field[Any] | None:
        """The list field of a fact: a tuple of fields, each at its item, the list itself at its key.

        Args:
            key: the key.
            slot: the field's name in the fact.
            item: makes the value of one item; one of a wrong type becomes an unknown item.
        """
        try:
            nodes = self.sequence(key)
        except NotKnownError as error:
            return Field.unknown(slot, self.key_place(key), error.why, written=True)
        if nodes is None:
            return None
        items = tuple(self.item(node, slot, item) for node in nodes)
        return Field(slot, items, self.key_place(key))

    def item(self, node: Node, slot: str, convert: Callable[[Node], T]) -> Field[T]:
        """One item of a list as a field."""
        place = node.place(self.source)
        try:
            return Field(slot, convert(node), place)
        except (WrongTypeError, NotKnownError) as error:
            why = error.why if isinstance(error, NotKnownError) else f"an item {error}"
            return Field.unknown(slot, place, why, written=True)

    def blocks(self, key: str) -> Iterator[Block]:
        """The items of a list of mappings, a broken block for what is none.

        Raises:
            NotKnownError: it cannot be known what stands there.
        """
        for node in self.sequence(key) or ():
            yield self.as_block(node, key)

    def as_block(self, node: Node, key: str) -> Block:
        """An item as a block."""
        if isinstance(node, Mapping):
            return Block(self.source, node)
        return Block.broken(self.source, self.at(node), f"an item of {key} is {described(node)}, not a mapping")

    def pairs(self, key: str, slot: str) -> Field[Any] | None:
        """A mapping of texts (labels, annotations) as a list field of (key, value), each at its value."""
        block = self.block(key)
        if block is None:
            return None
        if block.why is not None:
            return Field.unknown(slot, block.place, block.why, written=True)
        found = tuple(block.item(entry.value, slot, _labelled(name)) for name, entry in block.entries.items())
        return Field(slot, found, self.key_place(key))


def _labelled(name: str) -> Callable[[Node], tuple[str, str]]:
    """Makes (name, text) of a value; a null is an empty text, as it is to Go."""
    return lambda node: (name, "" if is_null(node) else text(node))
