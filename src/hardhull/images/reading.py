"""Reads the layers of an image, each from the cache where its digest is known to be what was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.images import layer as layers
from hardhull.images.compression import begun, chain, is_plain, plain
from hardhull.images.counter import Counter
from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.image import DAMAGED
from hardhull.images.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.images.cache import Cache
    from hardhull.images.image import Blob, Image, LayerPlace, Opened
    from hardhull.images.layer import Layer
    from hardhull.images.reader import Reader


class ReadImage(NamedTuple):
    """An image with its layers, lowest first; None stands for one that could not be read (``broken`` says why)."""

    image: Image
    layers: tuple[Layer | None, ...]
    broken: tuple[tuple[LayerPlace, str], ...]


def read(opened: Opened, readers: Sequence[Reader], cache: Cache) -> ReadImage:
    """Reads all layers. A damaged one does not hide the others."""
    found: list[Layer | None] = []
    broken = []
    once: dict[str, Layer] = {}
    for place, blob in zip(opened.image.layers, opened.blobs, strict=True):
        try:
            if blob.digest not in once:
                once[blob.digest] = _layer(blob, place, readers, cache)
            found.append(once[blob.digest])
        except BrokenLayerError as error:
            found.append(None)
            broken.append((place, str(error)))
    return ReadImage(opened.image, tuple(found), tuple(broken))


def _layer(blob: Blob, place: LayerPlace, readers: Sequence[Reader], cache: Cache) -> Layer:
    if blob.ready is not None:
        layer, digests = blob.ready()
        _same(blob.digest if blob.digest in digests else digests[0], blob.digest)
        cache.keep(blob.digest, layer, readers)
        return layer
    identity = blob.identity()
    known = cache.verified(identity)
    if not known and cache.layer(blob.digest, readers) is not None:
        known = _hashed(blob, place)  # what it claims to be was read before: it has to be that
        _saw(blob, identity, known, cache)
    if known:
        _same(known, blob.digest)
        kept = cache.layer(known, readers)
        if kept is not None:
            return kept
    layer, digest = pass_over(blob, readers, stored=blob.digest != place.digest)
    _same(digest, blob.digest)
    cache.keep(digest, layer, readers)
    _saw(blob, identity, digest, cache)
    return layer


def _saw(blob: Blob, identity: str, digest: str, cache: Cache) -> None:
    """A file that was changed while it was read is not one that has this digest."""
    if identity and blob.identity() == identity:
        cache.saw(identity, digest)


def _hashed(blob: Blob, place: LayerPlace) -> str:
    """The digest of the bytes as they are stored, or uncompressed where that is the one which is claimed."""
    chunks = blob.open()
    tape = Tape(plain(chunks) if blob.digest == place.digest else chunks)
    tape.drain()
    return tape.digest


def pass_over(blob: Blob, readers: Sequence[Reader], *, stored: bool) -> tuple[Layer, str]:
    """Reads the bytes of a layer once.

    Returns:
        The layer, and the digest of the bytes as they are ``stored``, else of the uncompressed ones.

    Raises:
        BrokenLayerError: it is damaged or too large.
    """
    chunks = blob.open()
    first = begun(chunks)
    if is_plain(first) or not stored:
        tape = Tape(plain(chain(first, chunks)))
        return layers.read(tape, readers, lambda: _once_more(blob, tape.digest, stored=False)), tape.digest
    counter = Counter(chain(first, chunks))
    passing = iter(counter)
    tape = Tape(plain(passing), hashed=False)

    def reopen() -> Tape:
        for _rest in passing:
            pass
        return _once_more(blob, counter.digest, stored=True)

    layer = layers.read(tape, readers, reopen)
    for _rest in passing:
        pass
    return layer, counter.digest


def _once_more(blob: Blob, digest: str, *, stored: bool) -> Tape:
    """The same bytes as before, and no others."""
    if stored:
        return Tape(plain(_checked(blob.open(), digest)), hashed=False)
    return Tape(_checked(plain(blob.open()), digest), hashed=False)


def _checked(chunks: Iterator[bytes], digest: str) -> Iterator[bytes]:
    counter = Counter(chunks)
    yield from counter
    if counter.digest != digest:
        raise BrokenLayerError("its bytes changed while it was read")


def _same(digest: str, claimed: str) -> None:
    """What is read must be what the image says it is made of.

    Raises:
        BrokenLayerError: it is not.
    """
    if digest != claimed:
        raise BrokenLayerError(f"its bytes are not those of {claimed[:19]}... (they have {digest[:19]}...)")


def nothing_read(image: ReadImage) -> ImageError | None:
    """An error for an image of which no layer at all could be read."""
    if image.layers and not any(image.layers):
        return ImageError(f"none of its layers can be read: {image.broken[0][1]}", DAMAGED)
    return None
