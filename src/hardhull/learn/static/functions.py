"""Where the functions of a binary begin and end.

A stripped binary still has the table by which exceptions are unwound (``.eh_frame``): it names every function that the
compiler made, and the halves into which it split some. Go's binaries have a table of their own (``.gopclntab``). Code
that neither covers (musl is built without, assembly may be) is disassembled from end to end: what is called there is
the beginning of a function.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.learn.static import bounds
from hardhull.learn.static.disassembly import instructions
from hardhull.learn.static.gotable import go_functions
from hardhull.learn.static.symbols import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.learn.static.elf import Elf
    from hardhull.learn.static.symbols import Tables

_TABLE: Final = bytes((1, 0x1B, 0x03, 0x3B))
"""Version and encodings of ``.eh_frame_hdr`` that every linker writes: pairs of offsets from its own address."""
_ENDS: Final = frozenset({"ret", "jmp", "hlt", "ud2", "b", "br", "brk", "udf"})
_CALLS: Final = frozenset({"call", "bl"})
_PADDING: Final = frozenset({"nop", "int3"})
_length: Final = struct.Struct("<I").unpack_from
_GAP: Final = 64
"""Bytes of code without a function that are padding, or stubs which are read by themselves."""


class Functions(NamedTuple):
    """Functions of one binary, by address.

    Attributes:
        starts, ends: of each, ascending; none overlaps the next.
        known: the starts once more.
        likely: where one may begin in code without a table: after what ends one.
        every: whether the linker left out what nothing refers to (Go), so that all of them count as reached.
        cut: why some may be missing; empty where none is.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    known: frozenset[int]
    likely: frozenset[int] = frozenset()
    every: bool = False
    cut: str = ""

    def end(self, address: int) -> int:
        """Where code that is entered at an address ends: where the next function begins, as far as there is code.

        Not where the table says: assembly that must not be unwound (the C library's ``clone3``) leaves its end out.
        """
        index = bisect_right(self.starts, address)
        return self.starts[index] if index < len(self.starts) else max(self.ends[-1] if self.ends else 0, address)

    def begins(self, address: int) -> bool:
        """Whether a function begins here."""
        return address in self.known

    def outside(self, address: int) -> bool:
        """Whether no function covers an address: so code there is of assembly that no table knows."""
        index = bisect_right(self.starts, address) - 1
        return index < 0 or address >= self.ends[index]


def functions(elf: Elf, tables: Tables) -> Functions:
    """All that can be told apart."""
    go = go_functions(elf, tables.pointers)
    spans = _spans(elf, tables, go)
    swept, likely, cut = _swept(elf, _gaps(elf, spans))
    return _functions(elf, spans, {*swept, *_entries(elf, tables)})._replace(likely=likely, every=bool(go), cut=cut)


def listed(elf: Elf, tables: Tables) -> Functions:
    """Those that a table names; code that none covers is not looked at."""
    go = go_functions(elf, tables.pointers)
    return _functions(elf, _spans(elf, tables, go), _entries(elf, tables))._replace(every=bool(go))


def _spans(elf: Elf, tables: Tables, go: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Start and end of functions, by all tables."""
    spans = dict(_unwound(elf)) or dict(_unlisted(elf))
    spans.update(go)
    named = {
        symbol.value: symbol.value + symbol.size
        for symbols in tables.exports.values()
        for symbol in symbols
        if symbol.kind in FUNCTION and symbol.size
    }
    spans = {**named, **spans}
    return {start: end for start, end in spans.items() if elf.executable(start) and end > start}


def _functions(elf: Elf, spans: dict[int, int], others: Iterable[int]) -> Functions:
    """The same in order, with functions of which only the beginning is known."""
    starts = sorted({*spans, *others})[: bounds.FUNCTIONS]
    ends = []
    for start, following in pairwise([*starts, 1 << 64]):
        limit = spans.get(start) or _end_of_code(elf, start)
        ends.append(min(limit, following))
    return Functions(tuple(starts), tuple(ends), frozenset(starts))


def _entries(elf: Elf, tables: Tables) -> set[int]:
    exported = (each.value for several in tables.exports.values() for each in several if each.kind in FUNCTION)
    return {address for address in (elf.entry, *tables.resolvers, *exported) if elf.executable(address)}


def _end_of_code(elf: Elf, address: int) -> int:
    return next((high for low, high in elf.code if low <= address < high), address)


def _unwound(elf: Elf) -> Iterator[tuple[int, int]]:
    """Start and end of every function in the table for unwinding."""
    base = elf.eh_frame_hdr
    head = elf.at(base, 12) if base else b""
    if len(head) < 12 or head[:4] != _TABLE:
        return
    count = min(int.from_bytes(head[8:12], "little"), bounds.FUNCTIONS)
    raw = elf.at(base + 12, count * 8)
    segment = elf.segment(base)
    entries = elf.at(segment.address, segment.size) if segment else b""  # they are where their list is
    before = base + 12 - segment.address if segment else 0
    last = len(entries) - 4
    for start, entry in struct.iter_unpack("<ii", raw[: len(raw) - len(raw) % 8]):
        at = before + entry
        if 0 <= at <= last:
            yield base + start, base + start + _length(entries, at)[0]


def _unlisted(elf: Elf) -> Iterator[tuple[int, int]]:
    """The same, from the entries themselves: static programs may have no list of them."""
    at, size = elf.section(".eh_frame") or (0, 0)
    end = at + size
    for _ in range(bounds.FUNCTIONS):
        head = elf.at(at, 16)
        if len(head) < 16 or at >= end:
            return
        length, owner, start, size = struct.unpack("<IIiI", head)
        if not 8 <= length < 0xFFFFFFF0:
            return
        if owner:  # else it is what several entries have in common
            yield at + 8 + start, at + 8 + start + size
        at += 4 + length


def _gaps(elf: Elf, spans: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Stretches of code that no function covers."""
    starts = sorted(spans)
    least = _GAP if spans else 1
    for begin, stop in elf.code:
        at = begin
        for start in starts[bisect_left(starts, at) : bisect_left(starts, stop)]:
            if start - at >= least:
                yield at, start
            at = max(at, spans[start])
        if stop - at >= least:
            yield at, stop


def _swept(elf: Elf, gaps: Iterable[tuple[int, int]]) -> tuple[set[int], frozenset[int], str]:
    """Code that nothing describes: what is called there, what may begin there, and why some is missing."""
    found: set[int] = set()
    likely: set[int] = set()
    left = bounds.SWEPT_BYTES
    for start, stop in gaps:
        size = min(stop - start, left)
        left -= size
        found.add(start)
        after_end = True
        for address, _size, name, operands in instructions(elf, start, size):
            if after_end and name not in _PADDING:
                likely.add(address)
            after_end = name in _ENDS or (after_end and name in _PADDING)
            if name in _CALLS and operands.lstrip("#").startswith("0x"):
                found.add(int(operands.lstrip("#"), 16))
        if size < stop - start:
            why = f"more than {bounds.SWEPT_BYTES >> 20} MB of code have no table of functions"
            return {each for each in found if elf.executable(each)}, frozenset(likely), why
    return {each for each in found if elf.executable(each)}, frozenset(likely), ""
