"""Sets fields of a Workload from JSON values: what the engine takes for "not set" stays absent, at its own place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.workload import Workload
from hardhull.formats.jsonread import fold_entry, is_null, type_name
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.model.source import Place, Source
    from hardhull.text.nodes import Entry, Mapping, Node


class Setter:
    """Writes to one Workload.

    Attributes:
        source: the file.
        workload: what is filled.
    """

    def __init__(self, source: Source, workload: Workload) -> None:
        self.source = source
        self.workload = workload

    def place(self, node: Node) -> Place:
        """Where a value stands."""
        return node.place(self.source)

    def scalar(self, slot: str, parent: Node, key: str, read: Callable[[Node], Any]) -> None:
        """One value. ``read`` gives None for what the engine takes for "not set".

        A value that ``read`` does not understand (TypeError) makes the field unknown.
        """
        entry = fold_entry(parent, key)
        if entry is None:
            return
        place = self.place(entry.value)
        try:
            value = None if is_null(entry.value) else read(entry.value)
        except TypeError:
            why = f"{key} is a {type_name(entry.value)}"
            self.workload.fields[slot] = Field.unknown(slot, place, why, written=True)
            return
        default = getattr(Workload, slot).default
        self.workload.fields[slot] = Field(slot, default if value is None else value, place, written=value is not None)

    def put(self, slot: str, value: Any, place: Place, *, written: bool = True, origin: str = "") -> None:
        """A value that was worked out."""
        self.workload.fields[slot] = Field(slot, value, place, written=written, origin=origin)

    def items(self, slot: str, entry: Entry | None, fields: Iterable[Field[Any]]) -> None:
        """Adds to a list; an empty one is absent, at its key."""
        found = tuple(fields)
        if entry is None:
            return
        earlier = self.workload.fields.get(slot)
        if earlier is not None and earlier.known and earlier.value:
            self.workload.fields[slot] = Field(slot, (*earlier.value, *found), earlier.place)
        else:
            self.workload.fields[slot] = Field(slot, found, self.place(entry.key), written=bool(found))

    def each(self, slot: str, parent: Node, key: str, read: Callable[[Node], Any], nodes: Iterable[Node]) -> None:
        """A list whose items ``read`` understands one by one; others are unknown items."""
        self.items(slot, fold_entry(parent, key), (self.item(slot, node, read) for node in nodes))

    def item(self, slot: str, node: Node, read: Callable[[Node], Any]) -> Field[Any]:
        """One item of a list."""
        place = self.place(node)
        try:
            return Field(slot, read(node), place)
        except TypeError:
            return Field.unknown(slot, place, f"it is a {type_name(node)}", written=True)

    def unread(self, parent: Mapping, understood: frozenset[str]) -> None:
        """Keys that are not understood (compared in lower case)."""
        for entry in parent.entries:
            name = entry.name or ""
            if name.lower() not in understood:
                self.workload.unread.append(Field("unread", name, self.place(entry.key)))
