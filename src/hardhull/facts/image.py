"""A built image, as its configuration and its files say."""

from __future__ import annotations

from typing import ClassVar

from hardhull.facts.fact import Fact, Slot
from hardhull.model.package import Distribution


class BuiltImage(Fact):
    """One image that was read, whoever keeps it."""

    __slots__ = ()
    kind: ClassVar[str] = "image"

    distribution: Slot[Distribution] = Slot(Distribution())
    """What it is made from, as its os-release(5) says."""
    user: Slot[str] = Slot("")
    """Whom its containers start as, as the configuration has it; empty is root."""
