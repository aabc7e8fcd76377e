"""What of a program and its libraries can be reached: from function to function, through pointers that it takes.

A function is reached when reached code calls it, jumps to it, or takes its address; or when its address stands in an
object of data that reached code refers to. So a table of functions counts only once somebody can look into it, which
is what keeps the whole of a C library from being reached through its least used corner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.learn.static.binary import Binary
from hardhull.learn.static.symbols import FUNCTION, Name, Symbol
from hardhull.learn.static.whole import ALL, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.learn.static.ground import Ground


class Node(NamedTuple):
    """A function of a program: the place of its binary in the program's scope, and the address it is entered at."""

    binary: int
    address: int


_Object = tuple[int, int, int]
"""An object of data: the place of its binary, its address, and its size, 0 where nobody says."""


class Program:
    """A program with its libraries, in the order in which its loader looks for symbols.

    Attributes:
        binaries: the program first.
        reached: every function that can be reached.
        callers: functions that call each one by itself, with the slot through which they do; 0 for none.
        pointed: functions whose address is taken.
        names: libraries that reached code names in texts.
    """

    def __init__(self) -> None:
        self.binaries: list[Ground] = []
        self.reached: set[Node] = set()
        self.callers: dict[Node, list[tuple[Node, int]]] = {}
        self.pointed: set[Node] = set()
        self.names: set[str] = set()
        self._seen: set[tuple[int, int]] = set()
        self._offering: dict[str, list[int]] = {}
        self._slots: dict[int, set[int]] = {}
        self._work: list[Node] = []
        self._resolved: dict[Name, tuple[int, Symbol] | None] = {}

    def add(self, binary: Ground) -> int:
        """Puts a library at the end of the scope, and gives its place."""
        self.binaries.append(binary)
        self._resolved.clear()
        for text in binary.tables.exports:
            self._offering.setdefault(text, []).append(len(self.binaries) - 1)
        return len(self.binaries) - 1

    def enter(self, index: int, addresses: Iterable[int]) -> None:
        """Has functions of a binary reached."""
        for address in addresses:
            self._code(Node(index, address))

    def walk(self, in_time: Callable[[], bool]) -> bool:
        """Reaches all that follows from what was reached; whether it came to an end in time."""
        while self._work:
            if not in_time():
                return False
            self._function(self._work.pop())
        return True

    def resolve(self, name: Name) -> tuple[int, Symbol] | None:
        """Which binary's symbol a name means; None where nobody defines it."""
        if name not in self._resolved:
            several = self._offering.get(name.text, ())
            self._resolved[name] = next(
                ((index, found) for index in several if (found := _defined(self.binaries[index], name))), None
            )
        return self._resolved[name]

    def calling(self, node: Node) -> set[tuple[Node, int]]:
        """Functions that call one by itself, with the slot through which they do; 0 for none."""
        own = {(node._replace(address=ALL), 0)} if self.binaries[node.binary].whole else set()
        return own | set(self.callers.get(node, ()))

    def points(self, node: Node) -> bool:
        """Whether the address of a function is taken."""
        binary = self.binaries[node.binary]
        return node in self.pointed or (isinstance(binary, Whole) and binary.points(node.address))

    def _everything(self, index: int, binary: Whole) -> None:
        """Reaches what a binary asks others for, and the libraries that it has the names of."""
        for slot in binary.tables.imports:
            self._through(Node(index, ALL), slot)
        self.names.update(binary.libraries.values())
        self.reached.update(Node(index, address) for address in binary.sites)

    def _function(self, node: Node) -> None:
        index, binary = node.binary, self.binaries[node.binary]
        if isinstance(binary, Whole):
            if node.address == ALL:
                self._everything(index, binary)
            return
        assert isinstance(binary, Binary)  # noqa: S101  there are two kinds
        leads = binary.leads(node.address)
        for address in leads.functions:
            self._call(node, 0, Node(index, address))
        for slot in leads.slots:
            self._through(node, slot)
        for slot in leads.read:
            self._objects(self._pointer(index, slot))
        for address in leads.code:
            self._taken(index, address)
        self._objects([(index, address, 0) for address in leads.objects])

    def _call(self, caller: Node, slot: int, callee: Node) -> None:
        self.callers.setdefault(callee, []).append((caller, slot))
        self._code(callee)

    def _code(self, node: Node) -> None:
        if node not in self.reached:
            self.reached.add(node)
            self._work.append(node)

    def _through(self, node: Node, slot: int) -> None:
        """Code calls what the pointer in a slot leads to."""
        binary = self.binaries[node.binary]
        leads = binary.pointer(slot)
        target = self.resolve(leads) if isinstance(leads, Name) else None
        if target and target[1].kind in FUNCTION:
            self._call(node, slot, Node(target[0], target[1].value))
        elif isinstance(leads, int) and binary.elf.executable(leads):
            self._call(node, slot, Node(node.binary, leads))
        else:
            self._objects(self._pointer(node.binary, slot))

    def _taken(self, index: int, address: int) -> None:
        """The address of code is taken."""
        binary = self.binaries[index]
        slot = binary.stubs.get(address) if isinstance(binary, Binary) else None
        if slot is not None:
            self._objects(self._pointer(index, slot))
        else:
            self.pointed.add(Node(index, address))
            self._code(Node(index, address))

    def _objects(self, waiting: list[_Object]) -> None:
        """Looks into objects of data: for functions, for the names of libraries, and for further objects."""
        while waiting:
            index, address, size = waiting.pop()
            if (index, address) in self._seen:
                continue
            self._seen.add((index, address))
            binary = self.binaries[index]
            if address in binary.libraries:
                self.names.add(binary.libraries[address])
            for slot in self._unseen(index, binary.objects(address, size)):
                waiting += self._pointer(index, slot)

    def _unseen(self, index: int, slots: Iterable[int]) -> Iterable[int]:
        """Those of these slots that were in no object before: objects of which nobody knows the end overlap."""
        known = self._slots.setdefault(index, set())
        new = [slot for slot in slots if slot not in known]
        known.update(new)
        return new

    def _pointer(self, index: int, slot: int) -> list[_Object]:
        """Follows a pointer: a function is reached, an object is given back to be looked into."""
        binary = self.binaries[index]
        leads = binary.pointer(slot)
        if isinstance(leads, Name):
            target = self.resolve(leads)
            if target is None:
                return []
            at, symbol = target
            if symbol.kind not in FUNCTION:
                return [(at, symbol.value, symbol.size)]
            self.pointed.add(Node(at, symbol.value))
            self._code(Node(at, symbol.value))
            return []
        if leads is None:
            return []
        if binary.elf.executable(leads):
            self._taken(index, leads)
            return []
        return [(index, leads, 0)]


def _defined(binary: Ground, name: Name) -> Symbol | None:
    """A binary's symbol of a name: of that version; else its default; a binary without versions offers it for any."""
    several = binary.tables.exports.get(name.text)
    if not several:
        return None
    exact = next((each for each in several if each.name.version == name.version), None)
    if exact or not name.version:
        return exact or next((each for each in several if not each.hidden), several[0])
    return next((each for each in several if not each.name.version), None)
