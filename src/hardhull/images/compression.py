"""Layers as they are stored: plain, gzip or zstd. Told by their first bytes: media types are often wrong."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from hardhull.images.errors import BrokenLayerError
from hardhull.images.tape import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SKIPPABLE = tuple(bytes((0x50 + low, 0x2A, 0x4D, 0x18)) for low in range(16))
"""Frames that a zstd stream may begin with and that hold nothing (RFC 8878, 3.1.2)."""
OTHERS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
MOST_WINDOW = 1 << 27
"""Bytes of history that a zstd stream may ask for: the specification asks decoders for 8 MB, `zstd --ultra` for 128."""


def begun(chunks: Iterator[bytes]) -> bytes:
    """The first bytes, enough to tell how they are compressed."""
    first = next(chunks, b"")
    while len(first) < 8:
        more = next(chunks, b"")
        if not more:
            break
        first += more
    return first


def is_plain(first: bytes) -> bool:
    """Whether bytes that begin like this are not compressed."""
    return not first.startswith((GZIP, ZSTD, *SKIPPABLE, *OTHERS))


def plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The uncompressed bytes.

    Raises:
        BrokenLayerError: the compressed data are damaged, or compressed in a way that images do not use.
    """
    first = begun(chunks)
    if first.startswith(GZIP):
        return _gzip(first, chunks)
    if first.startswith((ZSTD, *SKIPPABLE)):
        return _zstd(first, chunks)
    for magic, name in OTHERS.items():
        if first.startswith(magic):
            raise BrokenLayerError(f"it is compressed with {name}, which images do not allow")
    return chain(first, chunks)


def chain(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The first bytes, then the others."""
    yield first
    yield from chunks


def _gzip(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Members one after another; zeros behind the last one are padding."""
    from isal import isal_zlib

    from hardhull.leaks.registers import clear

    try:
        engine = isal_zlib.decompressobj(wbits=31)
        for chunk in chain(first, chunks):
            data = chunk
            while data:
                if engine.eof:
                    data = data.lstrip(b"\0")
                    if not data:
                        break
                    engine = isal_zlib.decompressobj(wbits=31)
                some = engine.decompress(data, CHUNK)
                clear()
                yield some
                data = engine.unused_data if engine.eof else engine.unconsumed_tail
        while not engine.eof:
            rest = engine.decompress(engine.unconsumed_tail, CHUNK)
            if not rest:
                raise BrokenLayerError("its compressed data end in the middle")
            clear()
            yield rest
    except isal_zlib.error:  # type: ignore[misc]  # it is one
        raise BrokenLayerError("its gzip data are damaged") from None


def _zstd(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    import zstandard

    source = _Source(first, chunks)
    decoder = zstandard.ZstdDecompressor(max_window_size=MOST_WINDOW)
    try:
        with decoder.stream_reader(cast("IO[bytes]", source), read_across_frames=True) as reader:
            while data := reader.read(CHUNK):
                yield data
    except zstandard.ZstdError:
        raise BrokenLayerError("its zstd data are damaged") from None


class _Source:
    """Chunks as something that zstandard reads from."""

    def __init__(self, first: bytes, chunks: Iterator[bytes]) -> None:
        self._left, self._chunks = first, chunks

    def read(self, size: int) -> bytes:
        if not self._left:
            self._left = next(self._chunks, b"")
        data, self._left = self._left[:size], self._left[size:]
        return data
