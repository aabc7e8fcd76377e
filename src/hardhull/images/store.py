"""Where the parts of an image lie: a folder, an archive of which any part can be read, or a stream that comes once."""

from __future__ import annotations

import os
import posixpath
import stat
import time
from functools import partial
from typing import IO, TYPE_CHECKING, Protocol

from hardhull.images.cache import identity
from hardhull.images.errors import ImageError
from hardhull.images.image import DAMAGED, MOST_DOCUMENT, Blob
from hardhull.images.layer import normal
from hardhull.images.tape import CHUNK
from hardhull.images.tarwalk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_LINKS = 10
"""Symbolic links that lead on to one another."""


class Store(Protocol):
    """Named parts of an image."""

    def document(self, name: str) -> bytes | None:
        """A small part; None where there is none of that name.

        Raises:
            ImageError: it is not small, or cannot be read.
        """

    def blob(self, name: str, digest: str) -> Blob | None:
        """A layer that must have this digest; None where there is none of that name."""


class Folder:
    """A folder; symbolic links in it are not followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began = time.time()

    def document(self, name: str) -> bytes | None:
        """See :class:`Store`."""
        path = self._path / name
        if not _regular(path):
            return None
        if path.stat().st_size > MOST_DOCUMENT:
            raise ImageError(f"{name} has more than {MOST_DOCUMENT >> 20} MB", DAMAGED)
        return path.read_bytes()

    def blob(self, name: str, digest: str) -> Blob | None:
        """See :class:`Store`."""
        path = self._path / name
        if not _regular(path):
            return None
        return Blob(digest, partial(chunks_of, path, 0, -1), partial(identity, path, self._began))


class Archive:
    """A tar archive on disk: its heads are read, its content where it is asked for.

    Raises:
        BrokenLayerError: it is no tar archive, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began = time.time()
        self._parts: dict[str, tuple[int, int]] = {}
        self._links: dict[str, str] = {}
        with path.open("rb", buffering=0) as file:
            tape = _Seeking(file)
            for entry in walk(tape):
                name = normal(entry.path)
                if name and entry.kind == "f":
                    self._parts[name] = (tape.at, entry.size)
                elif name and entry.kind in "lh":
                    folder = posixpath.dirname(name) if entry.kind == "l" else ""
                    self._links[name] = posixpath.normpath(posixpath.join(folder, entry.link))

    def document(self, name: str) -> bytes | None:
        """See :class:`Store`."""
        found = self._find(name)
        if found is None:
            return None
        if found[1] > MOST_DOCUMENT:
            raise ImageError(f"{name} has more than {MOST_DOCUMENT >> 20} MB", DAMAGED)
        return b"".join(chunks_of(self._path, *found))

    def blob(self, name: str, digest: str) -> Blob | None:
        """See :class:`Store`."""
        found = self._find(name)
        if found is None:
            return None
        seen = partial(identity, self._path, self._began, f"{found[0]} {found[1]}")
        return Blob(digest, partial(chunks_of, self._path, *found), seen)

    def _find(self, name: str) -> tuple[int, int] | None:
        return self._parts.get(resolved(name, self._links))


def resolved(name: str, links: dict[str, str]) -> str:
    """What a name stands for: engines before 25 save a layer once, and link to it."""
    for _link in range(MOST_LINKS):
        if name not in links:
            break
        name = links[name]
    return name


class _Seeking:
    """A file as the tape that :func:`walk` reads: what is passed over is not read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self.at = 0
        self._buffer, self._begin = b"", 0

    def read(self, size: int) -> bytes:
        """The next bytes, fewer only at the end."""
        start = self.at - self._begin
        if not 0 <= start <= len(self._buffer) - size:
            self._file.seek(self.at)
            self._buffer, self._begin, start = self._file.read(max(size, 4096)), self.at, 0
        data = self._buffer[start : start + size]
        self.at += len(data)
        return data

    def skip(self, size: int) -> int:
        """Passes over bytes; how many there were."""
        passed = min(size, self._size - self.at)
        self.at += passed
        return passed


def chunks_of(path: Path, offset: int, size: int) -> Iterator[bytes]:
    """A part of a file, to its end where ``size`` is -1."""
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        left = size if size >= 0 else 1 << 62
        while left > 0:
            data = file.read(min(CHUNK, left))
            if not data:
                return
            left -= len(data)
            yield data


def _regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False
