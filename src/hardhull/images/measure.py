"""The reader that measures: a checksum of every file, for what is there twice, and who the users of an image are.

The checksum is CRC-32 (isal: some 10 GB/s), together with the size: whoever makes two files collide makes a size that
we advise to spare too large, and nothing else rests on it.
"""

from __future__ import annotations

import re
from array import array
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final

from hardhull.images.packages.interest import Interest, Whole
from hardhull.images.reader import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.images.files import Files
    from hardhull.images.layer import Part
    from hardhull.images.reader import LayerReader, Sink
    from hardhull.images.tarwalk import Entry

NAME: Final = "measure"
SUMS, USERS, GROUPS = "sums", "users", "groups"
"""Kinds of rows."""
ACCOUNTS: Final = {"etc/passwd": USERS, "etc/group": GROUPS}
MOST_ACCOUNTS: Final = 1 << 20
MOST_NAME: Final = 256
NUMBER: Final = re.compile(r"[0-9]{1,10}")
"""Of a user or a group."""


class Measure:
    """The reader: see :class:`hardhull.images.reader.Reader`.

    Args:
        alone: whether no other reader wants all of every file: then this one does, for the checksums.
    """

    name = NAME
    fingerprint = ""

    def __init__(self, *, alone: bool = True) -> None:
        self._alone = alone

    def of_layer(self, *, again: bool) -> LayerReader:  # noqa: ARG002
        """One for a layer."""
        return _InLayer(alone=self._alone)


class _InLayer:
    """Looks at the files of one layer."""

    def __init__(self, *, alone: bool) -> None:
        self._other = _Nothing() if alone else None

    def open(self, entry: Entry, _head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        if entry.path in ACCOUNTS and entry.size <= MOST_ACCOUNTS:
            return Whole(entry.path, Interest(_accounts, MOST_ACCOUNTS))
        return self._other

    def missed(self, files: Files, part: Part) -> LayerReader | None:
        """Keeps the checksums in the order of the files: nothing is read again."""
        part.rows.append(Row("", SUMS, b64encode(files.sums.tobytes()).decode()))
        return None


class _Nothing:
    """Wants everything and keeps nothing."""

    def feed(self, _data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        return []


def _accounts(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    yield ACCOUNTS[path], accounts(data)


def accounts(data: bytes) -> list[list[str]]:
    """Lines of passwd(5) and group(5) that are some: name, number, and the group's number or the group's members."""
    found = []
    for line in data.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if len(fields) > 3 and NUMBER.fullmatch(fields[2]) and 0 < len(fields[0]) <= MOST_NAME:
            found.append([fields[0], fields[2], fields[3]])
    return found


def sums_of(part: Part) -> array[int]:
    """What was kept; empty where it kept nothing."""
    made: array[int] = array("I")
    for row in part.rows:
        if row.kind == SUMS:
            made.frombytes(b64decode(row.data))
    return made
