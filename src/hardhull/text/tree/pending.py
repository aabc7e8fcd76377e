"""What is wanted of one mapping or list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.scalars import resolve_compose

if TYPE_CHECKING:
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


class Pending:
    """The changes of one mapping or list.

    Attributes:
        node: the mapping or list.
        added: new entries of a mapping, in order.
        items: new items of a list, in order.
        gone: indices of the entries or items that go.
        replaced: new values of entries or items, by index.
    """

    __slots__ = ("added", "gone", "items", "node", "replaced")

    def __init__(self, node: Mapping | Sequence) -> None:
        self.node = node
        self.added: dict[str, Any] = {}
        self.items: list[Any] = []
        self.gone: set[int] = set()
        self.replaced: dict[int, Plain] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is wanted."""
        return not (self.added or self.items or self.gone or self.replaced)

    @property
    def empties(self) -> bool:
        """Whether nothing would be left in it."""
        count = len(self.node.entries) if isinstance(self.node, Mapping) else len(self.node.items)
        return bool(count) and len(self.gone) == count and not self.added and not self.items


def holds_nothing(node: Node) -> bool:
    """Whether it is an empty value or a null, which every consumer takes for "not written"."""
    return isinstance(node, Scalar) and node.plain and node.text in {"", "~", "null", "Null", "NULL"}


def same_text(node: Node, value: Plain) -> bool:
    """Whether an item says this text already, quoted or not."""
    return isinstance(node, Scalar) and isinstance(value, str) and node.text == value


def differs(node: Node, value: Plain) -> bool:
    """Whether what stands there is something else than a value."""
    if isinstance(node, Scalar):
        if isinstance(value, (dict, list)):
            return True
        found = resolve_compose(node)
        return type(found) is not type(value) or found != value
    if isinstance(node, Sequence):
        if not isinstance(value, list) or len(node.items) != len(value):
            return True
        return any(differs(item, wanted) for item, wanted in zip(node.items, value, strict=True))
    if not isinstance(node, Mapping) or not isinstance(value, dict):
        return True
    found_keys = [entry.name for entry in node.effective]
    return set(found_keys) != set(value) or any(
        entry.name is None or differs(entry.value, value[entry.name]) for entry in node.effective
    )
