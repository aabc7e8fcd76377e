"""What both kinds of workflow files need: located texts of YAML values, with their variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.field import Field
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.shell.scope import Value
from hardhull.text.shell.values import Arg, Piece

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Place, Source
    from hardhull.text.nodes import Entry, Node


def text_of(node: Node | None) -> str:
    """A scalar's text, else an empty one."""
    return node.text if isinstance(node, Scalar) else ""


def mapping_of(node: Node | None) -> Mapping | None:
    """A mapping, else None."""
    return node if isinstance(node, Mapping) else None


def items_of(node: Node | None) -> list[Node]:
    """The items of a list, with lists in it opened up; a single value is a list of one."""
    if isinstance(node, Sequence):
        return [inner for item in node.items for inner in items_of(item)]
    return [] if node is None else [node]


def entries_of(node: Node | None) -> Iterator[tuple[str, Entry]]:
    """The entries of a mapping whose keys are texts."""
    if isinstance(node, Mapping):
        for entry in node.effective:
            if isinstance(entry.key, Scalar):
                yield entry.key.text, entry


class Texts:
    """Values of one file, with the expressions in them that are only known when it runs.

    Args:
        source: the file.
        expression: a pattern for such an expression.
        why: what to say about one.
    """

    def __init__(self, source: Source, expression: re.Pattern[str], why: str) -> None:
        self.source = source
        self.expression = expression
        self.why = why

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return node.place(self.source)

    def arg(self, scalar: Scalar) -> Arg:
        """A value as one argument."""
        fragment = scalar.fragment(self.source)
        return Arg(self.pieces(fragment), (fragment, 0, len(fragment.text)))

    def pieces(self, fragment: Fragment) -> tuple[Piece, ...]:
        """A text cut where expressions stand in it."""
        pieces: list[Piece] = []
        at, text = 0, fragment.text
        for found in self.expression.finditer(text):
            if found.start() > at:
                pieces.append(Piece(text[at : found.start()], fragment, at, found.start()))
            pieces.append(Piece(found[0], fragment, found.start(), found.end(), self.why))
            at = found.end()
        if at < len(text):
            pieces.append(Piece(text[at:], fragment, at, len(text)))
        return tuple(pieces)

    def field(self, name: str, scalar: Scalar) -> Field[str]:
        """A value as a field."""
        if self.expression.search(scalar.text):
            return Field.unknown(name, self.place(scalar), self.why, written=True)
        return Field(name, scalar.text, self.place(scalar))

    def variables(self, node: Node | None) -> dict[str, Value | str]:
        """The variables of an ``env:`` or ``variables:`` mapping; GitLab's may have ``value:`` and ``description:``."""
        found: dict[str, Value | str] = {}
        for name, entry in entries_of(node):
            value = entry.value
            if isinstance(value, Mapping):
                inner = value.get("value")
                value = inner if inner is not None else value
            if isinstance(value, Scalar):
                found[name] = Value((self.arg(value),))
        return found

    def fields(self, node: Node | None, *, lower: bool = False) -> dict[str, Field[str]]:
        """A mapping's texts as fields by name."""
        return {
            name.lower() if lower else name: self.field(name, entry.value)
            for name, entry in entries_of(node)
            if isinstance(entry.value, Scalar)
        }
