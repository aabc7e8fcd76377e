"""A tar stream, entry by entry: ustar, GNU long names, pax (POSIX.1-2001; gnu.org/software/tar/manual, Standard).

Written without ``tarfile``, which makes an object of forty attributes for every entry, and follows what a hostile
archive asks for (sizes of extended headers are not bounded there).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zlib import adler32

from hardhull.images.errors import BrokenLayerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class Readable(Protocol):
        """What is walked over: a :class:`hardhull.images.tape.Tape`, or a file of which little is read."""

        @property
        def at(self) -> int:
            """Bytes that were read or passed over."""

        def read(self, size: int) -> bytes:
            """The next bytes, fewer only at the end."""

        def skip(self, size: int) -> int:
            """Passes over bytes; how many there were."""


BLOCK = 512
MOST_ENTRIES = 1_000_000
MOST_EXTENDED = 1 << 20
"""Bytes of an extended header; a path has at most 4,096, and extended attributes 65,536."""
MOST_PATH = 8192
KINDS = {b"0": "f", b"\0": "f", b"7": "f", b"S": "f", b"1": "h", b"2": "l", b"3": "c", b"4": "b", b"5": "d", b"6": "p"}
_ZERO = bytes(BLOCK)
ADLER = 65521
_OCTAL = re.compile(rb"[ \0]*([0-7]*)[ \0]*", re.DOTALL)
_PAX = re.compile(rb"(\d{1,8}) ([^=\n]{1,255})=")
_TIMES = re.compile(rb"(?:\d+ [acm]time=[\d.]*\n)*")
"""A pax header with times alone, as most are: it tells nothing that is asked for."""


class Entry(NamedTuple):
    """One file of a layer.

    Attributes:
        path: without a leading slash; bytes that are no UTF-8 as surrogates.
        kind: ``f`` file, ``d`` folder, ``l`` symbolic link, ``h`` hard link, ``c`` or ``b`` device, ``p`` pipe.
        mode: the permission bits with setuid, setgid and sticky; likewise ``uid`` and ``gid``.
        size: bytes of content.
        link: where a link leads, as it is written.
    """

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    link: str = ""


def looks_like_tar(head: bytes) -> bool:
    """Whether a first block is one of a tar archive; an archive may also be empty."""
    return len(head) >= BLOCK and (head[:BLOCK] == _ZERO or _sum_is_right(head[:BLOCK]))


def walk(tape: Readable) -> Iterator[Entry]:
    """The entries; behind a file's entry the tape stands at its content, of which the caller reads what it wants.

    Raises:
        BrokenLayerError: it is no tar archive, or ends in the middle.
    """
    long: dict[str, bytes] = {}
    count = 0
    while True:
        head = tape.read(BLOCK)
        if head == _ZERO:
            if tape.read(BLOCK) not in {_ZERO, b""}:  # as Go's archive/tar, which engines use
                raise BrokenLayerError("something stands behind the end of its tar archive")
            return
        if len(head) < BLOCK:
            if head:
                raise BrokenLayerError("its tar archive ends in the middle")
            return
        if not _sum_is_right(head):
            raise BrokenLayerError("it is no tar archive" if not count else f"entry {count + 1} of its tar is damaged")
        count += 1
        if count > MOST_ENTRIES:
            raise BrokenLayerError(f"it has more than {MOST_ENTRIES} entries")
        flag, size = head[156:157], _number(head[124:136])
        if flag in b"xgLKX":
            data = _extended(tape, size)
            if flag in b"xX":
                if not _TIMES.fullmatch(data):
                    _pax(data, long)
            elif flag != b"g":
                long["path" if flag == b"L" else "linkpath"] = data.partition(b"\0")[0]
            continue
        if "size" in long:
            size = _decimal(long["size"])
        if flag == b"S":
            _skip_sparse_map(tape, head)
        kind = KINDS.get(flag, "f")
        stored = size if kind == "f" else 0  # others have a head alone, whatever it says, as for Go's archive/tar
        entry = _entry(head, kind, stored, long)
        long.clear()
        before = tape.at
        yield entry
        if stored:
            left = stored + (-stored % BLOCK) - (tape.at - before)
            if left and tape.skip(left) < left - (-stored % BLOCK):
                raise BrokenLayerError("its tar archive ends in the middle")


def _sum_is_right(head: bytes) -> bool:
    """Whether the checksum in a head is that of its bytes.

    The lower half of Adler-32 (RFC 1950) is the sum of all bytes and one, modulo 65521, and zlib adds fifty times as
    fast as ``sum``. Of what a block can add up to, it takes no more than two sums for one another.
    """
    return adler32(head) & 0xFFFF == _adler_of(head[148:156])


@lru_cache(maxsize=8192)
def _adler_of(field: bytes) -> int:
    """The lower half of Adler-32 of a head with this checksum, which counts its own field as blanks; -1 for none.

    Some old programs added signed bytes, which images never have.
    """
    found = _OCTAL.match(field)
    return (int(found[1], 8) - 8 * ord(" ") + sum(field) + 1) % ADLER if found is not None and found[1] else -1


@lru_cache(maxsize=8192)
def _number(field: bytes) -> int:
    """Octal, or the base-256 form of large numbers."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        if field[0] & 0x40 or value > 1 << 62:
            raise BrokenLayerError("a number in its tar archive is out of bounds")
        return value
    found = _OCTAL.fullmatch(field.partition(b"\0")[0])
    if not found:
        raise BrokenLayerError("a number in its tar archive is none")
    return int(found[1] or b"0", 8)


def _decimal(data: bytes) -> int:
    if not data.isdigit() or len(data) > 18:
        raise BrokenLayerError("a number in its tar archive is none")
    return int(data)


@lru_cache(maxsize=1024)
def _rights(fields: bytes) -> tuple[int, int, int]:
    """Mode, owner and group, which decide nothing about where the next entry is: a wrong one is 0."""
    return _loose(fields[:8]) & 0o7777, _loose(fields[8:16]), _loose(fields[16:])


def _loose(field: bytes) -> int:
    try:
        return _number(field)
    except BrokenLayerError:
        return 0


def _extended(tape: Readable, size: int) -> bytes:
    if size > MOST_EXTENDED:
        raise BrokenLayerError("an extended header of its tar archive is too large")
    stored = size + (-size % BLOCK)
    data = tape.read(stored)
    if len(data) < stored:
        raise BrokenLayerError("its tar archive ends in the middle")
    return data[:size]


def _pax(data: bytes, into: dict[str, bytes]) -> None:
    """Records of the form ``LENGTH KEY=VALUE`` and a line end."""
    at = 0
    while found := _PAX.match(data, at):
        end = at + int(found[1])
        if end > len(data) or end <= found.end():
            break
        key = found[2]
        if key in {b"path", b"linkpath", b"size", b"uid", b"gid"}:
            into[key.decode()] = data[found.end() : end - 1]
        elif key == b"GNU.sparse.name":
            into["sparse"] = data[found.end() : end - 1]
        at = end


def _skip_sparse_map(tape: Readable, head: bytes) -> None:
    """An old GNU sparse file continues its map in blocks of their own."""
    more = head[482]
    while more:
        block = tape.read(BLOCK)
        if len(block) < BLOCK:
            raise BrokenLayerError("its tar archive ends in the middle")
        more = block[504]


def _entry(head: bytes, kind: str, size: int, long: dict[str, bytes]) -> Entry:
    mode, uid, gid = _rights(head[100:124])
    name = None
    if long:
        name = long.get("sparse") or long.get("path")
        uid = _decimal(long["uid"]) if long.get("uid", b"").isdigit() else uid
        gid = _decimal(long["gid"]) if long.get("gid", b"").isdigit() else gid
    if name is None:
        name = head[:100].partition(b"\0")[0]
        if head[345] and head[257:263] == b"ustar\0":
            name = head[345:500].partition(b"\0")[0] + b"/" + name
    if kind == "f" and name.endswith(b"/"):
        kind = "d"  # from before POSIX
    text = str(name if len(name) <= MOST_PATH else name[: MOST_PATH + 1], "utf-8", "surrogateescape")
    if kind not in "lh":
        return Entry(text, kind, mode, uid, gid, size)
    link = long["linkpath"] if "linkpath" in long else head[157:257].partition(b"\0")[0]
    return Entry(text, kind, mode, uid, gid, size, link[:MOST_PATH].decode("utf-8", "surrogateescape"))
