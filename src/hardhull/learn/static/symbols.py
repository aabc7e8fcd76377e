"""Symbols and relocations of an ELF file: what it offers, what it asks others for, and where its pointers lead."""

from __future__ import annotations

import struct
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.learn.static import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.learn.static.elf import Elf

_HASH, _STRTAB, _SYMTAB, _RELA, _RELASZ, _PLTRELSZ, _JMPREL = 4, 5, 6, 7, 8, 2, 23
_RELRSZ, _RELR, _GNU_HASH, _VERSYM, _VERDEF, _VERNEED = 35, 36, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE
_MOST_VERSIONS: Final = 10_000
_LONGEST: Final = 16384
"""Bytes of one name: those of C++ templates run to thousands."""

FUNCTION: Final = frozenset({2, 10})
"""Types of symbols that are code: STT_FUNC and STT_GNU_IFUNC."""


class _Kinds(NamedTuple):
    """Numbers of relocations.

    Attributes:
        relative: of an own address.
        linked: of a symbol's address, in the tables through which code is linked.
        symbolic: of a symbol's address, in data; or of its content.
        resolved: of what a resolver answers.
    """

    relative: int
    linked: frozenset[int]
    symbolic: frozenset[int]
    resolved: int


_KINDS: Final = {
    "amd64": _Kinds(8, frozenset({6, 7}), frozenset({1, 5}), 37),
    "arm64": _Kinds(1027, frozenset({1025, 1026}), frozenset({257, 1024}), 1032),
}


class Name(NamedTuple):
    """A symbol's name, with the version that is asked for; empty for any."""

    text: str
    version: str


class Symbol(NamedTuple):
    """A symbol that a file defines.

    Attributes:
        name: with its version.
        hidden: whether it is meant only for who asks for its version.
        value: its address.
        size: bytes; 0 where the file does not tell.
        kind: ``STT_`` number.
    """

    name: Name
    hidden: bool
    value: int
    size: int
    kind: int


class Tables(NamedTuple):
    """All of a file's symbols and relocations.

    Attributes:
        exports: what it defines, by name.
        imports: which symbol's address is put into which slot.
        linked: slots among these that are no part of any object in data: code alone refers to them, one by one.
        pointers: which own address is put into which slot.
        resolvers: functions that the loader asks for an address.
    """

    exports: dict[str, list[Symbol]]
    imports: dict[int, Name]
    linked: frozenset[int]
    pointers: dict[int, int]
    resolvers: tuple[int, ...]


def tables(elf: Elf) -> Tables:
    """Reads them; rows that lead out of the file are not there."""
    kinds = _KINDS[elf.arch]
    relocations = list(_relocations(elf))
    # Hash tables list only what is defined; what is asked for besides is known from the relocations that ask for it.
    asked = max((info >> 32 for _slot, info, _addend in relocations), default=0) + 1
    count = min(max(_hashed(elf), _gnu_hashed(elf), asked), bounds.SYMBOLS)
    rows = _symbols(elf, count)
    versions = _versions(elf, count)
    names = [_name(index, row[0], versions) for index, row in enumerate(rows)]
    exports: dict[str, list[Symbol]] = {}
    for (_offset, info, _other, section, value, size), (name, hidden) in zip(rows, names, strict=True):
        if section and info >> 4 and info & 15 in {0, 1, 2, 10} and name.text:
            exports.setdefault(name.text, []).append(Symbol(name, hidden, value, size, info & 15))
    imports: dict[int, Name] = {}
    linked: list[int] = []
    pointers, resolvers = dict(_packed(elf)), []
    for slot, info, addend in relocations:
        kind, index = info & 0xFFFFFFFF, info >> 32
        if kind == kinds.relative:
            pointers[slot] = addend & 0xFFFFFFFFFFFFFFFF
        elif kind == kinds.resolved:
            resolvers.append(addend)
        elif index < len(names) and (kind in kinds.symbolic or kind in kinds.linked) and names[index][0].text:
            imports[slot] = names[index][0]
            linked += [slot] if kind in kinds.linked else []
    return Tables(exports, imports, frozenset(linked), pointers, tuple(resolvers))


def _symbols(elf: Elf, count: int) -> list[tuple[int, int, int, int, int, int]]:
    """Rows of the dynamic symbol table: name, info, other, section, value, size."""
    address = elf.tags.get(_SYMTAB, 0)
    raw = elf.at(address, count * 24) if address else b""
    return list(struct.iter_unpack("<IBBHQQ", raw[: len(raw) - len(raw) % 24]))


def _hashed(elf: Elf) -> int:
    """How many symbols there are, from the old hash table: as many as chains."""
    raw = elf.at(elf.tags[_HASH], 8) if _HASH in elf.tags else b""
    return int.from_bytes(raw[4:], "little")


def _gnu_hashed(elf: Elf) -> int:
    """How many there are, from GNU's hash table: the last one of the last chain, or where no chain is, the imports."""
    address = elf.tags.get(_GNU_HASH, 0)
    raw = elf.at(address, 16) if address else b""
    if len(raw) < 16:
        return 0
    buckets, first, words, _shift = struct.unpack("<4I", raw)
    start = address + 16 + words * 8
    last = max((int(value) for (value,) in struct.iter_unpack("<I", _whole(elf.at(start, buckets * 4), 4))), default=0)
    if last < first:
        return int(first)
    chain = _whole(elf.at(start + buckets * 4 + (last - first) * 4, 4 * bounds.SYMBOLS), 4)
    values = (int(value) for (value,) in struct.iter_unpack("<I", chain))
    return next((last + n + 1 for n, value in enumerate(values) if value & 1), last + 1)


def _name(index: int, offset: int, versions: _Versions) -> tuple[Name, bool]:
    number = versions.numbers[index] if index < len(versions.numbers) else 1
    version = versions.names.get(number & 0x7FFF, "") if number & 0x7FFF > 1 else ""
    return Name(versions.strings.text(offset), version), bool(number & 0x8000)


class _Strings:
    """The dynamic string table, read once."""

    def __init__(self, elf: Elf) -> None:
        self._left = bounds.NAME_BYTES
        self._raw = elf.at(elf.tags.get(_STRTAB, 0), min(elf.tags.get(10, 0), bounds.FILE_BYTES))

    def text(self, offset: int) -> str:
        """The name at an offset; empty where there is none, or it is longer than names are."""
        end = self._raw.find(b"\0", offset, offset + _LONGEST)
        self._left -= max(0, end - offset)
        return self._raw[offset:end].decode("utf-8", "surrogateescape") if end > offset and self._left >= 0 else ""


class _Versions(NamedTuple):
    numbers: tuple[int, ...]
    names: dict[int, str]
    strings: _Strings


def _versions(elf: Elf, count: int) -> _Versions:
    strings = _Strings(elf)
    numbers: tuple[int, ...] = ()
    names: dict[int, str] = {}
    if _VERSYM in elf.tags:
        raw = _whole(elf.at(elf.tags[_VERSYM], 2 * count), 2)
        numbers = tuple(value for (value,) in struct.iter_unpack("<H", raw))
        names.update(_defined(elf, strings))
        names.update(_asked(elf, strings))
    return _Versions(numbers, names, strings)


def _defined(elf: Elf, strings: _Strings) -> Iterator[tuple[int, str]]:
    at = elf.tags.get(_VERDEF, 0)
    for _ in range(_MOST_VERSIONS if at else 0):
        raw = elf.at(at, 20)
        if len(raw) < 20:
            return
        _version, _flags, index, _count, _hash, aux, following = struct.unpack("<HHHHIII", raw)
        yield index & 0x7FFF, strings.text(int.from_bytes(elf.at(at + aux, 4), "little"))
        if not following:
            return
        at += following


def _asked(elf: Elf, strings: _Strings) -> Iterator[tuple[int, str]]:
    at, left = elf.tags.get(_VERNEED, 0), _MOST_VERSIONS
    while at and left > 0:
        raw = elf.at(at, 16)
        if len(raw) < 16:
            return
        _version, count, _file, aux, following = struct.unpack("<HHIII", raw)
        inner = at + aux
        for _ in range(min(count, left)):
            row = elf.at(inner, 16)
            if len(row) < 16:
                break
            _hash, _flags, other, name, step = struct.unpack("<IHHII", row)
            yield other & 0x7FFF, strings.text(name)
            inner += step
        left -= count + 1
        at = at + following if following else 0


def _relocations(elf: Elf) -> Iterable[tuple[int, int, int]]:
    """Slot, info and addend of every relocation with an addend (both architectures have no others)."""
    for table, size in ((_RELA, _RELASZ), (_JMPREL, _PLTRELSZ)):
        if table in elf.tags:
            raw = elf.at(elf.tags[table], min(elf.tags.get(size, 0), 24 * bounds.RELOCATIONS))
            yield from struct.iter_unpack("<QQq", _whole(raw, 24))


def _packed(elf: Elf) -> Iterator[tuple[int, int]]:
    """Slots of the packed table (DT_RELR), whose targets stand in the slots themselves."""
    address = elf.tags.get(_RELR, 0)
    raw = elf.at(address, min(elf.tags.get(_RELRSZ, 0), 8 * bounds.RELOCATIONS // 64)) if address else b""
    yield from islice(((slot, elf.word(slot)) for slot in _unpacked(_whole(raw, 8))), bounds.RELOCATIONS)


def _unpacked(raw: bytes) -> Iterator[int]:
    base = 0
    for (word,) in struct.iter_unpack("<Q", raw):
        if not word & 1:
            yield word
            base = word + 8
            continue
        for bit in range(63):
            if word >> (bit + 1) & 1:
                yield base + 8 * bit
        base += 63 * 8


def _whole(raw: bytes, size: int) -> bytes:
    """As many whole rows as there are."""
    return raw[: len(raw) - len(raw) % size]
