"""What the readers of a live container share: its fields, the kernel's files, and what is not as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Drift
from hardhull.formats.live.nodes import ending, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.formats.live.source import FactsSource
    from hardhull.model.source import Place
    from hardhull.text.nodes import Mapping, Node


class Real:
    """One live container that is being read.

    Attributes:
        source: the document.
        workload: as declared, on the way to what is real.
        kernel: file to what it said, of this container.
        machine: likewise, of what all containers share.
        info: the engine's answer to ``GET /info``; None where nobody asked.
        known: whether the engine told what was declared.
    """

    def __init__(
        self, source: FactsSource, workload: Workload, kernel: Mapping, machine: Node | None, info: Node | None
    ) -> None:
        self.source = source
        self.workload = workload
        self.kernel = kernel
        self.machine = machine
        self.info = info
        self.known = workload.image.known
        self._drifts: list[Field[Drift]] = []

    def file(self, tail: str) -> Node | None:
        """What a file said whose name ends so."""
        found = ending(self.kernel, tail)
        return None if found is None else found.value

    def text(self, tail: str) -> str:
        """The same as text; empty where there is no such file."""
        return word(self.file(tail))

    def place(self, node: Node) -> Place:
        """Where a value stands."""
        return node.place(self.source)

    def put(self, slot: str, value: Any, node: Node, origin: str, *, written: bool = True) -> None:
        """A field that the kernel decides."""
        self.workload.fields[slot] = Field(slot, value, self.place(node), written=written, origin=origin)
        self.workload.unwritten.pop(slot, None)

    def drift(self, slot: str, declared: str, real: str, node: Node, why: str = "") -> None:
        """Something that was declared and does not hold."""
        self._drifts.append(Field("unreal", Drift(slot, declared, real, why), self.place(node)))

    def finish(self) -> None:
        """Sets what was collected."""
        if self._drifts:
            self.workload.unreal = Field("unreal", tuple(self._drifts), self._drifts[0].place)
