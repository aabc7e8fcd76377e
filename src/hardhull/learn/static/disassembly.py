"""Instructions, from capstone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.learn.static.elf import Elf

Instruction = tuple[int, int, str, str]
"""Address, size, mnemonic and operands."""
_STEP: Final = {"amd64": 1, "arm64": 4}
"""How far to go on after bytes that are no instruction."""

_PIECE: Final = 4096
_LONGEST: Final = 16
"""Bytes that are given to capstone at a time, so that what is no code costs no more than code; of one instruction."""


@cache
def _engine(arch: str) -> Any:
    import capstone

    if arch == "arm64":
        return capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
    return capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)


def instructions(elf: Elf, start: int, size: int) -> Iterator[Instruction]:
    """The instructions of a stretch of code, from its beginning on; bytes that are none are passed over."""
    code = elf.at(start, size)
    engine, at = _engine(elf.arch), 0
    while at < len(code):
        piece = code[at : at + _PIECE]
        done = 0
        for each in engine.disasm_lite(piece, start + at):
            yield each
            done += each[1]
        # What stops in the middle of a piece is no instruction; at its end, one may only have been cut.
        cut = len(piece) == _PIECE and done > _PIECE - _LONGEST
        at += done if cut else done + _STEP[elf.arch]
