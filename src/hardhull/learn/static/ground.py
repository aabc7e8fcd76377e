"""What the two ways to read a binary share: its tables, the names in it, and what registers hold at a place."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from hardhull.learn.static.symbols import FUNCTION, tables
from hardhull.learn.static.values import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.learn.static.elf import Elf
    from hardhull.learn.static.functions import Functions
    from hardhull.learn.static.symbols import Name
    from hardhull.learn.static.values import Value

_LIBRARY: Final = re.compile(rb"([\w.+-]+\.so(?:\.\d+)*)\0")
_LIBRARY_END: Final = re.compile(rb"\.so(?:\.\d+)*\0")
_MOST_NAMES: Final = 1000


class Ground(ABC):
    """One ELF file.

    Args:
        elf: its parts.
        digest: SHA-256 of its bytes, in hexadecimal digits; empty where nobody asks for it.
    """

    whole = False
    """Whether all of its code counts as reached."""

    def __init__(self, elf: Elf, digest: str) -> None:
        self.digest, self.elf = digest, elf
        self.tables = tables(elf)
        self._code: dict[int, Code] = {}
        self._values: dict[tuple[int, int, str | int], Value | None] = {}

    @property
    @abstractmethod
    def functions(self) -> Functions:
        """Where its functions begin and end."""

    @abstractmethod
    def roots(self) -> Iterator[int]:
        """Functions that run in any case."""

    @abstractmethod
    def places(self, address: int) -> tuple[int, ...]:
        """Where bytes stand that mean a system call, in the code that is entered at an address."""

    @abstractmethod
    def calls(self, address: int, callee: int) -> list[tuple[int, int]]:
        """Where the code that is entered at an address calls a function of this binary, or through a slot.

        Returns:
            Where the code is entered that has the place, and the place.
        """

    @abstractmethod
    def pointer(self, slot: int) -> int | Name | None:
        """Where the pointer in a slot leads: to an own address, or to a symbol of that name."""

    @abstractmethod
    def objects(self, address: int, size: int = 0) -> Iterable[int]:
        """Slots of pointers in an object of data."""

    def offered(self) -> Iterator[int]:
        """Every function that others may ask for by its name."""
        for several in self.tables.exports.values():
            yield from (each.value for each in several if each.kind in FUNCTION)

    def held(self, address: int, at: int, place: str | int) -> Value | None:
        """What is held at a place of the code that is entered at an address.

        Args:
            address: where the code is entered.
            at: where the instruction is.
            place: as in :meth:`Code.held`.

        Returns:
            None where no instruction begins there, so that what looked like one is none.
        """
        key = (address, at, place)
        if key not in self._values:
            if address not in self._code:
                self._code[address] = Code(self.elf, address, self.functions.end(address))
            code = self._code[address]
            self._values[key] = code.held(at, place) if at in code else None
        return self._values[key]

    @cached_property
    def libraries(self) -> dict[int, str]:
        """Texts in data that are the name of a library, by their address."""
        found: dict[int, str] = {}
        for segment in self.elf.segments:
            data = self.elf.at(segment.address, segment.size)
            for end in islice(_LIBRARY_END.finditer(data), _MOST_NAMES):
                begin = data.rfind(b"\0", max(0, end.start() - 100), end.start()) + 1
                match = _LIBRARY.match(data, begin)
                if match:
                    found[segment.address + begin] = match[1].decode()
        return found

    @cached_property
    def _names(self) -> dict[int, str]:
        named: dict[int, str] = {}
        for text, several in self.tables.exports.items():
            for each in several:
                if each.kind in FUNCTION:
                    named[each.value] = min(text, named.get(each.value, text), key=lambda name: (len(name), name))
        return named

    def called(self, address: int) -> str:
        """The name of the function that is entered at an address, or where it is."""
        return self._names.get(address) or f"the function at {address:#x}"
