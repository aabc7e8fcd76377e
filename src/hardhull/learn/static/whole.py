"""A binary that is taken as a whole: all of its code counts as reached, whatever leads there.

Following a large program function by function takes half a minute, and nearly all of it turns out to be reached. So of
one with megabytes of code only what matters is looked for: everything that it asks its libraries for, the few places
that make system calls themselves, and who calls those. That finds more than following it would, never less.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from hardhull.learn.static import bounds
from hardhull.learn.static.disassembly import instructions
from hardhull.learn.static.functions import Functions, listed
from hardhull.learn.static.ground import Ground
from hardhull.learn.static.references import branches, stubs, syscalls, taken, through
from hardhull.learn.static.values import NOTHING_KNOWN, Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.learn.static.elf import Elf
    from hardhull.learn.static.ground import Shared
    from hardhull.learn.static.symbols import Name
    from hardhull.learn.static.values import Value

ALL: Final = -1
"""The address that stands for all of its code."""
_BEFORE: Final = 1024
"""Bytes of code that no function covers from which on it is disassembled to see if a place is an instruction: within
some ten instructions a disassembler that began in the middle of one is in step."""


class Whole(Ground):
    """One ELF file of x86-64, all of whose code counts.

    Args:
        elf: its parts.
        shared: what was read of it before.
    """

    whole = True

    def __init__(self, elf: Elf, shared: Shared | None = None) -> None:
        super().__init__(elf, shared)
        self._parts = [(low, elf.at(low, high - low)) for low, high in elf.code]

    @cached_property
    def functions(self) -> Functions:
        """Those that the file has a table of."""
        return listed(self.elf, self.tables)

    def roots(self) -> Iterator[int]:
        """All at once."""
        yield ALL

    def counts(self, address: int) -> bool:
        """All that matters in it is found from the whole of it."""
        return address == ALL or address in self.sites

    @cached_property
    def asked(self) -> tuple[int, ...]:
        """One slot of those that are filled with the address of the same symbol: nothing else comes of the others."""
        return tuple(slots[0] for slots in self._same.values())

    def pointer(self, slot: int) -> int | Name | None:
        """Where a slot leads that the loader fills with somebody else's address."""
        return self.tables.imports.get(slot)

    def objects(self, _address: int, _size: int = 0) -> Iterable[int]:
        """Nothing more: what they lead to is reached already."""
        return ()

    @cached_property
    def sites(self) -> dict[int, list[int]]:
        """Places that make system calls, by the function that has them; or by a place before, where none has it."""
        found: dict[int, list[int]] = {}
        for low, code in self._parts:
            for place in syscalls(code, low):
                found.setdefault(self._entered(place), []).append(place)
        return {address: kept for address, places in found.items() if (kept := self._begun(address, places))}

    def _begun(self, address: int, places: list[int]) -> list[int]:
        """Those of some places in a function that begin an instruction; telling that is quicker than what it holds."""
        if not self.functions.begins(address):
            return places
        size = min(places[-1] + 2 - address, bounds.FUNCTION_BYTES)
        begins = {each[0] for each in instructions(self.elf, address, size)}
        return [place for place in places if place in begins]

    def places(self, address: int) -> tuple[int, ...]:
        """See :attr:`sites`."""
        return tuple(self.sites.get(address, ()))

    def _entered(self, place: int) -> int:
        """Where the function begins that a place is in; some bytes before it where none is known."""
        index = bisect_right(self.functions.starts, place) - 1
        if index >= 0 and place < self.functions.ends[index]:
            return self.functions.starts[index]
        low = self.functions.ends[index] if index >= 0 else self.elf.code[0][0]
        return max(low, place - _BEFORE)

    def held(self, address: int, at: int, place: str | int) -> Value | None:
        """As of any binary; in code without a table, nothing is known but constants close by."""
        if self.functions.begins(address):
            return super().held(address, at, place)
        starts = (address + step for step in range(4))
        code = next((one for one in (Code(self.elf, start, at + 2) for start in starts) if at in one), None)
        if code is None:
            return None
        value = code.held(at, place)
        return frozenset(each for each in value if isinstance(each, int)) or NOTHING_KNOWN

    def calls(self, _address: int, callee: int) -> list[tuple[int, int]]:
        """Places anywhere that call a function of this binary, or through a slot, or another one of the same symbol."""
        slots = self._same.get(self.tables.imports.get(callee), (callee,))
        targets = {*slots, *(entry for entry, slot in self._stubs.items() if slot in slots)}
        found = [each for target in targets for each in self._leading.get(target, ())]
        return sorted({(self._entered(place), place) for place in found})

    @cached_property
    def _same(self) -> dict[Name | None, list[int]]:
        """Slots of each symbol."""
        found: dict[Name | None, list[int]] = {}
        for slot, name in self.tables.imports.items():
            found.setdefault(name, []).append(slot)
        return found

    def points(self, address: int) -> bool:
        """Whether the address of a function is put into a register or into data, so that anybody may call it."""
        return address in self._pointed or (self.elf.fixed and not self.functions.every and self._written(address))

    def _written(self, address: int) -> bool:
        """Whether an absolute address stands in code or data."""
        word = address.to_bytes(8, "little")
        data = (
            self.elf.at(each.address, each.size) for each in self.elf.segments if each.offset and not each.executable
        )
        return any(word in each for each in data) or any(word[:4] in code for _, code in self._parts)

    @cached_property
    def _pointed(self) -> frozenset[int]:
        code = (target for low, text in self._parts for _place, target in taken(text, low))
        return frozenset({*self.tables.pointers.values(), *code})

    @cached_property
    def _stubs(self) -> dict[int, int]:
        slots = frozenset(self.tables.imports)
        return {entry: slot for low, code in self._parts for entry, slot in stubs(code, low, slots).items()}

    @cached_property
    def _leading(self) -> dict[int, list[int]]:
        """Places that call or jump to a function or an entry of the linkage table, or through a slot, by what it is."""
        found: dict[int, list[int]] = {}
        known = self.functions.known | self._stubs.keys()
        for low, code in self._parts:
            for place, target in branches(code, low):
                if target in known:
                    found.setdefault(target, []).append(place)
            for place, slot in through(code, low):
                if slot in self.tables.imports and place not in self._stubs:
                    found.setdefault(slot, []).append(place)
        return found
