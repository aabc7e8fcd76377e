"""The recipes of the guide, tried on the engine of this machine: what each really does here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.engines import probe
from hardhull.engines.guide.configurations import CONFIGURATIONS
from hardhull.engines.guide.containers import CONTAINERS
from hardhull.engines.guide.elsewhere import ELSEWHERE
from hardhull.engines.guide.ground import Ground, unverifiable
from hardhull.engines.guide.limits import LIMITS
from hardhull.engines.guide.networks import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from docker import APIClient

    from hardhull.guide import Live, Recipe

TRIED: Final = {**CONTAINERS, **LIMITS, **NETWORKS, **CONFIGURATIONS, **ELSEWHERE}
"""Recipes that need an engine, or what stands under or over one, and how each is tried."""
WITHOUT: Final = frozenset({"dockerfile", "workflow"})
"""Syntaxes of recipes whose verdict is all in their text."""


def live(
    client: APIClient, address: str, recipes: Iterable[Recipe], tell: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[Recipe, Live]]:
    """The live verdicts of those recipes that have one. Nothing of the engine's own is changed.

    Args:
        client: the engine.
        address: where it was asked.
        recipes: which.
        tell: is told which one is tried.

    Raises:
        ProbeError: there is no program for this machine, or the engine does not take its image.
    """
    wanted = [recipe for recipe in recipes if recipe.name in TRIED]
    ground = Ground(client, address)
    try:
        if wanted:
            probe.bring_image(client)
        for recipe in wanted:
            tell(recipe.name)
            try:
                yield recipe, TRIED[recipe.name](ground, recipe)
            except probe.ProbeError as error:
                yield recipe, unverifiable(f"a container for it does not start: {error}")
    finally:
        probe.clear(client)
