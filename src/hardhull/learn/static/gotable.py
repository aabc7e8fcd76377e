"""The table of functions that every Go program holds (``runtime.pclntab``), also one without symbols."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from hardhull.learn.static import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardhull.learn.static.elf import Elf

_MAGIC: Final = (b"\xf1\xff\xff\xff\0\0", b"\xf0\xff\xff\xff\0\0")
"""How it begins, since Go 1.20 and 1.18."""
_HEAD: Final = struct.Struct("<6xBB8Q")
_TEXT_WORD: Final = 22
"""Where ``runtime.moduledata`` has the address of the code, in words from its beginning, which points to the table."""
_MOST_PLACES: Final = 64


def go_functions(elf: Elf, pointers: Mapping[int, int]) -> list[tuple[int, int]]:
    """Start and end of every function of a Go program; none where it is not one of Go 1.18 or later.

    Args:
        elf: the program.
        pointers: where its slots lead that the loader fills in.
    """
    for segment in elf.segments:
        for magic in _MAGIC:
            at = elf.data.find(magic, segment.offset, segment.offset + segment.size)
            for _ in range(_MOST_PLACES):
                if at < 0:
                    break
                rows = _rows(elf, at, segment.address + at - segment.offset, pointers)
                if rows:
                    return rows
                at = elf.data.find(magic, at + 1, segment.offset + segment.size)
    return []


def _rows(elf: Elf, at: int, address: int, pointers: Mapping[int, int]) -> list[tuple[int, int]]:
    """The functions of a table.

    Args:
        elf: the program.
        at: where in the file it may begin.
        address: the same place, in memory.
        pointers: as above.
    """
    head = elf.data[at : at + _HEAD.size]
    if len(head) < _HEAD.size:
        return []
    quantum, word, count, _files, text, _names, _units, _file_names, _lines, table = _HEAD.unpack(head)
    if quantum not in {1, 4} or word != 8 or not 0 < count <= bounds.FUNCTIONS or table > len(elf.data):
        return []
    raw = elf.data[at + table : at + table + count * 8 + 4]
    if len(raw) < count * 8 + 4:
        return []
    offsets = struct.unpack_from(f"<{count * 2 + 1}I", raw)[::2]
    for begin in (text, *_begins(elf, address, pointers)):
        rows = [(begin + start, begin + stop) for start, stop in pairwise(offsets)]
        if begin and all(elf.executable(start) for start, _ in rows[:100]):
            return rows
    return []


def _begins(elf: Elf, table: int, pointers: Mapping[int, int]) -> Iterator[int]:
    """Where its code may begin; the table of Go 1.26 leaves that to the structure that points to it."""
    places = [slot for slot, target in pointers.items() if target == table][:_MOST_PLACES]
    for segment in elf.segments:
        at = elf.data.find(struct.pack("<Q", table), segment.offset, segment.offset + segment.size)
        places += [segment.address + at - segment.offset] if at >= 0 else []
    for place in places:
        word = place + 8 * _TEXT_WORD
        yield pointers.get(word) or elf.word(word)
    section = elf.section(".text")
    if section:
        yield section[0]
