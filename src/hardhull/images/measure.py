"""The reader that measures: a checksum of every file, for what is there twice, and who the users of an image are.

The checksum is CRC-32 (isal: some 10 GB/s), together with the size: whoever makes two files collide makes a size that
we advise to spare too large, and nothing else rests on it.
"""

from __future__ import annotations

import re
from array import array
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final

from isal.isal_zlib import crc32

from hardhull.images.reader import Row

if TYPE_CHECKING:
    from hardhull.images.files import Files
    from hardhull.images.layer import Part
    from hardhull.images.reader import LayerReader, Sink
    from hardhull.images.tarwalk import Entry

NAME: Final = "measure"
SUMS, USERS, GROUPS = "sums", "users", "groups"
"""Kinds of rows."""
ACCOUNTS: Final = {"etc/passwd": USERS, "etc/group": GROUPS}
NOTHING: Final[list[Row]] = []
MOST_ACCOUNTS: Final = 1 << 20
MOST_NAME: Final = 256
NUMBER: Final = re.compile(r"[0-9]{1,10}")
"""Of a user or a group."""


class Measure:
    """The reader: see :class:`hardhull.images.reader.Reader`."""

    name = NAME
    fingerprint = ""

    def of_layer(self, *, again: bool) -> LayerReader:  # noqa: ARG002
        """One for a layer."""
        return _InLayer()


class _InLayer:
    """Sees the files of one layer, one after the other, so that it takes their content itself."""

    def __init__(self) -> None:
        self._sums: dict[str, int] = {}
        self._path = ""
        self._sum = 0
        self._kept: list[bytes] | None = None

    def open(self, entry: Entry, _head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        self._path, self._sum = entry.path, 0
        self._kept = [] if entry.path in ACCOUNTS and entry.size <= MOST_ACCOUNTS else None
        return self

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        self._sum = crc32(data, self._sum)
        if self._kept is not None:
            self._kept.append(data)
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        self._sums[self._path] = self._sum
        if self._kept is None:
            return NOTHING
        return [Row(self._path, ACCOUNTS[self._path], accounts(b"".join(self._kept)))]

    def missed(self, files: Files, part: Part) -> LayerReader | None:
        """Keeps the checksums in the order of the files: nothing is read again."""
        sums = self._sums
        found = array("I", [sums.get(path, 0) for path, _kind in files.kinds])
        part.rows.append(Row("", SUMS, b64encode(found.tobytes()).decode()))
        return None


def accounts(data: bytes) -> list[list[str]]:
    """Lines of passwd(5) and group(5) that are some: name, number, and the group's number or the group's members."""
    found = []
    for line in data.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if len(fields) > 3 and NUMBER.fullmatch(fields[2]) and 0 < len(fields[0]) <= MOST_NAME:
            found.append([fields[0], fields[2], fields[3]])
    return found


def sums_of(part: Part) -> array[int]:
    """What :meth:`_InLayer.missed` kept; empty where it kept nothing."""
    made: array[int] = array("I")
    for row in part.rows:
        if row.kind == SUMS:
            made.frombytes(b64decode(row.data))
    return made
