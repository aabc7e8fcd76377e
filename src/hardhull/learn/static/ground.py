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


class Shared:
    """What does not depend on how an ELF file is looked at.

    Args:
        elf: its parts.

    Attributes:
        tables: its symbols and relocations.
    """

    def __init__(self, elf: Elf) -> None:
        self.elf = elf
        self.tables = tables(elf)

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

    def offered(self) -> Iterator[int]:
        """Every function that others may ask for by its name."""
        for several in self.tables.exports.values():
            yield from (each.value for each in several if each.kind in FUNCTION)

    def data(self) -> Iterator[tuple[int, int]]:
        """Address and size of every object that others may ask for by its name: a module is described by one."""
        for several in self.tables.exports.values():
            yield from ((each.value, each.size) for each in several if each.kind not in FUNCTION)

    @cached_property
    def names(self) -> dict[int, str]:
        """The shortest name of each function that has one."""
        named: dict[int, str] = {}
        for text, several in self.tables.exports.items():
            for each in several:
                if each.kind in FUNCTION:
                    named[each.value] = min(text, named.get(each.value, text), key=lambda name: (len(name), name))
        return named


class Ground(ABC):
    """One ELF file.

    Args:
        elf: its parts.
        shared: what was read of it before.
    """

    whole = False
    """Whether all of its code counts as reached."""

    def __init__(self, elf: Elf, shared: Shared | None = None) -> None:
        self.elf = elf
        self.shared = shared or Shared(elf)
        self.tables = self.shared.tables
        self._code: dict[int, Code] = {}
        self._values: dict[tuple[int, int, str | int], Value | None] = {}

    @property
    @abstractmethod
    def functions(self) -> Functions:
        """Where its functions begin and end."""

    @abstractmethod
    def roots(self) -> Iterator[int]:
        """Functions that run in any case."""

    def begun(self) -> Iterable[int]:
        """Slots whose pointers lead to functions that run in any case."""
        return ()

    def pushed(self, at: int) -> int:
        """Bytes that a call or jump puts on the stack: a jump to another function leaves what its caller pushed."""
        if self.elf.arch != "amd64":
            return 0
        code = self.elf.at(at, 2)
        return 8 if code[:1] == b"\xe8" or code == b"\xff\x15" else 0

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

    def counts(self, _address: int) -> bool:
        """Whether anything follows from the code that is entered at an address being reached."""
        return True

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

    @property
    def libraries(self) -> dict[int, str]:
        """Texts in data that are the name of a library, by their address."""
        return self.shared.libraries

    def called(self, address: int) -> str:
        """The name of the function that is entered at an address, or where it is."""
        return self.shared.names.get(address) or f"the function at {address:#x}"
