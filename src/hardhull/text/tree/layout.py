"""Where things stand in a YAML or JSON file: parents, columns, lines, comments, and the habits of its writer."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hardhull.text import jsondoc, yamldoc
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.plain import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.source import Source, Span
    from hardhull.text.nodes import Node

Holder: TypeAlias = Mapping | Sequence

_COMMENT = re.compile(rb"(?:^|(?<=[ \t\r\n]))#[^\r\n]*", re.MULTILINE)


class Parent(NamedTuple):
    """Where a node stands: the number of its entry or item in a mapping or list."""

    node: Holder
    at: int


class Layout:
    """One parsed file.

    Attributes:
        source: the file.
        json: whether it is JSON.
        roots: of its documents.
    """

    def __init__(self, source: Source, roots: list[Node | None], *, json: bool) -> None:
        self.source = source
        self.data = source.data
        self.json = json
        self.roots = [root for root in roots if root is not None]
        self._parents: dict[int, Parent] = {}
        self._keys: dict[int, Parent] = {}
        self._spans: dict[tuple[int, int], Node] = {}
        self._depths: dict[int, int] = {}
        self._texts: list[tuple[int, int]] = []
        self._counts: Counter[str] = Counter()
        self._styles: dict[int | None, Style] = {}
        for root in self.roots:
            self._walk(root)
        self._texts.sort()
        self._newline = "\r\n" if b"\r\n" in self.data[: self.data.find(b"\n") + 1] else "\n"

    def _walk(self, root: Node) -> None:
        pending = [(root, 0)]
        while pending:
            node, depth = pending.pop()
            self._depths[id(node)] = depth
            self._spans[node.start, node.end] = node
            if self.json and isinstance(node, Mapping | Sequence):
                self._count_separators(node)
            if isinstance(node, Scalar):
                self._text(node)
            elif isinstance(node, Mapping):
                self._count_braces(node)
                for index, entry in enumerate(node.entries):
                    parent = Parent(node, index)
                    self._keys[entry.key.start] = parent
                    if isinstance(entry.key, Scalar):
                        self._text(entry.key)
                    if entry.alias is None:
                        self._count_habits(node, entry.key, entry.value)
                        self._parents[id(entry.value)] = parent
                        pending.append((entry.value, depth + 1))
            elif isinstance(node, Sequence):
                for index, item in enumerate(node.items):
                    if index not in node.aliases:
                        self._parents[id(item)] = Parent(node, index)
                        pending.append((item, depth + 1))

    def _text(self, scalar: Scalar) -> None:
        self._texts.append((scalar.start, scalar.end))
        if scalar.style in {'"', "'"}:
            self._counts[scalar.style] += 1

    def _count_braces(self, node: Mapping) -> None:
        if node.flow and node.entries:
            self._counts["padded" if self.data[node.start + 1 : node.start + 2] == b" " else "tight"] += 1

    def _count_separators(self, node: Mapping | Sequence) -> None:
        """Whether blanks stand behind the colons and commas of JSON; a comma at the end of a line says nothing."""
        if isinstance(node, Mapping):
            for entry in node.entries:
                between = self.data[entry.key.end : entry.value.start]
                self._counts["tight colon" if between.endswith(b":") else "wide colon"] += 1
            parts = [(entry.key.start, entry.value.end) for entry in node.entries]
        else:
            parts = [(item.start, item.end) for item in node.items]
        for (_, end), (start, _) in pairwise(parts):
            gap = self.data[end:start]
            if b"\n" not in gap:
                self._counts["tight comma" if gap.endswith(b",") else "wide comma"] += 1

    def _count_habits(self, node: Mapping, key: Node, value: Node) -> None:
        if node.flow or not isinstance(value, (Mapping, Sequence)) or value.flow or value.start == value.end:
            return
        indent = self.column(value.start) - self.column(key.start)
        if isinstance(value, Mapping):
            self._counts[f"step {indent}"] += 1
        else:
            self._counts[f"dash {indent}"] += 1

    def parent(self, node: Node) -> Parent | None:
        """Where a node stands; None for a root, and for what is not written in this file."""
        return self._parents.get(id(node))

    def depth(self, node: Node) -> int:
        """How deep a node stands; 0 for a root."""
        return self._depths[id(node)]

    def has(self, node: Node) -> bool:
        """Whether the node is one of this file, where it stands."""
        return id(node) in self._depths

    def key_at(self, offset: int) -> Parent | None:
        """The mapping and the index of its entry whose key begins at an offset."""
        return self._keys.get(offset)

    def node_at(self, span: Span) -> Node | None:
        """The value (or item) with exactly this span."""
        return self._spans.get((span.start, span.end))

    def above(self, node: Node) -> Iterator[Parent]:
        """The parent of a node, its parent, and so on."""
        found = self.parent(node)
        while found is not None:
            yield found
            found = self.parent(found.node)

    def column(self, offset: int) -> int:
        """The column of an offset in bytes, from 0; a BOM counts for nothing."""
        starts = self.source.line_starts
        start = starts[bisect_right(starts, offset) - 1]
        return offset - start - (3 if start == 0 and self.data.startswith(b"\xef\xbb\xbf") else 0)

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins (behind a BOM)."""
        return offset - self.column(offset)

    def next_line(self, offset: int) -> int:
        """Where the next line begins; the end of the file on the last line."""
        at = self.data.find(b"\n", offset)
        return len(self.data) if at == -1 else at + 1

    def first_on_line(self, offset: int) -> bool:
        """Whether only blanks stand before an offset on its line."""
        return not self.data[self.line_start(offset) : offset].strip(b" \t")

    def comments(self, start: int, end: int) -> list[bytes]:
        """The comments in a range, in order; a ``#`` inside a text is none."""
        if self.json:
            return []
        found = []
        for match in _COMMENT.finditer(self.data, start, end):
            at = bisect_right(self._texts, (match.start(), len(self.data))) - 1
            if at < 0 or not self._texts[at][0] <= match.start() < self._texts[at][1]:
                found.append(match[0].rstrip())
        return found

    def outer_uses(self, start: int, end: int, node: Node) -> bool:
        """Whether an alias outside of a range refers to something in it, of which ``node`` is the top."""
        pending, seen = [node], 0
        while pending:
            one = pending.pop()
            seen += 1
            holder = one.holder
            if holder is not None and holder.node is one and any(not start <= use.start < end for use in holder.uses):
                return True
            if isinstance(one, Mapping):
                pending += [entry.value for entry in one.entries if entry.alias is None]
            elif isinstance(one, Sequence):
                pending += [item for index, item in enumerate(one.items) if index not in one.aliases]
        return False

    def style(self, near: Node | None = None) -> Style:
        """The habits of the file; those around a node go first."""
        step = self._near_step(near)
        if step not in self._styles:
            self._styles[step] = self._style(step)
        return self._styles[step]

    def _style(self, near_step: int | None) -> Style:
        counts = self._counts
        quote = "'" if counts["'"] > counts['"'] else '"'
        step = near_step or self._most("step ", 2)
        dash = self._most("dash ", self._default_dash(step))
        padded = counts["padded"] > counts["tight"]
        tabs = self.json and b"\n\t" in self.data
        colon = ":" if counts["tight colon"] > counts["wide colon"] else ": "
        said = counts["tight comma"] or counts["wide comma"]
        comma = "," if (counts["tight comma"] > counts["wide comma"] if said else colon == ":") else ", "
        return Style(self.json, step, dash, quote, padded, self._newline, tabs, colon, comma)

    def _most(self, prefix: str, default: int) -> int:
        found = [(count, name) for name, count in self._counts.items() if name.startswith(prefix)]
        return int(max(found)[1].removeprefix(prefix)) if found else default

    def _default_dash(self, step: int) -> int:
        return step if self._counts else 2

    def _near_step(self, near: Node | None) -> int | None:
        """How far the entries of a node, or of one around it, are indented."""
        if near is None or self.json:
            return self._json_step() if self.json else None
        node: Node = near
        for parent in self.above(near):
            if isinstance(node, Mapping) and isinstance(parent.node, Mapping) and not node.flow and node.entries:
                step = self.column(node.start) - self.column(parent.node.entries[parent.at].key.start)
                if step > 0:
                    return step
            node = parent.node
        return None

    def _json_step(self) -> int | None:
        for root in self.roots:
            if isinstance(root, Mapping) and root.entries and self.first_on_line(root.entries[0].key.start):
                line = self.data[self.line_start(root.start) : root.start]
                outer = len(line) - len(line.lstrip(b" \t"))
                return max(self.column(root.entries[0].key.start) - outer, 0) or None
        return None


def yaml_layout(source: Source) -> Layout:
    """The layout of a YAML file.

    Raises:
        UnreadableError: it is none.
    """
    return Layout(source, yamldoc.load(source), json=False)


def json_layout(source: Source) -> Layout:
    """The layout of a JSON file.

    Raises:
        UnreadableError: it is none.
    """
    return Layout(source, [jsondoc.load(source)], json=True)
