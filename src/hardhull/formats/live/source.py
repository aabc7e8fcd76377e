"""The text of a document of facts, which can say of every place in it what was read there, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.source import Source
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from hardhull.model.source import Span
    from hardhull.text.nodes import Node


class FactsSource(Source):
    """The text with its nodes, set by the reader."""

    __slots__ = ("root",)

    def __init__(self, path: str, data: bytes) -> None:
        super().__init__(path, data)
        self.root: Node | None = None

    def reading(self, span: Span) -> tuple[str, Span, str] | None:
        """Of the innermost value around a span: what it is, where its value stands, and from where it was read.

        The last key on the way to it that begins with ``/``, ``GET``, ``run`` or ``AUDIT_`` names where it was read.
        """
        node, keys = self.root, list[str]()
        where = ""
        while node is not None:
            step = _step(node, span)
            if step is None:
                break
            key, node = step
            if key.startswith(("/", "GET ", "run ", "AUDIT_")) and not where.startswith("/proc/net/unix"):
                where, keys = key, []
            elif key:
                keys.append(key)
        if not where or node is None:
            return None
        what = ".".join(keys) or where.removeprefix("GET /").rpartition("/proc/")[2].rpartition("/")[2]
        return what, _value(node), where


def _step(node: Node, span: Span) -> tuple[str, Node] | None:
    """The entry or item that holds a span; None where the node itself is the innermost one."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            if entry.key.start <= span.start and span.end <= entry.value.end:
                return entry.name or "", entry.value
    elif isinstance(node, Sequence):
        for item in node.items:
            if item.start <= span.start and span.end <= item.end:
                return "", item
    return None


def _value(node: Node) -> Span:
    """The value; of a mount the kernel's own line."""
    line = node.entry("line") if isinstance(node, Mapping) else None
    return node.span if line is None else line.value.span
