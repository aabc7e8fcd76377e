"""From what is wanted of the nodes of a file to edits of its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.draft import UnwritableError
from hardhull.text.tree.blocks import Blocks
from hardhull.text.tree.flows import Flows
from hardhull.text.tree.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.model.edit import Edit
    from hardhull.text.nodes import Mapping, Scalar, Sequence
    from hardhull.text.tree.layout import Layout
    from hardhull.text.tree.plain import Plain


class Renderer:
    """Makes the edits of all nodes, the innermost first."""

    def __init__(self, layout: Layout, pending: dict[int, Pending], floors: set[int], empty: dict[int, Plain]) -> None:
        self.layout = layout
        self._floors = floors
        self._empty = empty
        self._all = pending

    def check(self, pending: Pending) -> None:
        """Refuses what could not be written, as soon as it is asked for.

        Raises:
            UnwritableError: nothing would be left of something that has to stay, or a comment would be lost.
        """
        if any(one.empties for one in self._all.values()):
            self._settled()
        if not pending.empties:
            self._edits_of(pending)

    def edits(self) -> list[Edit]:
        """All of them; those at one offset in the order in which they have to stand."""
        wanted = self._settled()
        found: list[Edit] = []
        for one in self._inner_first(wanted.values()):
            if not self._goes_with_its_parent(one, wanted):
                found += self._edits_of(one)
        return found

    def _settled(self) -> dict[int, Pending]:
        """What is wanted, once nodes that become empty have left theirs."""
        wanted = {key: _copy(one) for key, one in self._all.items() if not one.idle}
        for one in self._inner_first(wanted.values()):
            if one.empties:
                self._emptied(one, wanted)
        return wanted

    def _inner_first(self, wanted: Iterable[Pending]) -> list[Pending]:
        return sorted(wanted, key=lambda one: -self.layout.depth(one.node))

    def _edits_of(self, one: Pending) -> list[Edit]:
        writer = Flows(self.layout, one) if one.node.flow else Blocks(self.layout, one)
        return writer.edits()

    def _emptied(self, one: Pending, wanted: dict[int, Pending]) -> None:
        """A node with nothing left in it goes, and what holds it loses an entry or item."""
        parent = self.layout.parent(one.node)
        if id(one.node) in self._floors:
            if self.layout.json:
                return
            raise UnwritableError("nothing would be left there")
        if parent is None:
            if one.node.flow:
                return
            raise UnwritableError("nothing would be left of the file")
        holder = wanted.get(id(parent.node))
        if holder is None:
            holder = wanted[id(parent.node)] = Pending(parent.node)
        if id(one.node) in self._empty:
            holder.replaced[parent.at] = self._empty[id(one.node)]
            return
        holder.gone.add(parent.at)
        if holder.empties:
            self._emptied(holder, wanted)
        else:
            self._edits_of(holder)  # refuses what cannot be written

    def _goes_with_its_parent(self, one: Pending, wanted: dict[int, Pending]) -> bool:
        """Whether something around the node goes as a whole."""
        node: Mapping | Sequence | Scalar = one.node
        for parent in self.layout.above(node):
            holder = wanted.get(id(parent.node))
            if holder is not None and (parent.at in holder.gone or parent.at in holder.replaced):
                return True
        return False


def _copy(one: Pending) -> Pending:
    made = Pending(one.node)
    made.added, made.items = one.added, one.items
    made.gone, made.replaced = set(one.gone), dict(one.replaced)
    return made
