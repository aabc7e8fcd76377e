"""YAML with the exact bytes of every node, composed from the events of libyaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from hardhull.model.source import Span
from hardhull.text.bytecheck import check_bytes
from hardhull.text.errors import UnreadableError
from hardhull.text.limits import MAX_BROUGHT, MAX_DEPTH, MAX_NODES
from hardhull.text.nodes import Anchor, Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.model.source import Source

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is five times faster, but not on every machine
_PROPERTIES = re.compile(rb"(?:[ \t\r\n]|#[^\r\n]*|!<[^>]*>|![^\s,\[\]{}]*|&[0-9A-Za-z_-]*)*")
_TEMPLATE_ADVICE = "render the template first (helm template ...) and scan the result"
_TOO_DEEP = f"the nesting is deeper than the limit of {MAX_DEPTH}"


def load(source: Source, max_nodes: int = MAX_NODES) -> list[Node | None]:
    """Read all documents of a YAML file.

    Args:
        source: the file.
        max_nodes: the most nodes that are read.

    Returns:
        One root for each document, None for an empty one.

    Raises:
        UnreadableError: not YAML, or past a limit of :mod:`hardhull.text.limits`. ``template`` is set where the file
            holds ``{{ ... }}`` in places where YAML cannot have it.
    """
    base = check_bytes(source)
    try:
        return _Composer(source, base, max_nodes).documents()
    except yaml.YAMLError as error:
        raise _syntax_error(source, base, error) from None


def _offsets(data: bytes, base: int) -> Callable[[int], int]:
    """The way from the parser's count of code points to bytes.

    The parser's marks come nearly in order, so that each step encodes only the text since the last mark.
    """
    if data.isascii():
        return int
    text = data[base:].decode("utf-8")
    last, offset = 0, base

    def at(index: int) -> int:
        nonlocal last, offset
        if index >= last:
            offset += len(text[last:index].encode("utf-8"))
        else:
            offset -= len(text[index:last].encode("utf-8"))
        last = index
        return offset

    return at


class _Composer:
    """Builds the nodes of one file."""

    def __init__(self, source: Source, base: int, max_nodes: int) -> None:
        self.source = source
        self.data = source.data
        self.at = _offsets(source.data, base)
        self.next: Callable[[], Any] = _Parser(source.data[base:] if base else source.data).get_event
        self.anchors: dict[str, Anchor] = {}
        self.holder: Anchor | None = None
        self.nodes = 0
        self.max_nodes = max_nodes
        self.may_merge = False  # whether a merge key was seen
        self.brought = 0  # nodes that aliases bring in, beside those written
        self.deepest = 0  # the nesting reached since the innermost open anchor began, or in the document
        self.last_end = base

    def documents(self) -> list[Node | None]:
        """Every root."""
        roots: list[Node | None] = []
        self.next()  # the start of the stream
        while self.next().__class__ is DocumentStartEvent:
            self.anchors = {}
            self.deepest = 0
            root = self.document()
            empty = isinstance(root, Scalar) and root.start == root.end and root.holder is None and root.tag is None
            roots.append(None if empty else root)
            self.next()  # the end of the document
        return roots

    def document(self) -> Node:
        """One root, without recursion."""
        parents: list[tuple[Mapping | Sequence, Anchor | None]] = []
        keys: list[Node | None] = []  # for each parent the key that waits for its value
        get = self.next
        while True:
            event = get()
            kind = event.__class__
            alias: Span | None = None
            node: Node
            if kind is ScalarEvent:
                node = self.scalar(event)
            elif kind is AliasEvent:
                node, alias = self.alias(event, len(parents), keys[-1] if keys else None)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                outer = self.holder
                opened = self.open(event, Mapping if kind is MappingStartEvent else Sequence, len(parents))
                parents.append((opened, outer))
                keys.append(None)
                continue
            else:
                node, outer = parents.pop()
                keys.pop()
                self.close(node, event, outer, len(parents))
            if not parents:
                return node
            parent = parents[-1][0]
            if isinstance(parent, Mapping):
                key = keys[-1]
                if key is None:
                    keys[-1] = node
                else:
                    parent.entries.append(Entry(key, node, alias))
                    keys[-1] = None
            else:
                if alias is not None:
                    parent.aliases[len(parent.items)] = alias
                parent.items.append(node)

    def scalar(self, event: Any) -> Scalar:
        """A text."""
        self.nodes += 1
        start, end = self.at(event.start_mark.index), self.at(event.end_mark.index)
        text, style, tag = event.value, event.style or "", event.tag
        if self.nodes > self.max_nodes:
            raise self.too_many(start)
        holder = self.holder
        if tag is not None or event.anchor is not None:
            start = self.after_properties(start, end)
            if event.anchor is not None:
                holder = self.anchored(event)
                holder.size = 1
        elif start == end:
            start = end = self.empty(start)
        if text == "<<":
            self.may_merge = True
        if style == "|" or style == ">":  # noqa: PLR1714  this runs for every scalar
            end = self.block_end(start, end, text)
        self.last_end = end
        node = Scalar(start, end, text, style, tag=tag, holder=holder)
        if event.anchor is not None and holder is not None:
            holder.node = node
        return node

    def alias(self, event: Any, depth: int, key: Node | None) -> tuple[Node, Span]:
        """What an alias refers to, and where the alias stands."""
        span = Span(self.at(event.start_mark.index), self.at(event.end_mark.index))
        self.last_end = span.end
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            why = f"the alias *{event.anchor} refers to an anchor that is not there"
            raise UnreadableError(self.source, span.start, why, f"write &{event.anchor} above it")
        if anchor.node is None:
            why = f"the anchor &{event.anchor} contains itself"
            raise UnreadableError(self.source, span.start, why, "take the alias out")
        anchor.uses.append(span)
        merged = isinstance(key, Scalar) and key.text == "<<"  # becomes part of the mapping it stands in
        self.reach(span.start, depth - merged + anchor.height)
        self.brought += anchor.size
        if self.brought > MAX_BROUGHT:
            why = f"the aliases up to here stand for more than {MAX_BROUGHT:,} nodes, the limit"
            raise UnreadableError(self.source, span.start, why, "write the values out, or use fewer aliases of aliases")
        return anchor.node, span

    def open(self, event: Any, kind: type[Mapping | Sequence], depth: int) -> Mapping | Sequence:
        """The beginning of a mapping or list."""
        self.nodes += 1
        start, end = self.at(event.start_mark.index), self.at(event.end_mark.index)
        self.reach(start, depth + 1)
        if self.nodes > self.max_nodes:
            raise self.too_many(start)
        tag = None if event.implicit else event.tag
        if tag is not None or event.anchor is not None:
            start = self.after_properties(start, len(self.data))
        if self.data[start : start + 2] == b"{{":
            raise UnreadableError(self.source, start, "a template, not YAML", _TEMPLATE_ADVICE, template=True)
        self.last_end = end
        node = kind(start, start, flow=bool(event.flow_style), tag=tag, holder=self.holder)
        if event.anchor is not None:
            node.holder = self.holder = self.anchored(event)
            self.holder.size = -(self.nodes - 1 + self.brought)
            self.holder.height = self.deepest
            self.deepest = depth + 1
        return node

    def close(self, node: Mapping | Sequence, event: Any, outer: Anchor | None, depth: int) -> None:
        """The end of a mapping or list."""
        if node.flow and self.data[node.start] in b"[{":
            self.last_end = self.at(event.end_mark.index)
        node.end = self.last_end
        holder = node.holder
        if holder is not outer and holder is not None:
            holder.size += self.nodes + self.brought
            before, holder.height = holder.height, self.deepest - depth
            self.deepest = max(before, self.deepest)
            holder.node = node
            self.holder = outer
        if isinstance(node, Mapping):
            node.seal(may_merge=self.may_merge)

    def reach(self, offset: int, depth: int) -> None:
        """Note a depth of nesting; what aliases bring in counts too, so that no reader of the tree recurses far."""
        if depth > self.deepest:
            if depth > MAX_DEPTH:
                raise UnreadableError(self.source, offset, _TOO_DEEP, "write it flatter")
            self.deepest = depth

    def anchored(self, event: Any) -> Anchor:
        """A new anchor; a later one of the same name takes its place."""
        anchor = Anchor(event.anchor, self.holder)
        self.anchors[event.anchor] = anchor
        return anchor

    def after_properties(self, start: int, end: int) -> int:
        """Where a node begins whose anchor or tag begins at ``start``."""
        match = _PROPERTIES.match(self.data, start, end)
        return match.end() if match else start

    def empty(self, start: int) -> int:
        """Where an absent value stands; the parser says the next token, past comments."""
        if start <= self.last_end or self.data[start - 1] in b"-:?":
            return start
        between = self.data[self.last_end : start]
        first_line = re.split(rb"[\r\n#]", between, maxsplit=1)[0]
        return self.last_end + len(first_line.rstrip())

    def block_end(self, start: int, end: int, text: str) -> int:
        """Where a block scalar ends, without the blank lines that are no part of its text."""
        raw = self.data[start:end]
        header = raw.split(b"\n", 1)[0].split(b"#", 1)[0]
        if b"+" in header:
            return end
        blank_tail = text.rstrip("\n")[-1:] in {" ", "\t"}
        return start + len(raw.rstrip(b"\r\n" if blank_tail else b" \t\r\n"))

    def too_many(self, offset: int) -> UnreadableError:
        """The refusal of a file with too many nodes."""
        why = f"the file has more than {self.max_nodes:,} values, the limit"
        return UnreadableError(self.source, offset, why, "split it, or leave it out with an exclude pattern")


def _syntax_error(source: Source, base: int, error: yaml.YAMLError) -> UnreadableError:
    """The parser's complaint, in our form and with the byte it is about."""
    if isinstance(error, yaml.reader.ReaderError):
        offset = min(base + error.position, len(source.data))
        return UnreadableError(source, offset, f"not YAML: {error.reason}", "remove the character")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = min(_offsets(source.data, base)(mark.index), len(source.data)) if mark else base
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None)
    if "maximum nesting depth" in problem:  # libyaml's own limit, met while it looks ahead
        return UnreadableError(source, offset, _TOO_DEEP, "write it flatter")
    if b"{{" in source.data:
        why = f"a template, not YAML ({problem})"
        return UnreadableError(source, offset, why, _TEMPLATE_ADVICE, template=True)
    why = f"not YAML: {problem}" + (f" ({context})" if context else "")
    return UnreadableError(source, offset, why, _advice(problem))


def _advice(problem: str) -> str:
    """What usually is behind a complaint of libyaml."""
    for part, advice in _ADVICE.items():
        if part in problem:
            return advice
    return "correct the line, or the one above it"


_ADVICE = {
    "mapping values are not allowed": "quote a value that holds ': ', or correct the indentation",
    "cannot start any token": "indent with spaces, and quote a value that begins with a tab, @, ` or %",
    "could not find expected ':'": "write 'key: value', or correct the indentation",
    "did not find expected key": "correct the indentation, or quote the value",
    "did not find expected '-' indicator": "correct the indentation of the list",
    "found unexpected end of stream": "close the quote",
    "found undefined tag handle": "declare the tag, or take it out",
    "unknown escape character": "write the backslash twice, or use single quotes",
}
