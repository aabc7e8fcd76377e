"""The parts of a 64-bit ELF file that its loader uses: segments, what it needs, symbols, relocations.

Sections are read by pyelftools; tables with up to a million rows (segments, symbols, relocations) are unpacked at once.
Nothing here trusts a count or an address of the file: what lies outside is not there.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cached_property
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MACHINES: Final = {62: "amd64", 183: "arm64"}
"""Go's names of the architectures that are read, by ``e_machine``."""
_HEADERS: Final = 1024
"""Segments, entries of the dynamic section, and sections that are looked at; real files have under 100."""
_EXECINSTR: Final = 4
_HEADER: Final = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT: Final = struct.Struct("<IIQQQQQQ")
_LOAD, _DYNAMIC, _INTERP, _EH_FRAME = 1, 2, 3, 0x6474E550
"""Types of segments: PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_EH_FRAME."""


class ElfError(Exception):
    """A file is no ELF file that can be read; the text says why."""


class Segment(NamedTuple):
    """A part of the file that is mapped: its address, place and bytes in the file, and its bytes in memory."""

    address: int
    offset: int
    size: int
    memory: int
    executable: bool
    writable: bool


class Elf:
    """One ELF file.

    Args:
        data: its bytes.

    Raises:
        ElfError: it is of another kind, or its headers make no sense.

    Attributes:
        arch: Go's name of its architecture.
        fixed: whether it is loaded at the address that it names, so that code may hold absolute addresses.
        entry: where it starts; 0 for a library.
        interpreter: path of its loader; empty where it has none.
        segments: those that are mapped, by address.
        tags: values of the dynamic section.
        needed, soname, runpath: of the dynamic section.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        header = _header(data)
        self.arch = MACHINES[header.machine]
        self.fixed = header.kind == 2
        self.entry = header.entry
        self._read_segments(header)

    def _read_segments(self, header: _Header) -> None:
        self.interpreter, self.eh_frame_hdr, dynamic = "", 0, None
        segments: list[Segment] = []
        rows = self.data[header.table : header.table + header.rows * _SEGMENT.size]
        whole = rows[: len(rows) - len(rows) % _SEGMENT.size]
        for kind, flags, offset, address, _, length, memory, _ in _SEGMENT.iter_unpack(whole):
            size = max(0, min(length, len(self.data) - offset))
            if kind == _LOAD:
                segments.append(Segment(address, offset, size, memory, bool(flags & 1), bool(flags & 2)))
            elif kind == _INTERP:
                self.interpreter = _text(self.data[offset : offset + min(size, 4096)])
            elif kind == _EH_FRAME:
                self.eh_frame_hdr = address
            elif kind == _DYNAMIC:
                dynamic = (offset, size)
        if sum(each.size for each in segments) > 2 * len(self.data):
            raise ElfError("its segments overlap")
        self.segments = sorted(segments)
        self._addresses = [each.address for each in self.segments]
        self._read_dynamic(dynamic)
        # Nearly always there is one stretch of code, and it is asked about for every address that is looked at.
        self._low, self._high = self.code[0] if self.code else (0, 0)
        self._alone = len(self.code) < 2

    def _read_dynamic(self, dynamic: tuple[int, int] | None) -> None:
        self.tags: dict[int, int] = {}
        several: list[int] = []
        offset, size = dynamic or (0, 0)
        rows = self.data[offset : offset + size - size % 16]
        for tag, value in islice(struct.iter_unpack("<qQ", rows), _HEADERS):
            if tag == 0:
                break
            several += [value] if tag == 1 else []
            self.tags.setdefault(tag, value)
        self.needed = tuple(dict.fromkeys(filter(None, (self.name(value) for value in several))))
        self.soname = self.name(self.tags[14]) if 14 in self.tags else ""
        runpath = self.tags.get(29, self.tags.get(15))
        self.runpath = tuple(self.name(runpath).split(":")) if runpath is not None else ()

    @cached_property
    def _sections(self) -> list[tuple[str, int, int, bool]]:
        """Name, address, size of each section, and whether it is code; none where the file does not tell."""
        from elftools.elf.elffile import ELFFile

        if not 0 < int.from_bytes(self.data[60:62], "little") <= _HEADERS:
            return []
        try:
            file: Any = ELFFile(BytesIO(self.data))
            return [
                (each.name, int(each["sh_addr"]), int(each["sh_size"]), bool(each["sh_flags"] & _EXECINSTR))
                for each in file.iter_sections()
            ]
        except Exception:  # noqa: BLE001  the library raises whatever its parts do
            return []

    def section(self, name: str) -> tuple[int, int] | None:
        """Address and size of a section; None where there is none of that name."""
        return next((each[1:3] for each in self._sections if each[0] == name), None)

    @cached_property
    def code(self) -> tuple[tuple[int, int], ...]:
        """Where code begins and ends. Linkers of before put other things into its segment: there, sections tell."""
        found: list[tuple[int, int]] = []
        for each in self.segments:
            end = each.address + each.size
            if not each.executable:
                continue
            inside = self._code_within(each.address, end) if each.offset == 0 else []
            found += inside or [(each.address, end)]
        return tuple(sorted(found))

    def _code_within(self, low: int, high: int) -> list[tuple[int, int]]:
        return [
            (start, start + size)
            for _name, start, size, code in self._sections
            if code and size and low <= start and start + size <= high
        ]

    def segment(self, address: int) -> Segment | None:
        """The segment that an address is in, as far as the file has bytes for it or zeros are mapped."""
        index = bisect_right(self._addresses, address) - 1
        if index < 0:
            return None
        found = self.segments[index]
        return found if address < found.address + max(found.size, found.memory) else None

    def at(self, address: int, size: int) -> bytes:
        """Bytes at an address; fewer, or none, where the file has no more there."""
        found = self.segment(address)
        if found is None:
            return b""
        start = found.offset + address - found.address
        return self.data[start : min(start + size, found.offset + found.size)]

    def executable(self, address: int) -> bool:
        """Whether an address is in code."""
        if self._low <= address < self._high or self._alone:
            return self._low <= address < self._high
        return any(low <= address < high for low, high in self.code)

    def word(self, address: int) -> int:
        """The 64-bit number at an address; 0 where there is none."""
        raw = self.at(address, 8)
        return int.from_bytes(raw, "little") if len(raw) == 8 else 0

    def name(self, offset: int) -> str:
        """A name in the dynamic string table."""
        return self.string(self.tags.get(5, 0) + offset)

    def string(self, address: int, most: int = 4096) -> str:
        """Text at an address, up to a zero byte."""
        return _text(self.at(address, most))

    def array(self, tag: int, size_tag: int) -> Sequence[int]:
        """Addresses of the words of an array that the dynamic section names (functions to call at start and end)."""
        address, size = self.tags.get(tag, 0), min(self.tags.get(size_tag, 0), _HEADERS * 8)
        return range(address, address + size, 8) if address else ()


class _Header(NamedTuple):
    """What is used of the file header: ``table`` is the place of the segments, ``rows`` their number."""

    kind: int
    machine: int
    entry: int
    table: int
    rows: int


def _header(data: bytes) -> _Header:
    """The file header.

    Raises:
        ElfError: it is of another kind.
    """
    if data[:4] != b"\x7fELF" or len(data) < _HEADER.size:
        raise ElfError("it is no ELF file")
    ident, kind, machine, _version, entry, phoff, _shoff, _flags, _, phentsize, phnum, _, _, _ = _HEADER.unpack_from(
        data
    )
    if ident[4] != 2 or ident[5] != 1:
        raise ElfError("it is a 32-bit or big-endian program")
    if machine not in MACHINES:
        raise ElfError(f"it is for another processor (machine {machine})")
    if kind not in {2, 3}:
        raise ElfError("it is neither a program nor a shared library")
    if phnum > _HEADERS or phentsize != 56:
        raise ElfError("its table of segments makes no sense")
    return _Header(kind, machine, entry, phoff, phnum)


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
