"""Archives inside of files: zip and its family, tar, gzip, bzip2, xz and zstd; unpacked in memory, and only so far.

What is not looked into is said: never is an archive passed over as if it were empty.
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from isal import isal_zlib

from hardhull.leaks.registers import clear, crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_MEMBERS: Final = 100_000
MOST_UNPACKED: Final = 512 << 20
"""Bytes that one archive, with all inside of it, may unpack to."""
MOST_DEPTH: Final = 3
CHUNK: Final = 1 << 18


class Member(NamedTuple):
    """A file in an archive: its name, and its bytes."""

    name: str
    data: bytes


class Unread(NamedTuple):
    """What of an archive was not read: its name in the archive (empty: the rest of it), and why."""

    name: str
    why: str


class Budget:
    """How much more may be unpacked."""

    def __init__(self, left: int = MOST_UNPACKED) -> None:
        self.left = left

    def take(self, size: int) -> bool:
        """Whether so many bytes may be unpacked yet."""
        self.left -= size
        return self.left >= 0


def kind_of(head: bytes) -> str:
    """Which archive begins so; empty for none."""
    if head.startswith(_BEGINNINGS):
        return next(kind for magic, kind in _MAGIC if head.startswith(magic))
    return "tar" if head[257:262] == b"ustar" else ""


_MAGIC: Final = (
    (b"PK\x03\x04", "zip"), (b"\x1f\x8b\x08", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)  # fmt: skip
_BEGINNINGS: Final = tuple(magic for magic, _kind in _MAGIC)


def members(data: bytes, kind: str, budget: Budget) -> Iterator[Member | Unread]:
    """What is in an archive; the last thing is an :class:`Unread` where it could not be read to its end."""
    try:
        yield from _READERS[kind](data, budget)
    except _TooLargeError:
        yield Unread("", f"it unpacks to more than {MOST_UNPACKED >> 20} MiB")
    except _DAMAGED as error:
        yield Unread("", f"it is damaged ({type(error).__name__})")


class _TooLargeError(Exception):
    pass


_DAMAGED: Final[tuple[type[Exception], ...]] = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, isal_zlib.error, lzma.LZMAError, OSError, EOFError, ValueError,
    NotImplementedError, OverflowError, UnicodeError,
)  # type: ignore[assignment]  # fmt: skip  # isal's is one


def _pull(read: Callable[[int], bytes], budget: Budget) -> bytes:
    """All bytes that a reader gives, within the budget."""
    parts = []
    while chunk := read(CHUNK):
        if not budget.take(len(chunk)):
            raise _TooLargeError
        parts.append(chunk)
    return b"".join(parts)


def _zip(data: bytes, budget: Budget) -> Iterator[Member | Unread]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        for entry in entries[:MOST_MEMBERS]:
            if entry.is_dir() or not entry.file_size:
                continue
            if entry.flag_bits & 1:
                yield Unread(entry.filename, "it is encrypted")
                continue
            try:
                if entry.compress_type == zipfile.ZIP_DEFLATED and not entry.flag_bits & _PATCHED:
                    yield Member(entry.filename, _inflated(data, entry, budget))
                    continue
                with archive.open(entry) as file:
                    yield Member(entry.filename, _pull(file.read, budget))
            except _DAMAGED_MEMBER as error:
                yield Unread(
                    entry.filename, f"it is damaged, or packed in a way that is not read ({type(error).__name__})"
                )
        if len(entries) > MOST_MEMBERS:
            yield Unread("", f"it has more than {MOST_MEMBERS:,} members")


def _inflated(data: bytes, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    """A member at once: ``zipfile`` takes it in small pieces, and zlib is slow (APPNOTE.TXT, 4.3.7, 4.4.4)."""
    at = entry.header_offset
    magic, name, extra = _LOCAL.unpack_from(data, at)
    if magic != _MAGIC[0][0]:
        raise zipfile.BadZipFile
    at += _LOCAL.size + name + extra
    engine = isal_zlib.decompressobj(wbits=-15)
    found = engine.decompress(memoryview(data)[at : at + entry.compress_size], budget.left + 1)
    if not budget.take(len(found)):
        raise _TooLargeError
    if not engine.eof or crc32(found) != entry.CRC:
        raise zipfile.BadZipFile
    return found


_LOCAL: Final = struct.Struct("<4s22xHH")
"""The head of a member: lengths of its name and of what else stands in front of its data."""
_PATCHED: Final = 0x20 | 0x40
"""Flags of data that zipfile refuses: patches, and strong encryption."""
_DAMAGED_MEMBER: Final[tuple[type[Exception], ...]] = (
    zipfile.BadZipFile, zlib.error, isal_zlib.error, struct.error, lzma.LZMAError, OSError, EOFError,
    NotImplementedError,
)  # type: ignore[assignment]  # fmt: skip  # isal's is one


def _tar(data: bytes, budget: Budget) -> Iterator[Member | Unread]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for count, entry in enumerate(archive):
            if count >= MOST_MEMBERS:
                yield Unread("", f"it has more than {MOST_MEMBERS:,} members")
                return
            if entry.issparse():
                yield Unread(entry.name, "it is a sparse file")
                continue
            file = archive.extractfile(entry) if entry.isreg() and entry.size else None
            if file is not None:
                yield Member(entry.name, _pull(file.read, budget))
            archive.members = []  # type: ignore[attr-defined]  # it would keep all


def _gzip(data: bytes, budget: Budget) -> Iterator[Member | Unread]:
    parts: list[bytes] = []
    rest = data
    while rest.startswith(b"\x1f\x8b"):
        engine = isal_zlib.decompressobj(wbits=31)
        while not engine.eof:
            chunk = engine.decompress(rest, budget.left + 1)  # nearly always all of it
            clear()
            rest = engine.unconsumed_tail
            if not chunk and not rest and not engine.eof:
                raise EOFError
            if not budget.take(len(chunk)):
                raise _TooLargeError
            parts.append(chunk)
        rest = engine.unused_data
    yield Member("", parts[0] if len(parts) == 1 else b"".join(parts))


def _bzip2(data: bytes, budget: Budget) -> Iterator[Member | Unread]:
    with bz2.BZ2File(io.BytesIO(data)) as file:
        yield Member("", _pull(file.read, budget))


def _xz(data: bytes, budget: Budget) -> Iterator[Member | Unread]:
    with lzma.LZMAFile(io.BytesIO(data)) as file:
        yield Member("", _pull(file.read, budget))


def _zstd(data: bytes, budget: Budget) -> Iterator[Member | Unread]:
    try:
        import zstandard
    except ImportError:
        yield Unread("", "the package zstandard is not installed")
        return
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data, read_across_frames=True) as reader:
            yield Member("", _pull(reader.read, budget))
    except zstandard.ZstdError:
        yield Unread("", "it is damaged (ZstdError)")


_READERS: Final[dict[str, Callable[[bytes, Budget], Iterator[Member | Unread]]]] = {
    "zip": _zip, "tar": _tar, "gzip": _gzip, "bzip2": _bzip2, "xz": _xz, "zstd": _zstd,
}  # fmt: skip
