"""What compilers leave in programs, found while the bytes pass by: a program may be larger than memory.

Go's build information stands in the middle (Go's debug/buildinfo, from Go 1.18). The list of crates that ``cargo
auditable`` adds is a section, and only the end of a program says where its sections are: it is asked for again then.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package
from hardhull.images.reader import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

GO_MAGIC = b"\xff Go buildinf:"
GO_ALIGN = 16
"""Where the magic stands in a file (Go's debug/buildinfo)."""
GO_HEAD = 32
"""Bytes of magic, pointer size, flags and padding before the texts."""
INFO_MARK = 16
"""Bytes of the marks around the module lines (runtime/debug, modinfo)."""
MOST_INFO = 16 << 20
CRATES = b".dep-v0\0"
"""A section's name (github.com/rust-secure-code/cargo-auditable, PARSING.md)."""
HEAD = 64
"""Bytes of a program's beginning that say where its table of sections is (elf(5))."""
TAIL = 256 << 10
"""Bytes of a program's end in which its table of sections is looked for."""


class Program:
    """Takes a program."""

    def __init__(self, path: str, size: int) -> None:
        self._path = path
        self._size = size
        self._at = 0
        self._window = b""
        self._info: bytearray | None = None
        self._rows: list[tuple[str, Any]] = []
        self._head = b""

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        if len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
        if self._info is not None:
            self._more_info(data)
        elif not self._rows:
            self._look(data)
        self._window = (self._window + data)[-TAIL:] if len(data) < TAIL else data[-TAIL:]
        self._at += len(data)
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        if self._info is not None:
            self._finish(bytes(self._info))
        if CRATES in self._window:
            self._rows += self._section()
        return [Row(self._path, kind, data) for kind, data in self._rows]

    def _look(self, data: bytes) -> None:
        """Looks for the magic in what came, and where that meets what came before."""
        before = self._window[-GO_HEAD:]
        for at in _all(before + data[:GO_HEAD], len(before)):
            if self._begins(self._at - len(before) + at, before[at:] + data):
                return
        for at in _all(data, len(data)):
            if self._begins(self._at + at, data[at:]):
                return

    def _begins(self, offset: int, data: bytes) -> bool:
        """Whether build information begins at an offset of the file."""
        if offset % GO_ALIGN:
            return False
        self._info = bytearray(data)
        self._more_info(b"")
        return self._waits or bool(self._rows)

    @property
    def _waits(self) -> bool:
        """Whether more of the texts has to come."""
        return self._info is not None

    def _more_info(self, data: bytes) -> None:
        """Collects until both texts are whole."""
        if self._info is None:
            return
        self._info += data
        if len(self._info) <= GO_HEAD:
            return
        if not self._info[15] & 2:  # before 1.18 there are pointers instead
            self._info = None
            return
        _version, after, whole = _text(self._info, GO_HEAD)
        if whole:
            _modules, _after, whole = _text(self._info, after)
        if whole or len(self._info) > MOST_INFO:
            self._finish(bytes(self._info))

    def _finish(self, info: bytes) -> None:
        self._info = None
        version, after, whole = _text(info, GO_HEAD)
        if not whole or not version.startswith(("go1", "devel")):
            return
        modules, _after, whole = _text(info, after)
        self._rows += _modules_of(version, modules if whole else "")

    def _section(self) -> Iterator[tuple[str, Any]]:
        """Where the list of crates stands in the file, as the table of sections says (elf(5))."""
        place = section_of(self._head, self._window, self._size)
        if place is not None:
            yield "again", {"how": "crates", "offset": place[0], "size": place[1]}


def _all(data: bytes, end: int) -> Iterator[int]:
    """Where Go's magic stands that begins before ``end``."""
    found = data.find(GO_MAGIC)
    while 0 <= found < end:
        yield found
        found = data.find(GO_MAGIC, found + 1)


def section_of(head: bytes, tail: bytes, size: int) -> tuple[int, int] | None:
    """Offset and size of the section with the crates; None where the table of sections is not at the end."""
    wide, little = head[4:5] == b"\2", "<" if head[5:6] == b"\1" else ">"
    try:
        if wide:
            table = struct.unpack_from(f"{little}Q", head, 0x28)[0]
            entry, count, names = struct.unpack_from(f"{little}HHH", head, 0x3A)
        else:
            table = struct.unpack_from(f"{little}I", head, 0x20)[0]
            entry, count, names = struct.unpack_from(f"{little}HHH", head, 0x2E)
        begin = size - len(tail)
        rows = [_row(tail, table - begin + entry * at, wide, little) for at in range(count)]
        strings = rows[names][1] - begin
        for name, offset, length in rows:
            start = strings + name
            if start >= 0 and tail[start : start + len(CRATES)] == CRATES:
                return offset, length
    except (struct.error, IndexError):
        return None
    return None


def _row(tail: bytes, at: int, wide: bool, little: str) -> tuple[int, int, int]:
    """Name, offset and size of one section."""
    if at < 0:
        raise IndexError(at)
    if wide:
        name, offset, size = struct.unpack_from(f"{little}I20xQQ", tail, at)
    else:
        name, offset, size = struct.unpack_from(f"{little}I12xII", tail, at)
    return name, offset, size


def _text(data: bytes | bytearray, at: int) -> tuple[str, int, bool]:
    """A length as a variable-length number, then that many bytes; and whether they are all there."""
    length = shift = 0
    while at < len(data) and shift < 35:
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            whole = at + length <= len(data)
            return bytes(data[at : at + length]).decode("utf-8", "replace") if whole else "", at + length, whole
    return "", at, False


def _modules_of(version: str, text: str) -> Iterator[tuple[str, Any]]:
    """Lines ``mod``, ``dep`` and ``=>`` (which replaces the one above), tabs between path, version and sum."""
    if version.startswith("go1"):
        yield package("golang", "stdlib", version.split(maxsplit=1)[0].removeprefix("go"))
    lines = text[INFO_MARK:-INFO_MARK].splitlines() if len(text) >= 2 * INFO_MARK else []
    rows = [line.split("\t") for line in lines]
    for row, following in zip(rows, [*rows[1:], [""]], strict=True):
        if row[0] == "dep" and following[0] == "=>":
            continue
        if row[0] in {"mod", "dep", "=>"} and len(row) >= 3 and row[2] and row[2] != "(devel)":
            yield package("golang", row[1], row[2])
