"""From what the person names to an image that was read: ``image:``, ``docker-archive:``, ``oci:``, ``registry:`` ..."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.images import archive, oci
from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.image import DAMAGED, Platform
from hardhull.images.oci import Wanted
from hardhull.images.reading import ReadImage, nothing_read, read
from hardhull.images.store import Archive, Folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.images.cache import Cache
    from hardhull.images.reader import Reader

KINDS = ("image", "docker-archive", "oci", "registry", "rootfs")
"""What may stand before the colon."""
_QUESTION = re.compile(r"\?platform=([^?#]*)$")


class ImageTarget(NamedTuple):
    """One image as a person names it: ``KIND:WHERE[#NAME][?platform=OS/ARCHITECTURE[/VARIANT]]``."""

    kind: str
    where: str
    wanted: Wanted = Wanted()

    @property
    def text(self) -> str:
        """What to call it in results, without the platform."""
        return f"{self.kind}:{self.where}" + (f"#{self.wanted.tag}" if self.wanted.tag else "")


def parsed(text: str) -> ImageTarget | None:
    """The target, if the text is one of an image.

    Raises:
        ImageError: it begins as one, and is none.
    """
    kind, colon, where = text.partition(":")
    if not colon or kind not in KINDS:
        return None
    platform = Platform()
    asked = _QUESTION.search(where)
    if asked:
        parts = asked[1].split("/")
        if not 2 <= len(parts) <= 3 or not all(parts):
            raise ImageError(f"{asked[1]!r} is no platform", "write ?platform=linux/arm64, or linux/arm/v7")
        platform, where = Platform(*parts), where[: asked.start()]
    tag = ""
    if kind in {"docker-archive", "oci"} and not Path(where).exists() and "#" in where:
        where, _, tag = where.rpartition("#")
    if not where:
        raise ImageError("nothing follows the colon", f"write {kind}:{'DIR' if kind == 'rootfs' else 'NAME'}")
    return ImageTarget(kind, where, Wanted(tag, platform))


def read_target(target: ImageTarget, readers: Sequence[Reader], cache: Cache) -> ReadImage:
    """Reads an image in one pass over its layers.

    Raises:
        ImageError: it could not be read at all.
    """
    try:
        found = _read(target, readers, cache)
    except BrokenLayerError as error:
        raise ImageError(str(error), DAMAGED) from None
    except OSError as error:
        raise ImageError(f"it cannot be read ({error.strerror})", "check the file and your rights") from None
    nothing = nothing_read(found)
    if nothing is not None:
        raise nothing
    return found._replace(image=found.image._replace(name=target.text))


def _read(target: ImageTarget, readers: Sequence[Reader], cache: Cache) -> ReadImage:
    if target.kind == "rootfs":
        from hardhull.images import folder

        return folder.read(target.where, readers)
    if target.kind == "image":
        from hardhull.images import engine

        return read(engine.opened(target.where, readers, cache), readers, cache)
    if target.kind == "registry":
        from hardhull.images.registry import Registry

        registry = Registry(target.where)
        try:
            return read(registry.opened(target.wanted), readers, cache)
        finally:
            registry.close()
    return _of_file(target, readers, cache)


def _of_file(target: ImageTarget, readers: Sequence[Reader], cache: Cache) -> ReadImage:
    path = Path(target.where)
    interpret = archive.opened if target.kind == "docker-archive" else oci.opened
    if target.kind == "docker-archive" and target.where == "-":
        from hardhull.images.passing import Passing, chunks_from

        return read(interpret(Passing(chunks_from(sys.stdin.buffer), readers), "-", target.wanted), readers, cache)
    if path.is_dir():
        return read(interpret(Folder(path), target.where, target.wanted), readers, cache)
    if not path.exists():
        raise ImageError("there is no such file", "check the path")
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):  # `docker save | gzip`
        from hardhull.images.compression import plain
        from hardhull.images.passing import Passing
        from hardhull.images.store import chunks_of

        passing = Passing(plain(chunks_of(path, 0, -1)), readers)
        return read(interpret(passing, target.where, target.wanted), readers, cache)
    if not path.is_file():
        from hardhull.images.passing import Passing, chunks_from

        with path.open("rb") as file:
            return read(interpret(Passing(chunks_from(file), readers), "-", target.wanted), readers, cache)
    return read(interpret(Archive(path), target.where, target.wanted), readers, cache)
