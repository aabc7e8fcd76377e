"""Which images would go, in which order, and which of them a registry still has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.store import UNUSED_DAYS, age
from hardhull.model.receipt import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.store import ImageStore, StoredImage

KIND: Final = "remove-image"
RISKS: Final = ("safe", "needs-proof", "all")
AGAIN, GONE = "pulled again by its digest", "cannot be brought back: no registry has it by a digest"


class Removal(NamedTuple):
    """One image that would go, or is left.

    Attributes:
        image: the image.
        why: nothing refers to it, or how long nobody used it.
        risk: ``safe``: nothing refers to it and a registry has it; ``needs-proof``: nobody uses it now, or it is gone
            for good; ``all``: it has a name, nobody uses it now, and it is gone for good.
    """

    image: StoredImage
    why: str
    risk: str

    @property
    def back(self) -> str:
        """How it would come back."""
        return AGAIN if self.image.digests else GONE

    def action(self) -> Action:
        """The entry of the journal."""
        image = self.image
        return Action(
            KIND, {"id": image.id, "tags": list(image.tags), "digest": image.digests[0] if image.digests else ""}
        )


class Prune(NamedTuple):
    """The plan.

    Attributes:
        removed: what goes, so that an image goes before the one that it is built on.
        left: what could go with a higher risk.
        used: how many images are kept because something refers to them.
    """

    removed: tuple[Removal, ...]
    left: tuple[Removal, ...]
    used: int

    @property
    def freed(self) -> int:
        """Bytes, as far as the engine tells."""
        return sum(one.image.freed for one in self.removed)

    @property
    def returning(self) -> tuple[Removal, ...]:
        """What can be pulled again."""
        return tuple(one for one in self.removed if one.image.digests)

    @property
    def final(self) -> tuple[Removal, ...]:
        """What cannot."""
        return tuple(one for one in self.removed if not one.image.digests)


def plan(store: ImageStore, risk: str) -> Prune:
    """What goes at a risk.

    An image with a container, running or not, or with another image on it is never part of a plan.

    Args:
        store: the images.
        risk: one of :data:`RISKS`.
    """
    allowed = RISKS[: RISKS.index(risk) + 1]
    images = [item.value for item in store.images.value if item.known]
    now = store.looked_at.get("")
    found = [removal for image in images if (removal := _removal(image, now)) is not None]
    return Prune(
        tuple(_newest_first(one for one in found if one.risk in allowed)),
        tuple(one for one in found if one.risk not in allowed),
        sum(bool(image.users or image.children) for image in images),
    )


def _removal(image: StoredImage, now: str) -> Removal | None:
    if image.dangling:
        return Removal(image, "nothing refers to it", "safe" if image.digests else "needs-proof")
    days = age(image, now)
    if not image.users and not image.children and days is not None and days > UNUSED_DAYS:
        return Removal(image, f"no container uses it, {days} days old", "needs-proof" if image.digests else "all")
    return None


def _newest_first(found: Iterable[Removal]) -> list[Removal]:
    return sorted(found, key=lambda one: one.image.created, reverse=True)
