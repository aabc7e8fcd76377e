"""What a function of 64-bit Arm refers to: its instructions all have four bytes, of which the last one tells the kind.

An address is made in two steps, a page and a distance in it, which may stand apart: the page that a register held last
is remembered in the order of the code. As on x86-64, what cannot be told apart makes the result larger, not smaller.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from hardhull.learn.static.references import References

_KINDS: Final = re.compile(
    rb"[\x10\x30\x50\x70\x90\xb0\xd0\xf0\x91\xf9\xa9\x3d\x14-\x17\x94-\x97\x54\x34-\x37\xb4-\xb7\xd4]"
)
"""Last bytes of: adr, adrp, add, ldr, ldp, ldr of 16 bytes, b, bl, b.cond, cbz and tbz, svc."""
_SYSCALL: Final = 0xD4000001
_LANDING: Final = 0xD503245F
"""bti c: where an indirect jump may land."""


def references(code: bytes, start: int, slots: frozenset[int]) -> References:
    """The references of one function, as :func:`hardhull.learn.static.references.references` gives them."""
    found = References([], [], [], [])
    end = start + len(code)
    pages: dict[int, int] = {}
    for match in _KINDS.finditer(code[3::4]):
        at = match.start() * 4
        if at + 4 > len(code):
            break
        word = int.from_bytes(code[at : at + 4], "little")
        place = start + at
        if word == _SYSCALL:
            found.syscalls.append(place)
            continue
        target = _branch(word, place)
        if target is not None:
            if not start < target < end:
                found.branches.append((place, target))
            continue
        if word >> 24 & 0x1F == 0x10:
            _page(word, place, pages)
        elif (page := pages.get(word >> 5 & 31)) is not None:
            found.loads.extend(slot for slot in _slots(word, page) if slot in slots)
    return found


def taken(code: bytes, start: int) -> list[tuple[int, int]]:
    """Places in code, and the addresses that are put into registers there; of a whole binary at once."""
    found: list[tuple[int, int]] = []
    pages: dict[int, int] = {}
    for match in _KINDS.finditer(code[3::4]):
        at = match.start() * 4
        word = int.from_bytes(code[at : at + 4], "little")
        if word >> 24 & 0x1F == 0x10:  # adr, adrp
            target = _page(word, start + at, pages)
            found += [(start + at, target)] if target is not None else []
        elif word >> 22 == 0x244:  # add of a number to a 64-bit register
            page = pages.get(word >> 5 & 31)
            found += [(start + at, page + (word >> 10 & 0xFFF))] if page is not None else []
    return found


def _branch(word: int, place: int) -> int | None:
    """Where a direct jump or call leads; None for another instruction."""
    if word >> 26 & 0x1F == 0x05:  # b, bl
        return place + 4 * _signed(word, 26)
    if word >> 24 == 0x54 or word >> 25 & 0x3F == 0x1A:  # b.cond, cbz, cbnz
        return place + 4 * _signed(word >> 5, 19)
    if word >> 25 & 0x3F == 0x1B:  # tbz, tbnz
        return place + 4 * _signed(word >> 5, 14)
    return None


def _page(word: int, place: int, pages: dict[int, int]) -> int | None:
    """Remembers the page that adrp puts into a register; gives the address that adr puts there."""
    distance = _signed((word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3, 21)
    if not word >> 31:
        return place + distance
    pages[word & 31] = (place & ~0xFFF) + (distance << 12)
    return None


def _slots(word: int, page: int) -> tuple[int, ...]:
    """What an instruction reads at a page."""
    middle = word >> 10 & 0xFFF
    if word >> 22 == 0x3E5:  # ldr of 8 bytes
        return (page + middle * 8,)
    if word >> 22 == 0x0F7:  # ldr of 16 bytes
        return page + middle * 16, page + middle * 16 + 8
    if word >> 22 == 0x2A5:  # ldp of two times 8 bytes
        at = page + 8 * _signed(word >> 15, 7)
        return at, at + 8
    return ()


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def stubs(code: bytes, start: int, slots: frozenset[int]) -> dict[int, int]:
    """Entries of the procedure linkage table in code, and the slot whose pointer each jumps to."""
    found: dict[int, int] = {}
    words = [word for (word,) in struct.iter_unpack("<I", code[: len(code) - len(code) % 4])]
    for index in range(1, len(words)):
        if words[index] & 0xFFC003FF != 0xF9400211 or words[index - 1] & 0x9F00001F != 0x90000010:
            continue  # ldr x17, [x16, ...] after adrp x16, ...
        place = start + 4 * (index - 1)
        page = words[index - 1]
        distance = _signed((page >> 5 & 0x7FFFF) << 2 | page >> 29 & 3, 21) << 12
        slot = (place & ~0xFFF) + distance + (words[index] >> 10 & 0xFFF) * 8
        if slot in slots:
            found[place] = slot
            if index > 1 and words[index - 2] == _LANDING:
                found[place - 4] = slot
    return found
