"""What of a program and its libraries can be reached: from function to function, through pointers that it takes.

A function is reached when reached code calls it, jumps to it, or takes its address; or when its address stands in an
object of data that reached code refers to. So a table of functions counts only once somebody can look into it, which
is what keeps the whole of a C library from being reached through its least used corner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.learn.static.binary import Binary
from hardhull.learn.static.journal import Journal
from hardhull.learn.static.symbols import FUNCTION, Name, Symbol
from hardhull.learn.static.whole import ALL, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hardhull.learn.static.ground import Ground
    from hardhull.learn.static.part import Part


class Node(NamedTuple):
    """A function of a program: the place of its binary in the program's scope, and the address it is entered at."""

    binary: int
    address: int


Target = tuple[int, Symbol]
"""The place of a binary, and a symbol that it defines."""
_Object = tuple[int, int, int]
"""An object of data: the place of its binary, its address, and its size, 0 where nobody says."""


class Program:
    """Programs with their libraries, each in the order in which its loader looks for symbols.

    A library that several programs have is there once, and what is reached in it for one counts for all: only what
    they make together is asked for. Of each file it is decided how it is looked at (:meth:`decide`); until then, what
    others reach in it waits.

    Attributes:
        parts: all files.
        binaries: how each is looked at; None where that is not decided.
        scopes: the files of each program, in order.
        reached: every function that can be reached.
        callers: functions that call each one by itself, with the slot through which they do; 0 for none.
        pointed: functions whose address is taken.
        names: libraries that reached code names in texts, with the part that does.
        journal: by which all of this grows, so that it can be taken back.
        fresh: functions that were reached since somebody emptied this.
        edges: who is called since then, by whom, and through which slot.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.binaries: list[Ground | None] = []
        self.scopes: list[dict[int, int]] = []
        self.reached: set[Node] = set()
        self.callers: dict[Node, list[tuple[Node, int]]] = {}
        self.pointed: set[Node] = set()
        self.names: set[tuple[int, str]] = set()
        self.journal = Journal()
        self.fresh: list[Node] = []
        self.edges: list[tuple[Node, Node, int]] = []
        self._index: dict[str, int] = {}
        self._within: list[tuple[int, ...]] = []
        self._seen: set[tuple[int, int]] = set()
        self._offering: dict[str, list[int]] = {}
        self._slots: dict[int, set[int]] = {}
        self._work: list[Node] = []
        self._joined: list[tuple[int, dict[Name, tuple[Target, ...]]]] = []
        self._resolved: dict[tuple[int, ...], dict[Name, tuple[Target, ...]]] = {}
        self._entered: list[set[int]] = []
        self._looked: list[set[tuple[int, int]]] = []

    def add(self, scope: int, part: Part) -> int:
        """Puts a file at the end of the files of a program, and gives its place among all."""
        index = self._index.setdefault(part.path, len(self.parts))
        if index == len(self.parts):
            self.parts.append(part)
            self.binaries.append(None)
            self._entered.append(set())
            self._looked.append(set())
            self._within.append(())
            for text in part.tables.exports:
                self._offering.setdefault(text, []).append(index)
        if self.binaries[index] is not None:
            names = {*part.tables.imports.values()}
            self._joined.append((index, {name: self.resolve(index, name) for name in names}))
        self._within[index] += (scope,)
        self._resolved.clear()
        order = self.scopes[scope]
        order[index] = len(order)
        return index

    def enter(self, index: int, addresses: Iterable[int]) -> None:
        """Has functions of a binary reached."""
        for address in addresses:
            self._code(Node(index, address))

    def offer(self, index: int) -> None:
        """Has all reached that others may ask for by its name."""
        shared = self.parts[index].shared
        self.enter(index, shared.offered())
        self._objects([(index, *each) for each in shared.data()])

    def decide(self, index: int, binary: Ground) -> None:
        """Says how a binary is looked at, and has reached in it what runs in any case and what waited for this."""
        self.binaries[index] = binary
        self.enter(index, binary.roots())
        for slot in binary.begun():
            self._objects(self._pointer(index, binary, slot))
        if not binary.whole:
            self.enter(index, sorted(self._entered[index]))
            self._objects([(index, *each) for each in sorted(self._looked[index])])

    def begin(self, index: int, binary: Ground) -> None:
        """Decides for a trial, of which :meth:`back` takes back all."""
        self.journal.begin()
        self.decide(index, binary)

    def keep(self) -> None:
        """Ends a trial, and keeps what it decided."""
        self.journal.keep()

    def back(self, index: int | None) -> None:
        """Takes back a trial, in which perhaps something was decided."""
        self.journal.back()
        if index is not None:
            self.binaries[index] = None
        self._work.clear()
        self.fresh.clear()
        self.edges.clear()

    def walk(self, in_time: Callable[[], bool]) -> bool:
        """Reaches all that follows from what was reached; whether it came to an end in time."""
        joined, self._joined = self._joined, []
        if any(self.resolve(index, name) != found for index, names in joined for name, found in names.items()):
            self._seen.clear()  # in another program, symbols that were asked for already mean something else
            self._slots.clear()
            self._work = [*self.reached]
        while self._work:
            if not in_time():
                return False
            node = self._work.pop()
            self.fresh.append(node)
            self._function(node)
        return True

    def at(self, node: Node) -> Ground:
        """How the binary is looked at that has a function which is reached."""
        binary = self.binaries[node.binary]
        assert binary is not None  # noqa: S101  else it would wait
        return binary

    def resolve(self, index: int, name: Name) -> tuple[Target, ...]:
        """Which symbol of which part a name means that a part asks for: one for each program, without doubles."""
        within = self._within[index]
        known = self._resolved.get(within)
        if known is None:
            known = self._resolved[within] = {}
        found = known.get(name)
        if found is None:
            several = self._offering.get(name.text, ())
            each = (self._first(scope, several, name) for scope in within)
            found = known[name] = tuple(dict.fromkeys(one for one in each if one))
        return found

    def _first(self, scope: int, several: Sequence[int], name: Name) -> Target | None:
        order = self.scopes[scope]
        inside = [each for each in several if each in order]
        if len(inside) > 1:
            inside.sort(key=order.__getitem__)
        for index in inside:
            found = _defined(self.parts[index], name)
            if found:
                return index, found
        return None

    def targets(self, index: int, binary: Whole) -> Iterator[Node]:
        """The functions of others that a part asks for."""
        for slot in binary.asked:
            for at, symbol in self.resolve(index, binary.tables.imports[slot]):
                if symbol.kind in FUNCTION:
                    yield Node(at, symbol.value)

    def calling(self, node: Node) -> set[tuple[Node, int]]:
        """Functions that call one by itself, with the slot through which they do; 0 for none."""
        own = {(node._replace(address=ALL), 0)} if self.at(node).whole else set()
        return own | set(self.callers.get(node, ()))

    def points(self, node: Node) -> bool:
        """Whether the address of a function is taken."""
        binary = self.at(node)
        return node in self.pointed or (isinstance(binary, Whole) and binary.points(node.address))

    def _everything(self, index: int, binary: Whole) -> None:
        """Reaches what a binary asks others for, and the libraries that it has the names of."""
        for slot in binary.asked:
            self._through(Node(index, ALL), slot)
        self.journal.update(self.names, ((index, name) for name in binary.libraries.values()))
        for address in binary.sites:
            self._code(Node(index, address))

    def _function(self, node: Node) -> None:
        index, binary = node.binary, self.at(node)
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
            self._objects(self._pointer(index, binary, slot))
        for address in leads.code:
            self._taken(index, binary, address)
        if leads.objects:
            self._objects([(index, address, 0) for address in leads.objects])

    def _call(self, caller: Node, slot: int, callee: Node) -> None:
        self.journal.append(self.callers.setdefault(callee, []), (caller, slot))
        self.edges.append((callee, caller, slot))
        self._code(callee)

    def _code(self, node: Node) -> None:
        if node in self.reached:
            return
        binary = self.binaries[node.binary]
        if binary is None:
            self.journal.add(self._entered[node.binary], node.address)
        elif not binary.whole or binary.counts(node.address):
            self.journal.add(self.reached, node)
            self._work.append(node)

    def _through(self, node: Node, slot: int) -> None:
        """Code calls what the pointer in a slot leads to."""
        binary = self.at(node)
        leads = binary.pointer(slot)
        data = False
        if isinstance(leads, Name):
            for index, symbol in self.resolve(node.binary, leads):
                if symbol.kind in FUNCTION:
                    self._call(node, slot, Node(index, symbol.value))
                else:
                    data = True
        elif isinstance(leads, int) and binary.elf.executable(leads):
            self._call(node, slot, Node(node.binary, leads))
        else:
            data = True
        if data:
            self._objects(self._pointer(node.binary, binary, slot))

    def _taken(self, index: int, binary: Ground, address: int) -> None:
        """The address of code is taken."""
        slot = binary.stubs.get(address) if isinstance(binary, Binary) else None
        if slot is not None:
            self._objects(self._pointer(index, binary, slot))
        else:
            self.journal.add(self.pointed, Node(index, address))
            self._code(Node(index, address))

    def _objects(self, waiting: list[_Object]) -> None:
        """Looks into objects of data: for functions, for the names of libraries, and for further objects."""
        while waiting:
            index, address, size = waiting.pop()
            binary = self.binaries[index]
            if binary is None:
                self.journal.add(self._looked[index], (address, size))
                continue
            if binary.whole or not self.journal.add(self._seen, (index, address)):
                continue
            if address in binary.libraries:
                self.journal.add(self.names, (index, binary.libraries[address]))
            known = self._slots.setdefault(index, set())
            for slot in binary.objects(address, size):
                # Objects of which nobody knows the end overlap.
                if self.journal.add(known, slot):
                    waiting += self._pointer(index, binary, slot)

    def _pointer(self, index: int, binary: Ground, slot: int) -> list[_Object]:
        """Follows a pointer: a function is reached, an object is given back to be looked into."""
        leads = binary.pointer(slot)
        if isinstance(leads, Name):
            objects: list[_Object] = []
            for at, symbol in self.resolve(index, leads):
                if symbol.kind in FUNCTION:
                    self.journal.add(self.pointed, Node(at, symbol.value))
                    self._code(Node(at, symbol.value))
                else:
                    objects.append((at, symbol.value, symbol.size))
            return objects
        if leads is None:
            return []
        if binary.elf.executable(leads):
            self._taken(index, binary, leads)
            return []
        return [(index, leads, 0)]


def _defined(part: Part, name: Name) -> Symbol | None:
    """A part's symbol of a name: of that version; else its default; a binary without versions offers it for any."""
    several = part.tables.exports.get(name.text, ())
    for each in several:
        if each.name.version == name.version:
            return each
    if not name.version:
        return next((each for each in several if not each.hidden), several[0]) if several else None
    return next((each for each in several if not each.name.version), None)
