"""Edits of mappings and lists that are written in braces and brackets; all of JSON is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hardhull.model.edit import Edit
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar
from hardhull.text.tree.plain import Tagged, flow, grown, scalar, spread
from hardhull.text.tree.tags import retagged

if TYPE_CHECKING:
    from hardhull.text.nodes import Node
    from hardhull.text.tree.layout import Layout
    from hardhull.text.tree.pending import Pending
    from hardhull.text.tree.plain import Plain


class Flows:
    """One flow mapping or flow list with what is wanted of it."""

    def __init__(self, layout: Layout, wanted: Pending) -> None:
        self.layout = layout
        self.data = layout.data
        self.wanted = wanted
        self.node = wanted.node
        self.style = layout.style(self.node)
        self.parts = [self._part(index) for index in range(self._count)]

    def edits(self) -> list[Edit]:
        """The edits, in order."""
        found = [self._replaced(index, value) for index, value in sorted(self.wanted.replaced.items())]
        survivors = [index for index in range(self._count) if index not in self.wanted.gone]
        new = self._texts()
        if not survivors:
            return [*found, self._all_new(new)]
        found += self._removals(survivors)
        return [*found, self._behind(survivors[-1], new)] if new else found

    @property
    def _count(self) -> int:
        return len(self.node.entries) if isinstance(self.node, Mapping) else len(self.node.items)

    def _part(self, index: int) -> Span:
        if not isinstance(self.node, Mapping):
            node = self.node.items[index]
            return self.node.aliases.get(index) or Span(node.start, node.end)
        entry = self.node.entries[index]
        end = entry.alias.end if entry.alias is not None else max(entry.value.end, entry.key.end)
        return Span(entry.key.start, end)

    @property
    def _spread(self) -> bool:
        """Whether the entries stand on lines of their own."""
        if self.parts:
            return self.layout.first_on_line(self.parts[0].start)
        return self.layout.json and self._holder_spread()

    def _holder_spread(self) -> bool:
        """Whether what an empty node stands in is written over several lines; a root is, once something is in it."""
        parent = self.layout.parent(self.node)
        if parent is None or not isinstance(parent.node, Mapping):
            return parent is None
        return self.layout.first_on_line(parent.node.entries[0].key.start)

    @property
    def _outer(self) -> str:
        """The blanks in front of the line that the node is opened on."""
        line = self.data[self.layout.line_start(self.node.start) : self.node.start]
        return line[: len(line) - len(line.lstrip(b" \t"))].decode()

    @property
    def _inner(self) -> str:
        """The blanks in front of entries that stand on lines of their own, in the file's own characters."""
        if self.parts and self.layout.first_on_line(self.parts[0].start):
            return self.data[self.layout.line_start(self.parts[0].start) : self.parts[0].start].decode()
        return self._outer + self.style.unit

    def _texts(self) -> list[str]:
        made = [
            f"{self._key(key)}{self.style.colon}{self._value_text(value)}" for key, value in self.wanted.added.items()
        ]
        return made + [self._value_text(item) for item in self.wanted.items]

    def _key(self, key: str) -> str:
        return scalar(key, self.style, flow=True)

    def _value_text(self, value: Plain) -> str:
        if self._spread and self.layout.json:
            return spread(value, self._inner, self.style)
        return flow(value, self.style)

    # ---- additions ------------------------------------------------------------------------------------------------

    def _behind(self, index: int, texts: list[str]) -> Edit:
        """New entries behind one that stays."""
        at = self.parts[index].end
        separator = f",{self.style.newline}{self._inner}" if self._spread else self.style.comma
        return Edit(Span(at, at), "".join(separator + text for text in texts).encode())

    def _all_new(self, texts: list[str]) -> Edit:
        """The inside, where nothing that stands there stays."""
        inside = Span(self.node.start + 1, self.node.end - 1)
        if self.layout.comments(*inside):
            raise UnwritableError("there are comments in it")
        if not texts:
            return Edit(inside, b"")
        if self._spread:
            newline = self.style.newline
            body = f",{newline}".join(self._inner + text for text in texts)
            return Edit(inside, f"{newline}{body}{newline}{self._outer}".encode())
        pad = " " if self.style.padded and isinstance(self.node, Mapping) else ""
        return Edit(inside, f"{pad}{self.style.comma.join(texts)}{pad}".encode())

    # ---- replacements ---------------------------------------------------------------------------------------------

    def _replaced(self, index: int, value: Plain) -> Edit:
        node = self._value(index)
        alias = self._alias(index)
        span = alias or Span(node.start, node.end)
        if alias is None and not isinstance(node, Scalar):
            self._refuse_lost(span, index)
        if isinstance(value, Tagged) and value.tag == node.tag:
            value = value.value
        style = self.style
        quoted = isinstance(node, Scalar) and node.style in {"'", '"'}
        if isinstance(node, Scalar) and quoted:
            style = style._replace(quote=node.style)
        text = self._value_text(value)
        if isinstance(value, str) and isinstance(node, Scalar) and node.plain and node.text and not self.layout.json:
            single = self.data[node.start : node.end] == node.text.encode()
            text = value if single and grown(node.text, value, flow=True) else text
        if isinstance(value, str) and isinstance(node, Scalar) and quoted:
            text = scalar(value, style, flow=True)
            text = f"{node.style}{value}{node.style}" if text == value else text
        if span.start == span.end:
            colon = b":" not in self.data[self.parts[index].start : node.start]
            text = f": {text}" if colon else f" {text}" if self.data[node.start - 1 : node.start] == b":" else text
        if isinstance(node, Scalar) and alias is None:
            span, text = retagged(self.layout.data, node, value, text)
        return Edit(span, text.encode())

    def _alias(self, index: int) -> Span | None:
        return self.node.entries[index].alias if isinstance(self.node, Mapping) else self.node.aliases.get(index)

    def _value(self, index: int) -> Node:
        return self.node.entries[index].value if isinstance(self.node, Mapping) else self.node.items[index]

    # ---- removals -------------------------------------------------------------------------------------------------

    def _removals(self, survivors: list[int]) -> list[Edit]:
        """Each run of what goes takes one comma with it: that behind it, or, at the end, that in front of it."""
        found = []
        kept = [-1, *survivors, self._count]
        for before, after in pairwise(kept):
            if after - before < 2:
                continue
            first = before + 1
            if after < self._count:
                span = Span(self.parts[first].start, self.parts[after].start)
            else:
                span = Span(self.parts[before].end, self.parts[after - 1].end)
            for index in range(first, after):
                self._refuse_lost(span, index)
            found.append(Edit(span, b""))
        return found

    def _refuse_lost(self, span: Span, index: int) -> None:
        if self.layout.comments(*span):
            raise UnwritableError("there are comments in what would go")
        if self._alias(index) is None and self.layout.outer_uses(span.start, span.end, self._value(index)):
            raise UnwritableError("an anchor in it is referred to from elsewhere")
