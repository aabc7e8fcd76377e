"""A tree that is being changed: what is wanted of each mapping and list is collected, and turned into edits at the end.

Many small changes of one file meet: ten keys for one service, three options for one list that is not there yet. They
are kept by the node that they belong to, so that they end up in one new block, in the order in which they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.model.edit import Edit
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence, is_merge
from hardhull.text.tree.layout import json_layout, yaml_layout
from hardhull.text.tree.pending import Pending, differs, holds_nothing, same_text
from hardhull.text.tree.plain import entry
from hardhull.text.tree.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.draft import Draft
    from hardhull.text.nodes import Node
    from hardhull.text.tree.layout import Layout
    from hardhull.text.tree.plain import Plain

CONFLICT = "another fix wants something else in the same place"


class SharedError(UnwritableError):
    """The place is read by others too, through an anchor: a change of it would change them.

    Attributes:
        uses: offsets of the aliases.
    """

    def __init__(self, why: str, uses: list[int]) -> None:
        super().__init__(why)
        self.uses = uses


class TreeDraft:
    """The nodes of one file with the changes that are wanted of them.

    Every method refuses with :class:`UnwritableError` where it cannot do exactly what is asked, and then leaves
    everything as it was. Asking for the same twice is asking once.

    Attributes:
        layout: where the nodes stand.
    """

    def __init__(self, draft: Draft, layout: Layout) -> None:
        self.layout = layout
        self._log = draft.log
        self._path = draft.source.path
        self._pending: dict[int, Pending] = {}
        self._floors: set[int] = set()
        self._documents: list[dict[str, Any]] = []
        self._empty: dict[int, Plain] = {}
        draft.joins(self)

    @classmethod
    def of_yaml(cls, draft: Draft) -> TreeDraft:
        """The tree of a YAML file.

        Raises:
            UnreadableError: it is none.
        """
        return cls(draft, yaml_layout(draft.source))

    @classmethod
    def of_json(cls, draft: Draft) -> TreeDraft:
        """The tree of a JSON file.

        Raises:
            UnreadableError: it is none.
        """
        return cls(draft, json_layout(draft.source))

    # ---- what can be asked for ------------------------------------------------------------------------------------

    def set(
        self, mapping: Mapping, path: tuple[str, ...], value: Plain, *, shared: bool = False, hide: bool = False
    ) -> None:
        """The value at a path of keys becomes this one; mappings that are not there yet are made.

        Args:
            mapping: where the path begins.
            path: keys.
            value: what stands there then.
            shared: whether what an anchor shares may be changed for all who refer to it.
            hide: whether it may stand in front of what a merge key brings there.
        """
        holder, rest = self._descend(mapping, path, shared=shared)
        if isinstance(holder, dict):
            self._set_new(holder, rest, value)
            return
        index = self._own(holder, rest[0])
        if index is None:
            self._add_key(holder, rest, value, hide=hide)
        elif len(rest) > 1:  # the parent is there and holds nothing
            nested = _nest(rest[1:], value)
            self._put(holder, index, nested)
        elif index in self._of(holder).replaced or differs(holder.entries[index].value, value):
            self._put(holder, index, value)
        elif self._wanted_inside(holder.entries[index].value):
            raise UnwritableError(CONFLICT)

    def append(self, mapping: Mapping, path: tuple[str, ...], item: Plain, *, shared: bool = False) -> None:
        """The list at a path of keys gets one more item at its end; it is made where it is not there yet."""
        holder, rest = self._descend(mapping, path, shared=shared)
        if isinstance(holder, dict):
            self._append_new(holder, rest, item)
            return
        index = self._own(holder, rest[0])
        if index is None:
            self._add_key(holder, rest, [item])
            return
        node = holder.entries[index].value
        replaced = self._of(holder).replaced.get(index, node)
        if isinstance(replaced, list):
            self._push(replaced, item)
        elif replaced is not node:
            raise UnwritableError(CONFLICT)
        elif len(rest) > 1 or holds_nothing(node):
            self._put(holder, index, _nest(rest[1:], [item]))
        elif isinstance(node, Sequence):
            self.extend(node, item, shared=shared)
        else:
            raise UnwritableError(f"{rest[0]} is no list")

    def extend(self, sequence: Sequence, item: Plain, *, shared: bool = False) -> None:
        """A list gets one more item at its end."""
        self._check_shared(sequence, shared=shared)
        pending = self._of(sequence)
        if item in pending.items or any(
            same_text(node, item) for index, node in enumerate(sequence.items) if index not in pending.gone
        ):
            return
        self._push(pending.items, item)

    def remove(self, mapping: Mapping, path: tuple[str, ...], *, shared: bool = False) -> None:
        """The key at the end of a path goes, and with it what became empty above it, up to ``mapping``."""
        self.keeps(mapping)
        node: Node = mapping
        for key in path[:-1]:
            if not isinstance(node, Mapping) or self._is_gone(node, key):
                return
            index = self._lasting(node, key)
            if index is None:
                return
            node = self._through(node, index, key)
        if not isinstance(node, Mapping) or self._is_gone(node, path[-1]):
            return
        self._check_shared(node, shared=shared)
        index = self._lasting(node, path[-1])
        if index is not None:
            self._take(node, index)

    def take_item(self, sequence: Sequence, index: int, *, shared: bool = False) -> None:
        """An item leaves its list; a list without items left goes with its key."""
        self._check_shared(sequence, shared=shared)
        self._take(sequence, index)

    def take_entry(self, mapping: Mapping, index: int, *, shared: bool = False) -> None:
        """An entry leaves its mapping, known by its index."""
        self._check_shared(mapping, shared=shared)
        self._take(mapping, index)

    def put(self, node: Node, value: Plain, *, shared: bool = False) -> None:
        """A value that stands there becomes another one."""
        parent = self.layout.parent(node)
        if parent is None:
            raise UnwritableError("it does not stand in this file by itself")
        self._check_shared(node, shared=shared)
        if differs(node, value):
            self._put(parent.node, parent.at, value)

    def unalias(self, mapping: Mapping, index: int, value: Plain, *, shared: bool = False) -> None:
        """An entry that refers to an anchor gets a value of its own."""
        self._check_shared(mapping, shared=shared)
        self._put(mapping, index, value, alias=True)

    def pending(self, mapping: Mapping, path: tuple[str, ...]) -> Plain:
        """The new value that is wanted at a path of keys so far; None where none is."""
        found = self._new_holder(mapping, path)
        return None if found is None else found[0].get(found[1])

    def revise(self, mapping: Mapping, path: tuple[str, ...], value: Plain) -> None:
        """Puts another value in the place of one that is pending."""
        found = self._new_holder(mapping, path)
        assert found is not None  # noqa: S101  the caller has seen it with pending()
        holder, key = found
        before = holder[key]
        holder[key] = value
        self._did(lambda: holder.__setitem__(key, before))

    def keeps(self, mapping: Mapping) -> None:
        """The mapping stays, whatever leaves it: what empties it is refused in YAML, and leaves ``{}`` in JSON."""
        key = id(mapping)
        if key not in self._floors:
            self._floors.add(key)
            self._log.did(lambda: self._floors.discard(key))

    def stays(self, node: Mapping | Sequence, empty: Plain) -> None:
        """A mapping or list stays where everything leaves it: this is what is written then."""
        before = self._empty.copy()
        self._empty[id(node)] = empty
        self._log.did(lambda: self._restore(before))

    def _restore(self, empty: dict[int, Plain]) -> None:
        self._empty = empty

    def leaves(self, node: Mapping | Sequence, index: int) -> bool:
        """Whether an entry or item is to go, or to get another value."""
        pending = self._pending.get(id(node))
        return pending is not None and (index in pending.gone or index in pending.replaced)

    def outcome(self, sequence: Sequence, read: Callable[[Node], Plain]) -> list[Plain]:
        """The items that a list will have; those that stay are read."""
        pending = self._pending.get(id(sequence)) or Pending(sequence)
        stay = [
            pending.replaced[at] if at in pending.replaced else read(item)
            for at, item in enumerate(sequence.items)
            if at not in pending.gone
        ]
        return [*stay, *pending.items]

    def edits(self) -> list[Edit]:
        """Everything that is wanted, as edits of the file."""
        found = self._renderer().edits()
        if self._documents:
            end = len(self.layout.data)
            found.append(Edit(Span(end, end), self._new_documents().encode()))  # behind all that is added there
        return found

    def document(self, value: dict[str, Any]) -> None:
        """One more YAML document at the end of the file."""
        if value not in self._documents:
            self._documents.append(value)
            self._did(lambda: self._documents.remove(value))

    def _new_documents(self) -> str:
        style = self.layout.style()
        text = "".join(
            style.newline.join(["---", *(line for key in value for line in entry(key, value[key], 0, style)), ""])
            for value in self._documents
        )
        if self.layout.data.endswith(b"\n"):
            return text
        return style.newline + text.removesuffix(style.newline)

    def _did(self, undo: Callable[[], object]) -> None:
        self._log.did(undo, self._path)

    def _renderer(self) -> Renderer:
        return Renderer(self.layout, self._pending, self._floors, self._empty)

    # ---- how it is kept -------------------------------------------------------------------------------------------

    def _of(self, node: Mapping | Sequence) -> Pending:
        pending = self._pending.get(id(node))
        if pending is None:
            if not self.layout.has(node):
                raise UnwritableError("it stands in another file, or behind an alias")
            pending = self._pending[id(node)] = Pending(node)
            self._log.did(lambda: self._pending.pop(id(node)))
        return pending

    def _descend(
        self, mapping: Mapping, path: tuple[str, ...], *, shared: bool
    ) -> tuple[Mapping | dict[str, Any], tuple[str, ...]]:
        """The last mapping on the way that is written (or was asked for), and the keys from there on."""
        node = mapping
        for at, key in enumerate(path[:-1]):
            new = self._of(node).added.get(key)
            if new is not None:
                if not isinstance(new, dict):
                    raise UnwritableError(CONFLICT)
                return new, path[at + 1 :]
            index = self._own(node, key)
            if index is None:
                self._check_merged(node, key)
                self._check_shared(node, shared=shared)
                return node, path[at:]
            if index in self._of(node).replaced:
                return self._replaced_mapping(node, index), path[at + 1 :]
            inner = self._through(node, index, key)
            if not isinstance(inner, Mapping):
                if not holds_nothing(inner):
                    raise UnwritableError(f"{key} is no mapping")
                return node, path[at:]
            node = inner
        new = self._of(node).added
        if path[-1] in new:
            return new, path[-1:]
        self._check_shared(node, shared=shared)
        return node, path[-1:]

    def _new_holder(self, mapping: Mapping, path: tuple[str, ...]) -> tuple[dict[Any, Any], Any] | None:
        """What holds the new value at a path, and the key or index in it."""
        node: Node = mapping
        for at, key in enumerate(path):
            if not isinstance(node, Mapping):
                return None
            pending = self._of(node)
            index = next((index for index, entry in enumerate(node.entries) if entry.name == key), None)
            holder: dict[Any, Any] = pending.added
            name: Any = key
            if index is not None and index in pending.replaced:
                holder, name = pending.replaced, index
            if name in holder:
                return _inside(holder, name, path[at + 1 :])
            if index is None or node.entries[index].alias is not None:
                return None
            node = node.entries[index].value
        return None

    def _replaced_mapping(self, node: Mapping, index: int) -> dict[str, Any]:
        """The new mapping that was asked for in the place of an entry's value."""
        new = self._of(node).replaced[index]
        if not isinstance(new, dict):
            raise UnwritableError(CONFLICT)
        return new

    def _own(self, mapping: Mapping, key: str) -> int | None:
        """The index of the entry with a key in the mapping itself."""
        found = [index for index, entry in enumerate(mapping.entries) if entry.name == key]
        if len(found) > 1:
            raise UnwritableError(f"the key {key} is written twice")
        if found and found[0] in self._of(mapping).gone:
            raise UnwritableError(CONFLICT)
        return found[0] if found else None

    def _is_gone(self, mapping: Mapping, key: str) -> bool:
        """Whether the only entry with a key is to go already, and nothing comes in its place."""
        pending = self._of(mapping)
        found = [index for index, entry in enumerate(mapping.entries) if entry.name == key]
        return len(found) == 1 and found[0] in pending.gone and key not in pending.added

    def _lasting(self, mapping: Mapping, key: str) -> int | None:
        """The same, where nobody wants a new value for it."""
        index = self._own(mapping, key)
        pending = self._of(mapping)
        if key in pending.added or index in pending.replaced:
            raise UnwritableError(CONFLICT)
        return index

    def _through(self, mapping: Mapping, index: int, key: str) -> Node:
        entry = mapping.entries[index]
        if entry.alias is not None:
            raise SharedError(f"{key} is an alias of something that others share", [entry.alias.start])
        return entry.value

    def _check_merged(self, mapping: Mapping, key: str) -> None:
        """A nested mapping that a merge key brings would be hidden as a whole by an own one."""
        if any(map(is_merge, mapping.entries)) and mapping.entry(key) is not None:
            raise SharedError(f"{key} comes from a merge key (<<), and writing it here would hide all of it", [])

    def _check_shared(self, node: Node, *, shared: bool) -> None:
        uses = [span.start for span in node.shared_by]
        if uses and not shared:
            line = self.layout.source.position(uses[0]).line
            raise SharedError(f"an anchor shares it with line {line}, which would change too", uses)

    def _add_key(self, mapping: Mapping, path: tuple[str, ...], value: Plain, *, hide: bool = False) -> None:
        if not hide and len(path) == 1 and any(map(is_merge, mapping.entries)) and isinstance(value, list):
            merged = mapping.get(path[0])
            if merged is not None:
                raise SharedError(
                    f"{path[0]} comes from a merge key (<<), and writing it here would hide its items", []
                )
        added = self._of(mapping).added
        added[path[0]] = _nest(path[1:], value)
        self._did(lambda: added.pop(path[0]))

    def _set_new(self, holder: dict[str, Any], path: tuple[str, ...], value: Plain) -> None:
        """Sets a value in a mapping that is new itself."""
        key, rest = path[0], path[1:]
        if key not in holder:
            holder[key] = _nest(rest, value)
            self._did(lambda: holder.pop(key))
        elif rest and isinstance(holder[key], dict):
            self._set_new(holder[key], rest, value)
        elif rest or holder[key] != value:
            raise UnwritableError(CONFLICT)

    def _append_new(self, holder: dict[str, Any], path: tuple[str, ...], item: Plain) -> None:
        """Appends to a list in a mapping that is new itself."""
        key, rest = path[0], path[1:]
        inner = holder.get(key)
        if key not in holder:
            self._set_new(holder, path, [item])
        elif rest and isinstance(inner, dict):
            self._append_new(inner, rest, item)
        elif not rest and isinstance(inner, list):
            self._push(inner, item)
        else:
            raise UnwritableError(CONFLICT)

    def _push(self, items: list[Any], item: Plain) -> None:
        if item not in items:
            items.append(item)
            self._did(items.pop)

    def _take(self, node: Mapping | Sequence, index: int) -> None:
        pending = self._of(node)
        if index in pending.gone:
            return
        child = node.entries[index].value if isinstance(node, Mapping) else node.items[index]
        if index in pending.replaced or self._wanted_inside(child):
            raise UnwritableError(CONFLICT)
        pending.gone.add(index)
        self._noted(pending, lambda: pending.gone.discard(index))

    def _wanted_inside(self, node: Node) -> bool:
        return any(
            not pending.idle
            and (pending.node is node or any(up.node is node for up in self.layout.above(pending.node)))
            for pending in self._pending.values()
        )

    def _put(self, holder: Mapping | Sequence, index: int, value: Plain, *, alias: bool = False) -> None:
        pending = self._of(holder)
        if index in pending.gone:
            raise UnwritableError(CONFLICT)
        node = holder.entries[index].value if isinstance(holder, Mapping) else holder.items[index]
        if index in pending.replaced:
            if pending.replaced[index] != value:
                raise UnwritableError(CONFLICT)
            return
        if not alias and isinstance(holder, Mapping) and holder.entries[index].alias is not None:
            raise SharedError("it is an alias of something that others share", [])
        if not alias and not isinstance(node, Scalar) and self._wanted_inside(node):
            raise UnwritableError(CONFLICT)
        pending.replaced[index] = value
        self._noted(pending, lambda: pending.replaced.pop(index))

    def _noted(self, pending: Pending, undo: Callable[[], object]) -> None:
        """Notes a step, unless it could not be written: then it is taken back at once."""
        try:
            self._renderer().check(pending)
        except UnwritableError:
            undo()
            raise
        self._did(undo)


def _inside(holder: dict[Any, Any], name: Any, path: tuple[str, ...]) -> tuple[dict[Any, Any], Any] | None:
    """The same, further in through mappings that are new."""
    for key in path:
        inner = holder[name]
        if not isinstance(inner, dict) or key not in inner:
            return None
        holder, name = inner, key
    return holder, name


def _nest(path: tuple[str, ...], value: Plain) -> Plain:
    for key in reversed(path):
        value = {key: value}
    return value
