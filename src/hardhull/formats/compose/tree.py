"""A Compose model whose every value remembers the file and the bytes it comes from.

Values of several files meet in one tree (override files, ``extends``, ``include``), so each carries its own source.
Trees are never changed: merging builds new ones, so that an anchor or an extended service can be shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hardhull.model.source import Place, Span

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.scalars import Value


class Located:
    """Something that stands at ``source.data[start:end]``."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def place(self) -> Place:
        """The span with its file."""
        return Place(self.source, Span(self.start, self.end))


class Text(Located):
    """A scalar after its variables were replaced.

    Attributes:
        data: as go-yaml types it; a text with variables stays a string. None is null, or unknown with ``why``.
        raw: the text as written, before variables were replaced.
        why: why the value cannot be known.
        origin: ``literal``, ``variable`` or ``default``, see :class:`~hardhull.formats.compose.variables.Value`.
    """

    __slots__ = ("data", "origin", "raw", "why")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        data: Value,
        *,
        raw: str,
        why: str | None = None,
        origin: str = "literal",
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.data = data
        self.raw = raw
        self.why = why
        self.origin = origin

    def like(self, data: Value, raw: str | None = None, why: str | None = None) -> Text:
        """Another value at the same place: a part of this one, or what this one stands for."""
        shown = self.raw if raw is None else raw
        return Text(self.source, self.start, self.end, data, raw=shown, why=why or self.why, origin=self.origin)

    @property
    def null(self) -> bool:
        """Whether nothing is written, or ``null``."""
        return self.data is None and self.why is None

    def __repr__(self) -> str:
        return f"Text({self.raw!r})"


class Pair(Located):
    """The key of a mapping, with its value."""

    __slots__ = ("value",)

    def __init__(self, source: Source, start: int, end: int, value: Tree) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.value = value

    def with_value(self, value: Tree) -> Pair:
        """The same key with another value."""
        return Pair(self.source, self.start, self.end, value)

    @property
    def whole(self) -> Place:
        """Key and value, where they stand together; else (behind an alias, or merged) the key."""
        value = self.value
        if value.source is self.source and value.start >= self.end and value.start - self.end < 200:
            return Place(self.source, Span(self.start, max(value.end, self.end)))
        return self.place


class Table(Located):
    """A mapping.

    Attributes:
        pairs: by key, in the order of the file.
    """

    __slots__ = ("pairs",)

    def __init__(self, source: Source, start: int, end: int, pairs: dict[str, Pair]) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.pairs = pairs

    def get(self, name: str) -> Tree | None:
        """The value of a key; None where it is absent or null."""
        pair = self.pairs.get(name)
        if pair is None or (isinstance(pair.value, Text) and pair.value.null):
            return None
        return pair.value

    def table(self, name: str) -> Table | None:
        """The value of a key if it is a mapping."""
        found = self.get(name)
        return found if isinstance(found, Table) else None

    def with_pairs(self, pairs: dict[str, Pair]) -> Table:
        """The same mapping with other contents."""
        return Table(self.source, self.start, self.end, pairs)

    def __repr__(self) -> str:
        return f"Table({self.pairs})"


class Items(Located):
    """A list.

    Attributes:
        items: its values.
    """

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int, items: list[Tree]) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.items = items

    def with_items(self, items: list[Tree]) -> Items:
        """The same list with other contents."""
        return Items(self.source, self.start, self.end, items)

    def __repr__(self) -> str:
        return f"Items({self.items})"


class Made(Located):
    """An item of a list in its final form (a port, a mount), which is only replaced as a whole.

    Attributes:
        key: what tells it from the others of its list; a later one with the same key takes its place.
        value: the record; None where it cannot be known.
        why: why not.
    """

    __slots__ = ("key", "value", "why")

    def __init__(self, like: Located, key: object, value: object, why: str | None = None) -> None:
        super().__init__(like.source, like.start, like.end)
        self.key = key
        self.value = value
        self.why = why


Tree: TypeAlias = Text | Table | Items | Made


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees have equal values, wherever they stand."""
    return one is other or frozen(one) == frozen(other)


def frozen(tree: Tree) -> object:
    """Something hashable that is equal for trees with equal values."""
    if isinstance(tree, Text):
        return _value(tree)
    if isinstance(tree, Table):
        return frozenset((name, frozen(pair.value)) for name, pair in tree.pairs.items() if name[:1] != "\0")
    if isinstance(tree, Made):
        return (tree.key, tree.value)
    return tuple(map(frozen, tree.items))


def _value(text: Text) -> tuple[object, ...]:
    return ("unknown", text.raw) if text.why is not None else (type(text.data), text.data)
