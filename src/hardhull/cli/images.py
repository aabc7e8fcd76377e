"""Built images as targets of a scan: reads them, and adds what they hold to the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.package import ImageContents
from hardhull.model.result import NotChecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.images.bases import Base
    from hardhull.images.cache import Cache
    from hardhull.images.inventory import Inventory
    from hardhull.images.reader import Reader
    from hardhull.images.reading import ReadImage
    from hardhull.images.secrets import Secrets
    from hardhull.leaks.hit import LeakedIn
    from hardhull.model.measured import LayerSize, Measured
    from hardhull.model.result import Result, Target
    from hardhull.scan.built import Held


class ReadImages(NamedTuple):
    """What was read.

    Attributes:
        documents: of each image what rules judge, by the name of its target.
        images: what each holds.
        not_checked: what could not be read.
        leaks: which secrets each leaks, by the name of its target.
        held: of each image what is looked up in the database of advisories.
    """

    documents: tuple[tuple[str, bytes], ...]
    images: tuple[ImageContents, ...]
    not_checked: tuple[NotChecked, ...]
    leaks: tuple[tuple[str, tuple[LeakedIn, ...]], ...] = ()
    held: tuple[Held, ...] = ()

    def added(self, result: Result) -> Result:
        """The result of a scan with these images."""
        digests = {image.name: image.digest or image.id for image in self.images}
        return result._replace(
            images=self.images,
            not_checked=(*self.not_checked, *result.not_checked),
            targets=tuple(_with_digest(target, digests) for target in result.targets),
        )


def _with_digest(target: Target, digests: dict[str, str]) -> Target:
    return target._replace(digest=digests[target.name]) if target.name in digests else target


def read_images(targets: tuple[str, ...], today: str) -> ReadImages:
    """Reads the images, each in one pass; one that cannot be read does not hide the others."""
    from hardhull.cli.contents import held_of
    from hardhull.images.cache import Cache, default_folder
    from hardhull.images.inventory import inventory
    from hardhull.images.leaked import instructions
    from hardhull.images.measure import Measure
    from hardhull.images.measuring import measured
    from hardhull.images.packages import Packages

    cache = Cache(default_folder())
    documents: list[tuple[str, bytes]] = []
    images: list[ImageContents] = []
    gaps: list[NotChecked] = []
    leaked: list[tuple[str, tuple[LeakedIn, ...]]] = []
    secrets = _secrets(gaps)
    readers: list[Reader] = [Packages(), *([secrets] if secrets else []), Measure(alone=not secrets)]
    held: list[Held] = []
    read = _read(targets, readers, cache, gaps)
    bases = _bases(read, cache)
    for name, image in read.items():
        found = inventory(image, today)
        weighed = measured(image, cache)
        told = instructions(image.image, secrets.scanner if secrets else None)
        images.append(_contents(image, found, sizes_of(image, weighed, told), bases[name]))
        documents.append((name, _document(image, found)))
        held.append(held_of(name, image, found, weighed, told, bases[name]))
        gaps += _gaps(name, image, found)
        if secrets:
            leaked.append((name, _leaks(name, image, secrets, gaps)))
    cache.close()
    return ReadImages(tuple(documents), tuple(images), tuple(gaps), tuple(leaked), tuple(held))


def _read(
    targets: tuple[str, ...], readers: Sequence[Reader], cache: Cache, gaps: list[NotChecked]
) -> dict[str, ReadImage]:
    """The images by the names of their targets, each once."""
    from hardhull.images.errors import ImageError
    from hardhull.images.targets import parsed, read_target

    read: dict[str, ReadImage] = {}
    for text in targets:
        try:
            target = parsed(text)
            if target is not None and target.text not in read:
                read[target.text] = read_target(target, readers, cache)
        except ImageError as error:
            gaps.append(NotChecked("failed", text, error.why, error.how))
    return read


def _bases(read: dict[str, ReadImage], cache: Cache) -> dict[str, Base]:
    """What each was built on: one of the others, or an image of the engine where that was asked for an image anyway."""
    from hardhull.images.bases import Chain, base_of, of_engine

    layers = {name: tuple(place.digest for place in image.image.layers) for name, image in read.items()}
    known = [Chain(name, found) for name, found in layers.items() if all(found)]
    if any(name.startswith("image:") for name in read):
        known = [*of_engine(cache), *known]
    return {name: base_of(found, known) for name, found in layers.items()}


def sizes_of(image: ReadImage, weighed: Measured, instructions: Sequence[str]) -> tuple[LayerSize, ...]:
    """What each layer weighs, with the instruction that made it."""
    from hardhull.model.measured import CAUSES, LayerSize

    made = []
    for at, size in enumerate(weighed.layers):
        causes = {
            cause: sum(heap.bytes for heap in weighed.heaps if heap.layer == at and heap.cause == cause)
            for cause in CAUSES
        }
        place = image.image.layers[at] if at < len(image.image.layers) else None
        digest = place.digest if place else ""
        made.append(LayerSize(digest, instructions[at], size, {name: one for name, one in causes.items() if one}))
    return tuple(made)


def _secrets(gaps: list[NotChecked]) -> Secrets | None:
    """The reader of secrets; None, and a word about it, where it cannot work."""
    from hardhull.images.secrets import Secrets
    from hardhull.leaks.engine import NoEngineError, cache_folder
    from hardhull.leaks.scanner import Scanner

    try:
        return Secrets(Scanner(cache_folder(), digests=True))
    except NoEngineError as error:
        gaps.append(NotChecked("failed", "secrets in images", str(error), "install hyperscan for this platform"))
        return None


def _leaks(name: str, image: ReadImage, secrets: Secrets, gaps: list[NotChecked]) -> tuple[LeakedIn, ...]:
    from hardhull.images.leaked import leaks

    found = leaks(image, secrets.scanner)
    for digest, gap in found.gaps:
        where = f"{gap.path} of {name}" if gap.path else f"layer {digest[:19]}... of {name}"
        gaps.append(NotChecked("out-of-scope", where, gap.why, "unpack it, and scan the folder with --secrets"))
    return found.found


def _contents(image: ReadImage, found: Inventory, sizes: tuple[LayerSize, ...], base: Base) -> ImageContents:
    one = image.image
    layers = tuple(place.digest for place in one.layers if place.digest)
    return ImageContents(
        one.name, one.id, one.digest, str(one.platform), layers, found.distribution, found.packages, sizes, *base
    )


def _document(image: ReadImage, found: Inventory) -> bytes:
    from hardhull.formats.built_image import written

    one = image.image
    told = {"name": one.name, "id": one.id, "digest": one.digest, "tags": list(one.tags), "platform": str(one.platform)}
    return written({**told, "created": one.created}, {"User": one.config.get("User") or ""}, found.distribution)


def _gaps(name: str, image: ReadImage, found: Inventory) -> Iterator[NotChecked]:
    for place, why in image.broken:
        how = "build or save the image again"
        yield NotChecked("failed", f"layer {place.digest[:19]}... of {name}", why, how)
    for digest, gap in found.gaps:
        where = f"{gap.path} of {name}" if gap.path else f"layer {digest[:19]}... of {name}" if digest else name
        yield NotChecked(
            "failed", where, gap.why, "look at the file; it is in the image, and its packages are not known"
        )
    if not image.image.layers or image.image.layers[0].digest:
        return
    yield NotChecked(
        "out-of-scope", f"configuration and history of {name}", "a folder has none", "scan the image itself"
    )
