"""A program or library of an image that was read, and the two ways to look at its code."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hardhull.learn.static.binary import Binary
from hardhull.learn.static.ground import Shared
from hardhull.learn.static.whole import Whole

if TYPE_CHECKING:
    from hardhull.learn.static.elf import Elf


class Part:
    """One file. What is found out about it is kept with it, for all programs that have it.

    Args:
        path: where it is, without links.
        elf: its parts.
        digest: SHA-256 of its bytes, in hexadecimal digits.
    """

    def __init__(self, path: str, elf: Elf, digest: str) -> None:
        self.path, self.elf, self.digest = path, elf, digest
        self.shared = Shared(elf)
        self.tables = self.shared.tables
        self.size = sum(high - low for low, high in elf.code)

    @cached_property
    def whole(self) -> Whole:
        """With all of its code."""
        return Whole(self.elf, self.shared)

    @cached_property
    def followed(self) -> Binary:
        """Function by function."""
        return Binary(self.elf, self.shared)

    @property
    def wholly(self) -> bool:
        """Whether it can be taken as a whole: that is known for one processor."""
        return self.elf.arch == "amd64"

    @cached_property
    def every(self) -> bool:
        """Whether its linker left out what nothing refers to (Go), so that all of it is reached anyway."""
        return self.wholly and self.elf.entry != 0 and self.elf.section(".gopclntab") is not None

    @cached_property
    def loads(self) -> bool:
        """Whether it asks for the function that loads libraries."""
        return any(name.text == "dlopen" for name in self.tables.imports.values())
