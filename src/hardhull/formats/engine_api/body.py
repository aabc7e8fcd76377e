"""A create body that is being changed: its object in the tree of the file, with keys taken without regard to case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.jsonread import fold, fold_entry, is_null
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from hardhull.model.source import Place
    from hardhull.text.nodes import Entry, Node
    from hardhull.text.tree.draft import TreeDraft
    from hardhull.text.tree.plain import Plain

Path = tuple[str, ...]


class Body:
    """One container in a file.

    Attributes:
        tree: the nodes of the file with what is wanted of them.
        node: the object of the container.
    """

    def __init__(self, tree: TreeDraft, node: Mapping) -> None:
        self.tree = tree
        self.node = node
        tree.keeps(node)
        host = fold(node, "HostConfig")
        if isinstance(host, Mapping):
            tree.keeps(host)

    def get(self, path: Path) -> Node | None:
        """The value at a path; None where there is none, and for null."""
        entry = self.entry(path)
        return None if entry is None or is_null(entry.value) else entry.value

    def entry(self, path: Path) -> Entry | None:
        """The entry at a path.

        Raises:
            UnwritableError: a key on the way is written twice.
        """
        node: Node | None = self.node
        found: Entry | None = None
        for key in path:
            found = self._own(node, key)
            if found is None:
                return None
            node = found.value
        return found

    def _own(self, node: Node | None, key: str) -> Entry | None:
        if not isinstance(node, Mapping):
            return None
        if sum((entry.name or "").lower() == key.lower() for entry in node.entries) > 1:
            raise UnwritableError(f"the key {key} is written twice")
        return fold_entry(node, key)

    def _spelt(self, path: Path) -> Path:
        """The path with its keys as the file has them."""
        out = []
        for length in range(1, len(path) + 1):
            entry = self.entry(path[:length])
            out.append(path[length - 1] if entry is None or entry.name is None else entry.name)
        return tuple(out)

    def set(self, path: Path, value: Plain) -> None:
        """A key gets a value."""
        self.tree.set(self.node, self._spelt(path), value)

    def merge(self, path: Path, parts: dict[str, Any]) -> None:
        """Parts of an object get values, or go where the value is None; what else is in it stays."""
        if not isinstance(self.get(path), Mapping):
            self.set(path, {name: part for name, part in parts.items() if part is not None})
            return
        for name, part in parts.items():
            if part is None:
                self.remove((*path, name))
            else:
                self.set((*path, name), part)

    def append(self, path: Path, item: Plain) -> None:
        """A list gets one more item."""
        self.tree.append(self.node, self._spelt(path), item)

    def remove(self, path: Path) -> None:
        """A key goes, and what is empty without it."""
        if self.entry(path) is None:
            return
        holder = self.entry(path[:-1]).value if len(path) > 1 else self.node  # type: ignore[union-attr]
        assert isinstance(holder, Mapping)  # noqa: S101  it holds the entry
        entry = self._own(holder, path[-1])
        assert entry is not None  # noqa: S101  likewise
        self.tree.take_entry(holder, holder.entries.index(entry))

    def at(self, place: Place) -> Node:
        """The value or item at a place.

        Raises:
            UnwritableError: there is none.
        """
        node = self.tree.layout.node_at(place.span)
        if node is None:
            raise UnwritableError("it does not stand in this file by itself")
        return node

    def take(self, place: Place) -> None:
        """The item or the entry at a place goes."""
        found = self.tree.layout.key_at(place.span.start)
        if found is None:
            found = self.tree.layout.parent(self.at(place))
        if found is None:
            raise UnwritableError("it does not stand in this file by itself")
        if isinstance(found.node, Sequence):
            self.tree.take_item(found.node, found.at)
        else:
            self.tree.take_entry(found.node, found.at)

    def inside(self, place: Place, path: Path) -> bool:
        """Whether a place is in the value at a path."""
        node = self.get(path)
        return node is not None and node.start <= place.span.start and place.span.end <= node.end
