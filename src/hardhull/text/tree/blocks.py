"""Edits of mappings and lists that are written in lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.edit import Edit
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar
from hardhull.text.tree.plain import Inline, Tagged, entry, flow, grown, item_lines, scalar
from hardhull.text.tree.tags import retagged

if TYPE_CHECKING:
    from hardhull.text.nodes import Node
    from hardhull.text.tree.layout import Layout
    from hardhull.text.tree.pending import Pending
    from hardhull.text.tree.plain import Plain

_COLON = re.compile(rb"[ \t]*:")


class Blocks:
    """One block mapping or block list with what is wanted of it."""

    def __init__(self, layout: Layout, wanted: Pending) -> None:
        self.layout = layout
        self.data = layout.data
        self.wanted = wanted
        self.node = wanted.node
        self.column = layout.column(self.node.start)
        self.style = layout.style(self.node)

    def edits(self) -> list[Edit]:
        """The edits, in order."""
        found = self._removals()
        found += [self._replaced(index, value) for index, value in sorted(self.wanted.replaced.items())]
        lines = self._new_lines()
        return [*found, self._below(self._last_end(), lines)] if lines else found

    # ---- additions ------------------------------------------------------------------------------------------------

    def _new_lines(self) -> list[str]:
        lines = [
            line for key, value in self.wanted.added.items() for line in entry(key, value, self.column, self.style)
        ]
        return lines + [line for item in self.wanted.items for line in item_lines(item, self.column, self.style)]

    def _last_end(self) -> int:
        """Where the last entry or item ends."""
        return self._part(len(self._parts()) - 1).end

    def _below(self, end: int, lines: list[str]) -> Edit:
        """New lines below the line that an offset is on."""
        newline = self.style.newline
        at = self.layout.next_line(end)
        if at > end and self.data[at - 1 : at] == b"\n":
            return Edit(Span(at, at), "".join(line + newline for line in lines).encode())
        at = len(self.data)
        if end == at and self.data.endswith(b"\n"):  # a block scalar that keeps its last line ends
            return Edit(Span(at, at), "".join(line + newline for line in lines).encode())
        return Edit(Span(at, at), "".join(newline + line for line in lines).encode())

    # ---- replacements ---------------------------------------------------------------------------------------------

    def _replaced(self, index: int, value: Plain) -> Edit:
        node = self._value(index)
        nested = isinstance(value, (dict, list)) and bool(value) and not isinstance(value, Inline)
        if isinstance(node, Scalar) and not nested and not isinstance(value, Tagged) and not self._aliased(index):
            return self._scalar(node, value)
        part = self._part(index)
        if isinstance(self.node, Mapping):
            key = self.node.entries[index].key
            name = key.text if isinstance(key, Scalar) else ""
            lines = entry(name, value, self.column, self.style)
            head = self.data[key.start : key.end].decode()
            lines[0] = f"{' ' * self.column}{head}:{lines[0].partition(':')[2]}"
        else:
            lines = item_lines(value, self.column, self.style)
        self._refuse_shared(part, index)
        lines += [f"{' ' * self.column}{comment.decode()}" for comment in self._comments(part)]
        start = part.start
        lines[0] = lines[0][self.column :]
        end = self._line_end(part.end)
        return Edit(Span(start, end), self.style.newline.join(lines).encode())

    def _scalar(self, node: Scalar, value: Plain) -> Edit:
        style = self.style
        if node.style in {"'", '"'}:
            style = style._replace(quote=node.style)
        text = flow(value, style) if isinstance(value, (dict, list, Tagged)) else scalar(value, style)
        if isinstance(value, str) and node.plain and node.text and self._is_single(node) and grown(node.text, value):
            text = value
        if isinstance(value, str) and node.style in {"'", '"'} and text == value:
            text = f"{node.style}{value}{node.style}"
        before = self.data[node.start - 1 : node.start]
        if node.start == node.end and before not in {b" ", b"\t"}:
            text = f" {text}"
        span, text = retagged(self.data, node, value, text)
        return Edit(span, text.encode())

    def _is_single(self, node: Scalar) -> bool:
        """Whether a text stands as it is read, on one line."""
        return self.data[node.start : node.end] == node.text.encode()

    # ---- removals -------------------------------------------------------------------------------------------------

    def _removals(self) -> list[Edit]:
        found, index, count = [], 0, len(self._parts())
        while index < count:
            if index not in self.wanted.gone:
                index += 1
                continue
            last = index
            while last + 1 < count and last + 1 in self.wanted.gone:
                last += 1
            found.append(self._removed(index, last))
            index = last + 1
        return found

    def _removed(self, first: int, last: int) -> Edit:
        """Entries or items that follow each other go."""
        start, end = self._part(first).start, self._part(last).end
        whole = Span(start, end)
        for index in range(first, last + 1):
            self._refuse_shared(whole, index)
        if self.layout.first_on_line(start):
            return self._lines_removed(whole)
        if last + 1 == len(self._parts()):
            raise UnwritableError("it shares its line with what stands before it")
        following = self._part(last + 1).start
        comments = self.layout.comments(start, following)
        gap = f"{self.style.newline}{' ' * self.column}"
        text = "".join(f"{comment.decode()}{gap}" for comment in comments)
        return Edit(Span(start, following), text.encode())

    def _lines_removed(self, span: Span) -> Edit:
        start, end = self.layout.line_start(span.start), self.layout.next_line(span.end)
        comments = [f"{' ' * self.column}{comment.decode()}" for comment in self._comments(span)]
        newline = self.style.newline
        if self.data[end - 1 : end] == b"\n":
            return Edit(Span(start, end), "".join(line + newline for line in comments).encode())
        return Edit(Span(start, end), newline.join(comments).encode())

    # ---- where things stand ---------------------------------------------------------------------------------------

    def _parts(self) -> list[object]:
        return list(self.node.entries) if isinstance(self.node, Mapping) else list(self.node.items)

    def _value(self, index: int) -> Node:
        return self.node.entries[index].value if isinstance(self.node, Mapping) else self.node.items[index]

    def _part(self, index: int) -> Span:
        """An entry from its key, or an item from its dash, to its end."""
        if isinstance(self.node, Mapping):
            item = self.node.entries[index]
            if (
                self.data[item.key.start - 1 : item.key.start] == b"?"
                or self.data[item.key.start - 2 : item.key.start] == b"? "
            ):
                raise UnwritableError("the key is written with a question mark")
            if item.alias is not None:
                return Span(item.key.start, max(item.alias.end, item.key.end))
            return Span(item.key.start, max(item.value.end, self._colon(item.key)))
        node, alias = self.node.items[index], self.node.aliases.get(index)
        start, end = (node.start, node.end) if alias is None else alias
        before = self._part(index - 1).end if index else self.node.start
        return Span(self._dash(before, start), max(end, start))

    def _colon(self, key: Node) -> int:
        """Past the colon behind a key."""
        found = _COLON.match(self.data, key.end)
        return found.end() if found else key.end

    def _dash(self, before: int, start: int) -> int:
        """The dash of an item that begins at ``start``; the item before it ends at ``before``."""
        if before == self.node.start:
            return before
        pattern = re.compile(rb"^ {%d}-(?=[ \t\r\n]|$)" % self.column, re.MULTILINE)
        found = list(pattern.finditer(self.data, before, start + 1))
        return found[-1].end() - 1 if found else start

    def _aliased(self, index: int) -> bool:
        """Whether an entry or item refers to an anchor."""
        if isinstance(self.node, Mapping):
            return self.node.entries[index].alias is not None
        return index in self.node.aliases

    def _line_end(self, offset: int) -> int:
        """The end of the line that an offset is on, without its line end."""
        end = self.layout.next_line(offset)
        if self.data[end - 1 : end] == b"\n" and end > offset:
            end -= 2 if self.data[end - 2 : end] == b"\r\n" else 1
        return max(end, offset)

    def _comments(self, span: Span) -> list[bytes]:
        """The comments in a span and on the rest of its last line."""
        return self.layout.comments(span.start, self._line_end(span.end))

    def _refuse_shared(self, span: Span, index: int) -> None:
        if self._aliased(index):
            return
        if self.layout.outer_uses(span.start, span.end, self._value(index)):
            raise UnwritableError("an anchor in it is referred to from elsewhere")
