"""Positive evidence for the points of the checklist that are usually just absent: where it is really done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.rules.policy import Policy

POSITIVE: dict[int, Callable[[Sequence[Fact], Policy], str]] = {}
