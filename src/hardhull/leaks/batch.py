"""Small files, searched together: most files of an image are small and hold nothing; one call says so of many.

They are joined by line ends. A pattern that matches in a file alone matches there too: a word ends at a line's end as
it does at the end of a file, and no pattern asks for the end of a file without taking a line's end for it (a law of the
tests). Where the call sees something, the file is scanned alone; so what is found never hangs on its neighbours.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from hardhull.leaks.scanner import is_simple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.leaks.engine import Engine

SMALL: Final = 64 << 10
"""Bytes of a file that is worth it."""
MOST: Final = 512 << 10
"""Bytes that are searched together: they are still near the processor since they were read."""
BORDER: Final = b"\n"


class Batch:
    """Files that wait to be searched."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._files: list[tuple[str, bytes]] = []
        self._size = 0

    def add(self, path: str, data: bytes) -> bool:
        """One more file; whether there are enough."""
        self._files.append((path, data))
        self._size += len(data)
        return self._size >= MOST

    def taken(self) -> Iterator[tuple[str, bytes]]:
        """Those that have to be scanned alone, in their order; none waits any longer."""
        files, self._files, self._size = self._files, [], 0
        touched = self._touched([data for _path, data in files]) if files else set()
        for at, (path, data) in enumerate(files):
            if at in touched or not is_simple(path, data):
                yield path, data

    def _touched(self, files: list[bytes]) -> set[int]:
        """The numbers of those in which a pattern matches, or in front of or behind which."""
        ends = self._engine.ends(BORDER.join(files))
        borders = list(accumulate(len(data) + len(BORDER) for data in files)) if ends else []
        return {bisect_left(borders, end) for end in ends}
