"""What a function refers to: found by the form of the instructions, without disassembling them.

Every direct call and every address relative to the instruction pointer is encoded in few ways; searching the bytes of
a function for these is some fifty times faster than disassembling it. All real references are found. A false one needs
stray bytes whose distance leads exactly to the beginning of a function or to a pointer: it makes the result larger.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_JCC: Final = re.compile(rb"\x0f[\x80-\x8f]", re.DOTALL)
"""jcc with a distance of 32 bits."""
_CALL: Final = re.compile(rb"[\xe8\xe9]", re.DOTALL)
"""call, jmp with one; two searches are a third quicker than one for both."""
_THROUGH: Final = re.compile(rb"\xff[\x15\x25]", re.DOTALL)
_SHORT: Final = re.compile(rb"[\xeb\x70-\x7f]", re.DOTALL)
_REACH: Final = 130
"""Jumps with a distance of 8 bits, and how far they go."""
_RELATIVE: Final = re.compile(rb"[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]", re.DOTALL)
"""A ModRM byte that says: the address is a distance from the next instruction."""
_TAKEN: Final = re.compile(rb"[\x48\x4c]\x8d[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]", re.DOTALL)
"""lea of such an address into a 64-bit register."""
_WIDE: Final = frozenset(b"\x6f\x28\x10")
"""Opcodes before it that load 16 bytes: two pointers at once."""
_INDIRECT: Final = 0xFF
_CALL_OR_JUMP: Final = frozenset(b"\x15\x25")
"""Opcode and ModRM bytes of calls and jumps to where a slot leads."""
_SYSCALL: Final = re.compile(rb"\x0f\x05")
_JUMP: Final = re.compile(rb"\xff\x25")
_BEFORE: Final = (b"\xf2", b"\xf3\x0f\x1e\xfa", b"\xf3\x0f\x1e\xfa\xf2")
"""An entry of the procedure linkage table is a jump to where a slot leads; and what may stand before it there."""

_signed = struct.Struct("<i").unpack_from


class References(NamedTuple):
    """What a function refers to.

    Attributes:
        branches: place and target of calls and jumps out of it.
        calls: place and slot of calls and jumps to where the pointer in a slot leads.
        loads: slots of pointers that are read for another use.
        syscalls: where bytes stand that mean a system call.
    """

    branches: list[tuple[int, int]]
    calls: list[tuple[int, int]]
    loads: list[int]
    syscalls: list[int]


def references(code: bytes, start: int, slots: frozenset[int]) -> References:
    """The references of one function of x86-64.

    Args:
        code: its bytes.
        start: the address of the first one.
        slots: where pointers are, so that only reading these counts.
    """
    end = start + len(code)
    calls, loads = _slots(code, start, slots)
    return References(
        _branches(code, start, end),
        calls,
        loads,
        [*syscalls(code, start)],
    )


def syscalls(code: bytes, start: int) -> Iterator[int]:
    """Where bytes stand that mean a system call."""
    yield from (start + match.start() for match in _SYSCALL.finditer(code))


def branches(code: bytes, start: int) -> list[tuple[int, int]]:
    """Places of calls and unconditional jumps with a distance of 32 bits, with where they lead; of a whole binary."""
    return _leading(_CALL, 1, code, start)


def through(code: bytes, start: int) -> list[tuple[int, int]]:
    """Places of calls and jumps to where a slot leads, with the slot; of a whole binary."""
    return _leading(_THROUGH, 2, code, start)


def _leading(pattern: re.Pattern[bytes], width: int, code: bytes, start: int) -> list[tuple[int, int]]:
    """Places of instructions whose code has ``width`` bytes, with where the distance of 32 bits behind it leads."""
    last, base = len(code) - 4, start + 4
    return [
        (start + at - width, base + at + _signed(code, at)[0])
        for match in pattern.finditer(code)
        if (at := match.end()) <= last
    ]


def _branches(code: bytes, start: int, end: int) -> list[tuple[int, int]]:
    last, base = len(code) - 4, start + 4
    return [
        (start + match.start(), target)
        for pattern in (_CALL, _JCC)
        for match in pattern.finditer(code)
        if (at := match.end()) <= last and not start < (target := base + at + _signed(code, at)[0]) < end
    ]


def short(code: bytes, start: int) -> list[tuple[int, int]]:
    """Place and target of what looks like a jump over up to 128 bytes out of a function, as between neighbours.

    Unlike the longer ones, one such jump in ten functions is made of stray bytes: they are to be looked at again.
    """
    end = start + len(code)
    found = []
    for begin in {0, max(0, len(code) - _REACH)}:
        for match in _SHORT.finditer(code, begin, min(begin + _REACH, len(code) - 1)):
            at = match.start()
            target = start + at + 2 + code[at + 1] - 256 * (code[at + 1] >> 7)
            if not start <= target < end:
                found.append((start + at, target))
    return found


def _slots(code: bytes, start: int, slots: frozenset[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Calls through slots, and slots that are read."""
    calls: list[tuple[int, int]] = []
    loads: list[int] = []
    last, base = len(code) - 4, start + 4
    for match in _RELATIVE.finditer(code):
        at = match.end()
        if at > last:
            break
        address = base + at + _signed(code, at)[0]
        if address in slots:
            if code[at - 2] == _INDIRECT and code[at - 1] in _CALL_OR_JUMP:
                calls.append((start + at - 2, address))
            else:
                loads.append(address)
        if code[at - 2] in _WIDE and address + 8 in slots:
            loads.append(address + 8)
    return calls, loads


def taken(code: bytes, start: int) -> list[tuple[int, int]]:
    """Places in code, and the addresses that are put into registers there; of a whole binary at once."""
    last, base = len(code) - 4, start + 4
    return [
        (start + at - 3, base + at + _signed(code, at)[0])
        for match in _TAKEN.finditer(code)
        if (at := match.end()) <= last
    ]


def absolute(code: bytes, low: int, high: int) -> Iterator[int]:
    """Numbers in code that may be absolute addresses, in a program that is loaded where it says.

    Args:
        code: of a function.
        low: the first address of the program.
        high: past its last one; above 4 GB no such program is.
    """
    tops = bytes({value >> 16 & 0xFF for value in range(low & ~0xFFFF, min(high, 1 << 24), 1 << 16)})
    if high >= 1 << 24 or not tops:
        tops = bytes(range(256))
    fourth = bytes(range(low >> 24 & 0xFF, (high >> 24 & 0xFF) + 1))
    pattern = re.compile(b"(?=(..[" + re.escape(tops) + b"][" + re.escape(fourth) + b"]))", re.DOTALL)
    for match in pattern.finditer(code):
        value = int.from_bytes(match[1], "little")
        if low <= value < high:
            yield value


def stubs(code: bytes, start: int, slots: frozenset[int]) -> dict[int, int]:
    """Entries of the procedure linkage table in code, and the slot whose pointer each jumps to.

    Args:
        code: a whole segment.
        start: the address of its first byte.
        slots: those whose pointers the loader fills in.
    """
    found: dict[int, int] = {}
    last = len(code) - 4
    for match in _JUMP.finditer(code):
        at = match.end()
        slot = start + at + 4 + _signed(code, at)[0] if at <= last else 0
        if slot in slots:
            at -= 2
            found[start + at] = slot
            for before in _BEFORE:
                if code.endswith(before, 0, at):
                    found[start + at - len(before)] = slot
    return found
