"""The nodes of a located document; the same for YAML and JSON, so that a reader of one reads both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.source import Place, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Source

MERGE_TAG = "tag:yaml.org,2002:merge"


class Anchor:
    """A ``&name``, its node, and every ``*name`` that refers to it.

    Attributes:
        name: without the ``&``.
        node: what it names; None while that is still being read.
        uses: where its aliases stand.
        outer: the anchored node around this one, if there is one.
        size: how many nodes it stands for with all aliases inside replaced.
        height: how deep the nesting inside of it goes, likewise.
    """

    __slots__ = ("height", "name", "node", "outer", "size", "uses")

    def __init__(self, name: str, outer: Anchor | None) -> None:
        self.name = name
        self.node: Node | None = None
        self.uses: list[Span] = []
        self.outer = outer
        self.size = 0
        self.height = 0


class Node:
    """A value in a document.

    Attributes:
        start: offset of its first byte (a quote, a bracket), after an anchor and a tag.
        end: offset past its last byte, without trailing blanks and comments.
        tag: the full tag, or None where none is written.
        holder: the innermost anchor at or around this node.
    """

    __slots__ = ("end", "holder", "start", "tag")

    def __init__(self, start: int, end: int, tag: str | None = None, holder: Anchor | None = None) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.holder = holder

    @property
    def span(self) -> Span:
        """The bytes of the value."""
        return Span(self.start, self.end)

    @property
    def anchor(self) -> str | None:
        """The name of the anchor of this very node."""
        holder = self.holder
        return holder.name if holder is not None and holder.node is self else None

    @property
    def shared_by(self) -> list[Span]:
        """Every alias that refers to this node or to one around it: an edit of the node changes these places too."""
        spans: list[Span] = []
        holder = self.holder
        while holder is not None:
            spans += holder.uses
            holder = holder.outer
        return spans

    def place(self, source: Source) -> Place:
        """The span with its file."""
        return Place(source, Span(self.start, self.end))


class Scalar(Node):
    """A text.

    Attributes:
        text: decoded.
        style: ``''`` plain, ``"'"``, ``'"'``, ``'|'`` or ``'>'``.
    """

    __slots__ = ("style", "text")

    def __init__(
        self, start: int, end: int, text: str, style: str, *, tag: str | None = None, holder: Anchor | None = None
    ) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.holder = holder
        self.text = text
        self.style = style

    @property
    def plain(self) -> bool:
        """Whether it is written without quotes and without a tag, so that a consumer may see a number in it."""
        return not self.style and self.tag is None

    def fragment(self, source: Source) -> Fragment:
        """The decoded text with the way back to the bytes."""
        from hardhull.text.scalarmap import fragment_of

        return fragment_of(source, self)

    def __repr__(self) -> str:
        return f"Scalar({self.text!r} at {self.start}:{self.end})"


class Entry(NamedTuple):
    """A key and its value.

    Attributes:
        key: nearly always a :class:`Scalar`.
        value: what stands there; behind an alias what the alias refers to.
        alias: where the ``*name`` stands that brought the value here (as the value, or by a merge ``<<``).
    """

    key: Node
    value: Node
    alias: Span | None = None

    @property
    def name(self) -> str | None:
        """The key's text; None where the key is a list or a mapping."""
        return self.key.text if isinstance(self.key, Scalar) else None


class Sequence(Node):
    """A list.

    Attributes:
        items: the values, seen through aliases.
        flow: whether it is written in brackets.
        aliases: for an item behind an alias (by index), where the ``*name`` stands.
    """

    __slots__ = ("aliases", "flow", "items")

    def __init__(
        self, start: int, end: int, *, flow: bool, tag: str | None = None, holder: Anchor | None = None
    ) -> None:
        super().__init__(start, end, tag, holder)
        self.flow = flow
        self.items: list[Node] = []
        self.aliases: dict[int, Span] = {}

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)} items at {self.start}:{self.end})"


class Mapping(Node):
    """Keys with values, in the order of the file.

    Attributes:
        entries: as written, with duplicates and with merge keys ``<<`` as entries of their own.
        flow: whether it is written in braces.
    """

    __slots__ = ("_effective", "_index", "entries", "flow")

    def __init__(
        self, start: int, end: int, *, flow: bool, tag: str | None = None, holder: Anchor | None = None
    ) -> None:
        super().__init__(start, end, tag, holder)
        self.flow = flow
        self.entries: list[Entry] = []
        self._effective: list[Entry] | None = None
        self._index: dict[str, Entry] | None = None

    @property
    def effective(self) -> list[Entry]:
        """The entries with merge keys replaced by what they bring: an own key wins, then the earlier merge source."""
        if self._effective is None:
            self._effective = _merged(self) if any(map(is_merge, self.entries)) else self.entries
        return self._effective

    def seal(self, *, may_merge: bool) -> None:
        """Settle ``effective`` once all entries are there, while what they merge is known: a chain never recurses."""
        if may_merge and any(map(is_merge, self.entries)):
            self._effective = _merged(self)
        else:
            self._effective = self.entries

    def entry(self, name: str) -> Entry | None:
        """The entry with this key (the last one of duplicates), looking into merge keys."""
        if self._index is None:
            self._index = {entry.key.text: entry for entry in self.effective if isinstance(entry.key, Scalar)}
        return self._index.get(name)

    def get(self, name: str) -> Node | None:
        """The value of a key (of the last one of duplicates), looking into merge keys."""
        entry = self.entry(name)
        return entry.value if entry is not None else None

    @property
    def duplicates(self) -> list[Entry]:
        """Every entry whose key already stands above it."""
        seen: set[str] = set()
        again = []
        for entry in self.entries:
            if isinstance(entry.key, Scalar):
                if entry.key.text in seen:
                    again.append(entry)
                seen.add(entry.key.text)
        return again

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.effective)

    def __len__(self) -> int:
        return len(self.effective)

    def __repr__(self) -> str:
        return f"Mapping({[entry.name for entry in self.entries]} at {self.start}:{self.end})"


def is_merge(entry: Entry) -> bool:
    """Whether an entry is a merge key: a plain ``<<``, as go-yaml has it."""
    key = entry.key
    return isinstance(key, Scalar) and key.text == "<<" and (key.plain or key.tag == MERGE_TAG)


def merge_sources(entry: Entry) -> list[tuple[Mapping, Span | None]]:
    """The mappings that a merge key brings in, the strongest first, each with its alias; others are left out."""
    value = entry.value
    if isinstance(value, Mapping):
        return [(value, entry.alias)]
    if isinstance(value, Sequence):
        aliases = value.aliases
        return [
            (item, aliases.get(index, entry.alias))
            for index, item in enumerate(value.items)
            if isinstance(item, Mapping)
        ]
    return []


def _merged(mapping: Mapping) -> list[Entry]:
    own = [entry for entry in mapping.entries if not is_merge(entry)]
    names = {entry.key.text for entry in own if isinstance(entry.key, Scalar)}
    merged = list(own)
    for merge in filter(is_merge, mapping.entries):
        for source, alias in merge_sources(merge):
            for entry in source.effective:
                name = entry.name
                if name is not None and name not in names:
                    names.add(name)
                    merged.append(Entry(entry.key, entry.value, alias or entry.alias))
    return merged
