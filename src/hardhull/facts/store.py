"""The images that one engine keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot

UNUSED_DAYS: Final = 30
"""An image without a container that is younger than this may just have been pulled, or wait for its next run."""
OLD_DAYS: Final = 180
"""From here on an image that runs has missed at least two rounds of its base's security fixes."""


class StoredImage(NamedTuple):
    """One image.

    Attributes:
        id: ``sha256:...``.
        tags: names that it has.
        digests: ``repository@sha256:...``, by which a registry may still have it.
        created: when it was built, ISO, UTC; empty where that is not known.
        size: bytes of all its layers.
        own: bytes that only it has, which go when it goes; -1 where the engine does not say.
        users: containers that are made of it, running or not.
        children: images that are built on it.
    """

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    created: str
    size: int
    own: int = -1
    users: tuple[str, ...] = ()
    children: int = 0

    @property
    def name(self) -> str:
        """What to call it: its first name, else the beginning of its id."""
        return self.tags[0] if self.tags else self.id.removeprefix("sha256:")[:12]

    @property
    def freed(self) -> int:
        """Bytes that its removal frees, as far as is known."""
        return self.own if self.own >= 0 else self.size

    @property
    def dangling(self) -> bool:
        """Whether nothing refers to it: no name, no container, no image built on it."""
        return not self.tags and not self.users and not self.children


class ImageStore(Fact):
    """All images of an engine."""

    __slots__ = ()
    kind: ClassVar[str] = "store"

    images: Slot[Items[StoredImage]] = Slot(())
    looked_at: Slot[str] = Slot("")
    """When, ISO: ages are counted from there."""


def age(image: StoredImage, now: str) -> int | None:
    """Whole days from its build until then; None where it is not known, and for builds without a date (1970)."""
    try:
        built, then = datetime.fromisoformat(image.created), datetime.fromisoformat(now)
        passed = then - built
    except (ValueError, TypeError):
        return None
    return passed // timedelta(days=1) if built.year > REPRODUCIBLE else None


REPRODUCIBLE: Final = 1980
"""Reproducible builds write 1970 or 1980 for the time of the build."""


def amount(size: int) -> str:
    """Bytes in words."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000  # type: ignore[assignment]  # a fraction from here on
    return f"{size:.1f} TB"
