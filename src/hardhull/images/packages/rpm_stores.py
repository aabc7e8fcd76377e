"""The three kinds of rpm's database, as bytes: each gives the headers of the packages. Nothing of it is trusted."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hardhull.images.reader import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STEPS = 50_000_000
"""Instructions of SQLite's machine for one database: an honest one of 3,000 packages takes 20,000."""
NDB, SLOT, BLOB = b"RpmP", b"Slot", b"BlbS"
NDB_PAGE, NDB_BLOCK = 4096, 16
HASH = 0x061561
"""Berkeley DB's magic of a hash database (db_page.h, DB_HASHMAGIC)."""
HASH_PAGES, OVERFLOW = (2, 13), 7
INLINE, ELSEWHERE = 1, 3
PAGE_HEAD = 26
DAMAGED = "the database is damaged"


def sqlite(data: bytes) -> Iterator[bytes]:
    """The table ``Packages`` of rpm's sqlite database (lib/backend/sqlite.c).

    Raises:
        UnreadableFileError: it is none.
    """
    import sqlite3

    own = bytearray(data)
    if own[:16] != b"SQLite format 3\0" or len(own) < 100:
        raise UnreadableFileError("it is no SQLite database")
    own[18:20] = b"\1\1"  # its journal is a file of its own, which a copy in memory cannot have
    connection = sqlite3.connect(":memory:")
    steps = iter(range(MOST_STEPS // 1000))
    try:
        connection.deserialize(bytes(own))
        connection.set_progress_handler(lambda: next(steps, None) is None, 1000)
        connection.execute("PRAGMA trusted_schema = OFF")
        kinds = connection.execute("SELECT type FROM sqlite_schema WHERE name = 'Packages'").fetchall()
        if kinds != [("table",)]:
            raise UnreadableFileError("it has no table of packages")
        for (blob,) in connection.execute("SELECT blob FROM Packages"):
            if isinstance(blob, bytes):
                yield blob
    except sqlite3.Error:
        raise UnreadableFileError(DAMAGED) from None
    finally:
        connection.close()


def ndb(data: bytes) -> Iterator[bytes]:
    """Rpm's own format (lib/backend/ndb/rpmpkg.c): pages of slots, each with the place of a blob.

    Raises:
        UnreadableFileError: it is damaged.
    """
    if data[:4] != NDB or len(data) < 32:
        raise UnreadableFileError("it is no package database")
    pages = struct.unpack_from("<I", data, 12)[0]
    end = min(pages * NDB_PAGE, len(data))
    for at in range(32, end - 15, 16):
        magic, index, block, _count = struct.unpack_from("<4sIII", data, at)
        if magic != SLOT:
            raise UnreadableFileError(DAMAGED)
        if not index:
            continue
        start = block * NDB_BLOCK
        if data[start : start + 4] != BLOB or start + 16 > len(data):
            raise UnreadableFileError(DAMAGED)
        own, size = struct.unpack_from("<4xI4xI", data, start)
        if own != index or start + 16 + size > len(data):
            raise UnreadableFileError(DAMAGED)
        yield data[start + 16 : start + 16 + size]


def berkeley(data: bytes) -> Iterator[bytes]:
    """A hash database of Berkeley DB (db_page.h): the values of all pairs; the first pair is rpm's own counter.

    Raises:
        UnreadableFileError: it is damaged.
    """
    for order in "<>":
        if len(data) >= 72 and struct.unpack_from(f"{order}I", data, 12)[0] == HASH:
            break
    else:
        raise UnreadableFileError("it is no hash database of Berkeley DB")
    size, last = struct.unpack_from(f"{order}I8xI", data, 20)
    if size not in {1 << power for power in range(9, 17)}:
        raise UnreadableFileError(DAMAGED)
    for page in range(1, min(last + 1, len(data) // size)):
        if data[page * size + 25] in HASH_PAGES:
            for value in _values(data, page * size, size, order):
                if len(value) > 16:
                    yield value


def _values(data: bytes, start: int, size: int, order: str) -> Iterator[bytes]:
    """The values of one page: every second item is one; items lie from the end of the page to its beginning."""
    count = struct.unpack_from(f"{order}H", data, start + 20)[0]
    if PAGE_HEAD + 2 * count > size:
        raise UnreadableFileError(DAMAGED)
    places = struct.unpack_from(f"{order}{count}H", data, start + PAGE_HEAD)
    for at in range(1, count, 2):
        place, before = places[at], places[at - 1]
        if place >= size or not place < before:
            raise UnreadableFileError(DAMAGED)
        kind = data[start + place]
        if kind == INLINE:
            yield data[start + place + 1 : start + before]
        elif kind == ELSEWHERE and place + 12 <= size:
            page, length = struct.unpack_from(f"{order}II", data, start + place + 4)
            yield _chain(data, page, length, size, order)


def _chain(data: bytes, page: int, length: int, size: int, order: str) -> bytes:
    """A value that fills pages of its own, each with the number of the next one."""
    parts: list[bytes] = []
    have = 0
    while page and have < length:
        start = page * size
        if start + size > len(data) or data[start + 25] != OVERFLOW:
            raise UnreadableFileError(DAMAGED)
        following, used = struct.unpack_from(f"{order}I2xH", data, start + 16)
        part = data[start + PAGE_HEAD : start + PAGE_HEAD + min(used, size - PAGE_HEAD)]
        if not part:
            raise UnreadableFileError(DAMAGED)
        parts.append(part)
        have += len(part)
        page = following
    return b"".join(parts)[:length]
