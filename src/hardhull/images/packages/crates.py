"""The crates that a Rust program was built from, where ``cargo auditable`` built it: compressed JSON in a section."""

from __future__ import annotations

import json
import zlib
from typing import Any

from hardhull.images.packages.interest import package
from hardhull.images.reader import Row, UnreadableFileError

MOST_STORED, MOST_LIST = 4 << 20, 32 << 20
"""Bytes of the list as it is stored, and uncompressed."""


class Crates:
    """Takes a program, of which one section counts.

    Args:
        path: of the program.
        offset: where the section begins.
        size: its bytes.
    """

    def __init__(self, path: str, offset: int, size: int) -> None:
        self._path = path
        self._from, self._to = offset, offset + min(size, MOST_STORED + 1)
        self._at = 0
        self._data = b""

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        start = max(self._from - self._at, 0)
        self._data += data[start : max(self._to - self._at, 0)]
        self._at += len(data)
        return self._at < self._to

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        if len(self._data) > MOST_STORED:
            raise UnreadableFileError("its list of crates is too large")
        engine = zlib.decompressobj()
        try:
            text = engine.decompress(self._data, MOST_LIST)
        except zlib.error:
            raise UnreadableFileError("its list of crates is damaged") from None
        if not engine.eof:
            raise UnreadableFileError("its list of crates is damaged, or too large")
        rows = json.loads(text)["packages"]
        found = (package("cargo", row["name"], row["version"]) for row in rows if _counts(row))
        return [Row(self._path, kind, data) for kind, data in found]


def _counts(row: dict[str, Any]) -> bool:
    """Whether it is in the program: crates of the build itself (macros, build scripts) are not.

    What lies in a folder of the program's own project (``source`` is ``local``) has no version that others know.
    """
    return bool(row.get("kind", "runtime") == "runtime" and row.get("source") != "local")
