"""What the planner makes of a ``Pin``, for tests of the Dockerfile's writer that know the digest without asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import ImageIs
from hardhull.model.change import Instruct

if TYPE_CHECKING:
    from hardhull.model.change import Pin


def pinned(pin: Pin, digest: str) -> Instruct:
    """The change that a looked-up ``Pin`` becomes.

    Args:
        pin: as the rule asked for it.
        digest: what its tag has now: ``sha256:...``.
    """
    tagged = pin.reference if ":" in pin.reference.rpartition("/")[2] else f"{pin.reference}:latest"
    return Instruct(ImageIs(pin.place, pin.reference, f"{tagged}@{digest}"))
