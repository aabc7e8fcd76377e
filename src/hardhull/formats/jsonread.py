"""What the readers of JSON files share: types as Go's decoder sees them, and keys without regard to case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.source import Place, Span
from hardhull.text.jsondoc import value_of
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.source import Source
    from hardhull.text.nodes import Entry, Node


def type_name(node: Node) -> str:
    """``object``, ``list``, ``string``, ``number``, ``true``, ``false`` or ``null``."""
    if isinstance(node, Mapping):
        return "object"
    if isinstance(node, Sequence):
        return "list"
    if not isinstance(node, Scalar) or node.style:
        return "string"
    return node.text if node.text in {"true", "false", "null"} else "number"


def is_null(node: Node) -> bool:
    """Whether it is ``null``, which Go's decoder takes for "not written"."""
    return isinstance(node, Scalar) and not node.style and node.text == "null"


def text_of(node: Node | None) -> str | None:
    """The text of a string; None for everything else."""
    return node.text if isinstance(node, Scalar) and node.style else None


def bool_of(node: Node | None) -> bool | None:
    """True or false; None for everything else."""
    value = value_of(node) if isinstance(node, Scalar) else None
    return value if isinstance(value, bool) else None


def int_of(node: Node | None) -> int | None:
    """A number without fraction and exponent, as Go decodes integers; None for everything else."""
    value = value_of(node) if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def items_of(node: Node | None) -> list[Node]:
    """The items of a list without nulls; nothing for everything else."""
    return [item for item in node.items if not is_null(item)] if isinstance(node, Sequence) else []


def entries_of(node: Node | None) -> list[Entry]:
    """The entries of an object as written; nothing for everything else."""
    return node.entries if isinstance(node, Mapping) else []


def fold(node: Node | None, name: str) -> Node | None:
    """The value of a key without regard to case (Go's decoder), the last one of several; None for null."""
    found = fold_entry(node, name)
    return None if found is None or is_null(found.value) else found.value


def fold_entry(node: Node | None, name: str) -> Entry | None:
    """The entry of a key without regard to case: the last one of that spelling, else the last one of any."""
    if not isinstance(node, Mapping):
        return None
    found = node.entry(name)
    if found is None:
        wanted = name.lower()
        for entry in node.entries:
            key = entry.name
            if key is not None and key.lower() == wanted:
                found = entry
    return found


def texts(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The strings of a list with their nodes; what is no string is left out."""
    for item in items_of(node):
        text = text_of(item)
        if text is not None:
            yield text, item


def entry_place(source: Source, entry: Entry) -> Place:
    """From the key to the end of the value."""
    return Place(source, Span(entry.key.start, entry.value.end))
