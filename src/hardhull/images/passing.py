"""An archive that comes once, as a stream: what in it is a layer is read as it passes by."""

from __future__ import annotations

import posixpath
from typing import IO, TYPE_CHECKING

from hardhull.images import layer as layers
from hardhull.images.compression import begun, chain, is_plain, plain
from hardhull.images.counter import Counter
from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.image import MOST_DOCUMENT, Blob
from hardhull.images.layer import normal
from hardhull.images.store import resolved
from hardhull.images.tape import CHUNK, Tape
from hardhull.images.tarwalk import looks_like_tar, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hardhull.images.layer import Layer
    from hardhull.images.reader import Reader

    Passed = Callable[[], tuple[Layer, tuple[str, ...]]]

MOST_DOCUMENTS = 64 << 20
"""Bytes of all that is no layer."""
MOST_STREAM = 256 << 30


class Passing:
    """A :class:`hardhull.images.store.Store` of what has passed.

    Args:
        chunks: the archive.
        readers: who looks at its layers.

    Raises:
        BrokenLayerError: it is no tar archive, or damaged.
        ImageError: it holds too much that is no layer.
    """

    def __init__(self, chunks: Iterator[bytes], readers: Sequence[Reader]) -> None:
        self._readers = readers
        self._documents: dict[str, bytes] = {}
        self._layers: dict[str, Passed] = {}
        self._links: dict[str, str] = {}
        tape = Tape(chunks, hashed=False, most=MOST_STREAM)
        kept = 0
        for entry in walk(tape):
            name = normal(entry.path)
            if name and entry.kind in "lh":
                folder = posixpath.dirname(name) if entry.kind == "l" else ""
                self._links[name] = posixpath.normpath(posixpath.join(folder, entry.link))
            if not name or entry.kind != "f":
                continue
            head = tape.peek(min(entry.size, 512))
            if looks_like_tar(head) or (head and not is_plain(head)):
                self._layers[name] = self._read(_content(tape, entry.size))
            elif entry.size <= MOST_DOCUMENT:
                self._documents[name] = tape.read(entry.size)
                kept += entry.size
                if kept > MOST_DOCUMENTS:
                    raise ImageError("it holds too much beside layers", "save the image again, alone")
        tape.drain()  # whoever sends it is waiting for that

    def document(self, name: str) -> bytes | None:
        """See :class:`hardhull.images.store.Store`."""
        return self._documents.get(resolved(name, self._links))

    def blob(self, name: str, digest: str) -> Blob | None:
        """See :class:`hardhull.images.store.Store`."""
        found = self._layers.get(resolved(name, self._links))
        return None if found is None else Blob(digest, lambda: iter(()), ready=found)

    def _read(self, chunks: Iterator[bytes]) -> Passed:
        """Which digest counts is told later: both are taken."""
        try:
            first = begun(chunks)
            counter = Counter(chain(first, chunks))
            passing = iter(counter)
            tape = Tape(plain(passing), hashed=not is_plain(first))
            found = layers.read(tape, self._readers)
            for _rest in passing:
                pass
        except BrokenLayerError as error:
            return _failing(str(error))
        digests = (counter.digest, tape.digest)
        return lambda: (found, digests)


def _failing(why: str) -> Passed:
    def fail() -> tuple[Layer, tuple[str, ...]]:
        raise BrokenLayerError(why)

    return fail


def _content(tape: Tape, size: int) -> Iterator[bytes]:
    while size:
        data = tape.read(min(size, CHUNK))
        if not data:
            return
        size -= len(data)
        yield data


def chunks_from(file: IO[bytes]) -> Iterator[bytes]:
    """What a pipe gives."""
    while data := file.read(CHUNK):
        yield data
