"""What reads whole files, and what a package is as a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.images.reader import Row, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SMALL, TEXT, LARGE = 2 << 20, 64 << 20, 256 << 20
"""Bytes of a file about one package, of a list of all packages, and of a database or an archive."""


class Interest(NamedTuple):
    """Who reads a file.

    Attributes:
        read: path and content give (kind, plain data) for each thing found.
        most: bytes; a larger file is told as not read.
        head: whether the beginning of a larger file is enough.
    """

    read: Callable[[str, bytes], Iterable[tuple[str, Any]]]
    most: int = SMALL
    head: bool = False


class Whole:
    """Takes a file whole, then reads it."""

    def __init__(self, path: str, interest: Interest) -> None:
        self._path = path
        self._interest = interest
        self._parts: list[bytes] = []
        self._left = interest.most

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        self._parts.append(data[: self._left])
        self._left -= len(self._parts[-1])
        return self._left > 0

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts = []
        return [Row(self._path, kind, found) for kind, found in self._interest.read(self._path, data)]


def package(
    ecosystem: str, name: str, version: str, *, source: str = "", source_version: str = "", arch: str = "", **more: str
) -> tuple[str, dict[str, str]]:
    """A package as a row; empty values are left out.

    Raises:
        UnreadableFileError: a package without a name or version, or with one that is none.
    """
    name, version = name.strip(), version.strip()
    if not name or not version:
        raise UnreadableFileError(f"a package in it has no {'version' if name else 'name'}")
    row = {"ecosystem": ecosystem, "name": name, "version": version, "source": source}
    row |= {"source_version": source_version, "arch": arch, **more}
    if any(len(value) > MOST_TEXT or not value.isprintable() for value in row.values()):
        raise UnreadableFileError("a package in it has a name or version that is none")
    return "package", {key: value for key, value in row.items() if value}


MOST_TEXT = 500
