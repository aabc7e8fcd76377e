"""Bytes that are read once, front to back, in bounded memory; what passes by is hashed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hardhull.images.errors import BrokenLayerError

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1 << 20
"""Bytes that are read at a time: hashing and decompressing let go of the interpreter for as long."""
MOST_BYTES = 32 << 30
"""Of a layer, uncompressed. A bomb of zstd makes a million bytes of one, so the size of the input bounds nothing."""


class Tape:
    """Chunks of bytes as one stream.

    Args:
        chunks: the bytes; an empty chunk does not end them.
        hashed: whether :attr:`digest` is wanted.
        most: bytes after which the stream is taken to be a bomb.
    """

    def __init__(self, chunks: Iterator[bytes], *, hashed: bool = True, most: int = MOST_BYTES) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256() if hashed else None
        self._buffer = b""
        self._at = 0
        self._most = most
        self.passed = 0
        """Bytes that were taken from the chunks."""

    @property
    def digest(self) -> str:
        """``sha256:...`` of all that was taken; of everything, once :meth:`drain` was called."""
        return f"sha256:{self._hash.hexdigest()}" if self._hash else ""

    @property
    def at(self) -> int:
        """Bytes that were read or passed over."""
        return self.passed - len(self._buffer) + self._at

    def read(self, size: int) -> bytes:
        """The next bytes, fewer only at the end."""
        end = self._at + size
        if end <= len(self._buffer):
            data = self._buffer[self._at : end]
            self._at = end
            return data
        parts = [self._buffer[self._at :]]
        have = len(parts[0])
        self._buffer, self._at = b"", 0
        while have < size:
            chunk = self._next()
            if not chunk:
                break
            have += len(chunk)
            parts.append(chunk)
        if have > size:
            self._buffer = parts[-1]
            self._at = len(self._buffer) - (have - size)
            parts[-1] = self._buffer[: self._at]
        return b"".join(parts)

    def some(self, most: int) -> bytes:
        """The next bytes as they are at hand, at most so many, none at the end: whole chunks are not copied."""
        if self._at == len(self._buffer):
            self._buffer, self._at = self._next(), 0
        start, self._at = self._at, min(self._at + most, len(self._buffer))
        return self._buffer[start : self._at]

    def skip(self, size: int) -> int:
        """Passes over bytes; how many there were."""
        left = size - (len(self._buffer) - self._at)
        if left <= 0:
            self._at += size
            return size
        self._buffer, self._at = b"", 0
        while left > 0:
            chunk = self._next()
            if not chunk:
                return size - left
            if len(chunk) > left:
                self._buffer, self._at = chunk, left
            left -= len(chunk)
        return size

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay where they are."""
        end = self._at + size
        if end <= len(self._buffer):  # nearly always: nothing is copied
            return self._buffer[self._at : end]
        data = self.read(size)
        self._buffer = data + self._buffer[self._at :]
        self._at = 0
        return data

    def drain(self) -> None:
        """Passes over everything that is left."""
        self._buffer, self._at = b"", 0
        while self._next():
            pass

    def _next(self) -> bytes:
        for chunk in self._chunks:
            if not chunk:
                continue
            self.passed += len(chunk)
            if self.passed > self._most:
                raise BrokenLayerError(f"it holds more than {self._most >> 30} GiB")
            if self._hash:
                self._hash.update(chunk)
            return chunk
        return b""
