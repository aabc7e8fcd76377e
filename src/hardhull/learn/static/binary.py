"""A program or library that is followed function by function."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.learn.static import references, references_arm64
from hardhull.learn.static.disassembly import instructions
from hardhull.learn.static.functions import functions
from hardhull.learn.static.ground import Ground
from hardhull.learn.static.references import References, absolute, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

    from hardhull.learn.static.elf import Elf
    from hardhull.learn.static.functions import Functions
    from hardhull.learn.static.ground import Shared
    from hardhull.learn.static.symbols import Name

_INIT, _INIT_ARRAY, _FINI_ARRAY, _INIT_SIZE, _FINI_SIZE, _FINI = 12, 25, 26, 27, 28, 13
_MOST_SLOTS: Final = 100_000
"""Pointers of one object in data."""


class Leads(NamedTuple):
    """Where a function leads, each place once.

    Attributes:
        functions: of its own binary, that it calls or jumps to.
        slots: through whose pointers it calls.
        read: slots whose pointers it reads for another use.
        code: functions whose address it takes.
        objects: addresses in data that it takes, as far as something can be followed from there.
        syscalls: places where bytes stand that mean a system call.
    """

    functions: frozenset[int]
    slots: frozenset[int]
    read: frozenset[int]
    code: frozenset[int]
    objects: frozenset[int]
    syscalls: tuple[int, ...]


class Binary(Ground):
    """One ELF file, which is followed function by function.

    Args:
        elf: its parts.
        shared: what was read of it before.
    """

    def __init__(self, elf: Elf, shared: Shared | None = None) -> None:
        super().__init__(elf, shared)
        self.stubs = self._stubs()
        self._pointers = {**self.tables.pointers, **self._absolute_pointers()}
        self._slots = frozenset({*self._pointers, *self.tables.imports})
        self._leads: dict[int, Leads] = {}

    @cached_property
    def functions(self) -> Functions:
        """All that can be told apart."""
        return functions(self.elf, self.tables)

    def _stubs(self) -> dict[int, int]:
        """Slots that the entries of the procedure linkage table jump through, by the address of the entry."""
        found: dict[int, int] = {}
        slots = frozenset(self.tables.imports)
        for low, high in self.elf.code if slots else ():
            found.update(self._reader.stubs(self.elf.at(low, high - low), low, slots))
        return found

    @property
    def _reader(self) -> ModuleType:
        return references_arm64 if self.elf.arch == "arm64" else references

    def _absolute_pointers(self) -> dict[int, int]:
        """Pointers in data of a program that is loaded where it says, and so needs no relocations for them."""
        if not self.elf.fixed or self.functions.every:
            return {}
        low, high = self._span
        found: dict[int, int] = {}
        for segment in self.elf.segments:
            if segment.size < 8 or segment.address % 8 or (segment.executable and segment.offset):
                continue
            words = array("Q", self.elf.at(segment.address, segment.size - segment.size % 8))
            found.update(
                (segment.address + 8 * index, word)
                for index, word in enumerate(words)
                if low <= word < high
                and self._means_something(word)
                and not self.elf.executable(segment.address + 8 * index)
            )
        return found

    @property
    def _span(self) -> tuple[int, int]:
        """The first address, and past the last one."""
        segments = self.elf.segments
        return (segments[0].address, max(each.address + each.memory for each in segments)) if segments else (0, 0)

    def _means_something(self, address: int) -> bool:
        """Whether a number that lies in the program is likely to be an address: not one into the middle of code."""
        return self._may_begin(address) or address in self.stubs or not self.elf.executable(address)

    def _may_begin(self, address: int) -> bool:
        return self.functions.begins(address) or address in self.functions.likely

    def roots(self) -> Iterator[int]:
        """Functions that run in any case: the entry point, those for start and end, resolvers of the loader."""
        elf = self.elf
        candidates = [elf.entry, elf.tags.get(_INIT, 0), elf.tags.get(_FINI, 0), *self.tables.resolvers]
        candidates += [elf.word(slot) for slot in self._listed if slot not in self._slots]
        if self.functions.every:
            candidates += self.functions.starts
        yield from (address for address in candidates if elf.executable(address))

    @property
    def _listed(self) -> Sequence[int]:
        return (*self.elf.array(_INIT_ARRAY, _INIT_SIZE), *self.elf.array(_FINI_ARRAY, _FINI_SIZE))

    def begun(self) -> Iterable[int]:
        """Slots of the lists of functions for start and end: of own addresses, or of functions that have a name."""
        return (slot for slot in self._listed if slot in self._slots)

    def pointer(self, slot: int) -> int | Name | None:
        """Where the pointer in a slot leads: to an own address, or to a symbol of that name."""
        return self.tables.imports.get(slot) or self._pointers.get(slot)

    def places(self, address: int) -> tuple[int, ...]:
        """Where bytes stand that mean a system call, in the code that is entered at an address."""
        return self.leads(address).syscalls

    @property
    def share(self) -> float:
        """How much of its functions was looked at."""
        return len(self._leads) / max(len(self.functions.starts), 1)

    def leads(self, address: int) -> Leads:
        """Where the code that is entered at an address leads."""
        found = self._leads.get(address)
        if found is None:
            found = self._leads[address] = self._followed(address)
        return found

    def _followed(self, address: int) -> Leads:
        known = self.references(address)
        targets = {target for _place, target in known.branches}
        stubs = self.stubs.keys() & targets
        begun = targets & self.functions.known
        code, objects = set(), set()
        for each in self._addresses(address):
            if self.elf.executable(each):
                code.add(each)
            elif each in self.libraries or self.objects(each):
                objects.add(each)
        return Leads(
            frozenset((begun | {each for each in targets - begun if self._enters(each)}) - stubs),
            frozenset({slot for _place, slot in known.calls} | {self.stubs[each] for each in stubs}),
            frozenset(known.loads),
            frozenset(code),
            frozenset(objects),
            tuple(known.syscalls),
        )

    def _enters(self, target: int) -> bool:
        return self._may_begin(target) or (self.functions.outside(target) and self.elf.executable(target))

    def references(self, address: int) -> References:
        """What the code that is entered at an address refers to, place by place."""
        end = self.functions.end(address)
        code = self.elf.at(address, end - address)
        found: References = self._reader.references(code, address, self._slots)
        if self.elf.arch == "amd64":
            found.branches.extend(self._short(code, address))
        return found

    def _addresses(self, address: int) -> set[int]:
        """Addresses outside of it that the code which is entered at an address puts into registers."""
        end = self.functions.end(address)
        places, targets = self._taken
        found = set(targets[bisect_left(places, address) : bisect_left(places, end)])
        if self.elf.fixed and not self.functions.every and self.elf.arch == "amd64":
            several = absolute(self.elf.at(address, end - address), *self._span)
            found.update(each for each in several if self._means_something(each))
        return {each for each in found if not address <= each < end}

    @cached_property
    def _taken(self) -> tuple[list[int], list[int]]:
        """Places that put an address into a register, ascending, and these addresses."""
        several: list[tuple[int, int]] = []
        for low, high in self.elf.code:
            several += self._reader.taken(self.elf.at(low, high - low), low)
        return [place for place, _ in several], [target for _, target in several]

    def _short(self, code: bytes, address: int) -> list[tuple[int, int]]:
        """Short jumps to other functions: those whose place begins an instruction."""
        several = [each for each in short(code, address) if self._may_begin(each[1])]
        if not several:
            return []
        places = {each[0] for each in instructions(self.elf, address, len(code))}
        return [each for each in several if each[0] in places]

    def calls(self, address: int, callee: int) -> list[tuple[int, int]]:
        """See there."""
        known = self.references(address)
        direct = [place for place, target in known.branches if callee in {target, self.stubs.get(target)}]
        return [(address, at) for at in sorted({*direct, *(place for place, slot in known.calls if slot == callee)})]

    def objects(self, address: int, size: int = 0) -> list[int]:
        """Slots of pointers in the object that begins at an address.

        Args:
            address: in data.
            size: its bytes; 0 where nobody says: then it goes on to where the next one begins that anything refers to.
        """
        slots = self._ordered
        first = bisect_left(slots, address)
        if first == len(slots):
            return []
        end = address + size
        if not size:
            index = bisect_right(self._borders, address)
            end = self._borders[index] if index < len(self._borders) else 1 << 64
        if slots[first] >= end:
            return []
        return slots[first : min(bisect_left(slots, end), first + _MOST_SLOTS)]

    @cached_property
    def _ordered(self) -> list[int]:
        return sorted(self._slots - self.tables.linked)

    @cached_property
    def _borders(self) -> list[int]:
        """Addresses in data that code or a pointer refers to, or that have a name."""
        found = {*self._pointers.values(), *self.tables.linked}
        found.update(each.value for several in self.tables.exports.values() for each in several)
        for segment in self.elf.segments:
            found.add(segment.address + segment.memory)
        found.update(self._taken[1])
        return sorted(found)
