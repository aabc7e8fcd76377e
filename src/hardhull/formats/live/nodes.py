"""Ways through the nodes of a document of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.jsonread import entries_of, fold, text_of
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.text.nodes import Entry, Node


def key(node: Node | None, name: str) -> Node | None:
    """The value of a key, exactly as written."""
    entry = node.entry(name) if isinstance(node, Mapping) else None
    return None if entry is None else entry.value


def path(node: Node | None, *names: str) -> Node | None:
    """The value at the end of a way of keys, without regard to case."""
    for name in names:
        node = fold(node, name)
    return node


def ending(node: Node | None, tail: str) -> Entry | None:
    """The first entry whose key ends so: ``/status`` for ``/proc/4242/status``."""
    return next((entry for entry in entries_of(node) if (entry.name or "").endswith(tail)), None)


def all_ending(node: Node | None, tail: str) -> Iterator[Entry]:
    """All such entries."""
    return (entry for entry in entries_of(node) if (entry.name or "").endswith(tail))


def word(node: Node | None) -> str:
    """A text; empty for everything else."""
    return text_of(node) or ""
