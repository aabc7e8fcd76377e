"""A daemon.json that is being changed: its tree, and what a file without an object becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.jsonread import fold_entry, is_null
from hardhull.model.edit import Edit
from hardhull.model.source import BOM, Source, Span
from hardhull.text.draft import Draft, UnwritableError
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from hardhull.model.source import Place
    from hardhull.text.nodes import Entry, Node
    from hardhull.text.tree.plain import Plain


class Page:
    """One file.

    Attributes:
        tree: its nodes with what is wanted of them.
        root: the object of settings.
        wanted: values of fields that were written so far; what one setting may be depends on others.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._log = draft.log
        self.wanted: dict[str, Any] = {}
        self._empty = _empty_span(draft.source)
        if self._empty is None:
            self.tree = TreeDraft.of_json(draft)
        else:
            self._end = draft.newline.encode()
            self._inner = Draft(Source(draft.source.path, b"{}" + self._end), draft.log)
            self.tree = TreeDraft.of_json(self._inner)
            draft.joins(self)
        root = self.tree.layout.roots[0]
        if not isinstance(root, Mapping):
            raise UnwritableError("the file holds no object")
        self.root = root

    def edits(self) -> list[Edit]:
        """What becomes of a file without an object."""
        if self._empty is None or not self._inner.edits():
            return []
        text = self._inner.result()
        whole = self._empty.end == len(self._draft.source.data)
        return [Edit(self._empty, text if whole else text.removesuffix(self._end))]

    def want(self, field: str, value: Any) -> None:
        """Notes the value that a field has now."""
        before = dict(self.wanted)
        self.wanted[field] = value
        self._log.did(lambda: self._restore(before))

    def _restore(self, before: dict[str, Any]) -> None:
        self.wanted = before

    # ---- finding -----------------------------------------------------------------------------------------------------

    def find(self, path: tuple[str, ...]) -> Entry | None:
        """The entry at a path of keys; None where the file has none.

        Raises:
            UnwritableError: a key on the way is written twice, or its value is no object.
        """
        node: Node = self.root
        found: Entry | None = None
        for key in path:
            if not isinstance(node, Mapping):
                if is_null(node):
                    return None
                raise UnwritableError(f"{path[0]} is no object")
            found = self.own(node, key)
            if found is None:
                return None
            node = found.value
        return found

    def own(self, mapping: Mapping, key: str) -> Entry | None:
        """The only entry of a key.

        Raises:
            UnwritableError: there are several.
        """
        found = [entry for entry in mapping.entries if entry.name == key]
        if len(found) > 1:
            raise UnwritableError(f"the key {key} is written twice")
        return found[0] if found else None

    def spelt(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path with its keys as the file has them; for objects in which the engine takes them in any case."""
        node: Node | None = self.root
        found = []
        for key in path:
            entry = fold_entry(node, key)
            node = None if entry is None else entry.value
            found.append(key if entry is None or entry.name is None else entry.name)
        return tuple(found)

    def above(self, place: Place) -> Entry | None:
        """The entry of the root object that a place is in."""
        return next(
            (one for one in self.root.entries if one.key.start <= place.span.start < max(one.value.end, one.key.end)),
            None,
        )

    def entry_at(self, place: Place) -> tuple[Mapping, int] | None:
        """The object and the index of the entry whose key begins at a place."""
        found = self.tree.layout.key_at(place.span.start)
        return (found.node, found.at) if found is not None and isinstance(found.node, Mapping) else None

    # ---- changing ----------------------------------------------------------------------------------------------------

    def set(self, path: tuple[str, ...], value: Plain) -> None:
        """A setting gets a value."""
        self._check(path)
        self.tree.set(self.root, path, value)

    def append(self, path: tuple[str, ...], item: Plain) -> None:
        """A list gets one more item."""
        self._check(path)
        self.tree.append(self.root, path, item)

    def remove(self, path: tuple[str, ...]) -> None:
        """A setting goes, and objects that are empty without it."""
        if self.find(path) is None:
            return
        holder = self.root
        for key in path[:-1]:
            inner = self.own(holder, key)
            assert inner is not None  # noqa: S101  find() has been there
            assert isinstance(inner.value, Mapping)  # noqa: S101  likewise
            holder = inner.value
        entry = self.own(holder, path[-1])
        assert entry is not None  # noqa: S101  likewise
        self.tree.take_entry(holder, holder.entries.index(entry))

    def take(self, place: Place) -> None:
        """The item or entry at a place goes."""
        at = self.entry_at(place)
        if at is not None:
            self.tree.take_entry(*at)
            return
        node = self.tree.layout.node_at(place.span)
        parent = None if node is None else self.tree.layout.parent(node)
        if parent is None:
            raise UnwritableError("it stands nowhere in this file")
        if isinstance(parent.node, Sequence):
            self.tree.take_item(parent.node, parent.at)
        else:
            self.tree.take_entry(parent.node, parent.at)

    def _check(self, path: tuple[str, ...]) -> None:
        """Refuses a key that a text edit of another fix brings.

        Raises:
            UnwritableError: one does.
        """
        self.find(path)
        own = self.tree.edits()
        word = f'"{path[-1]}"'.encode()
        if any(edit.text.strip() == word for edit in self._draft.edits() if edit not in own):
            raise UnwritableError("another fix writes this key")


def _empty_span(source: Source) -> Span | None:
    """What stands in the place of the object of settings; None where there is one."""
    start = len(BOM) if source.data.startswith(BOM) else 0
    if not source.data[start:].strip():
        return Span(start, len(source.data))
    root = load(source)
    return root.span if is_null(root) else None
