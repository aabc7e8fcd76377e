"""Links between facts, found once after all are read; nothing is imported for a tree without anything to link."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import Lookup
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.scan.record import Afresh
    from hardhull.scan.tree import Tree

LINKED = frozenset({"workload", "engine", "pipeline"})
"""The kinds of fact that have links."""


def link(facts: Sequence[Fact], tree: Tree, images: Lookup, record: Afresh) -> None:
    """Sets the links and effective values of all facts."""
    if any(fact.kind in LINKED for fact in facts):
        from hardhull.scan.connect import connect

        connect(facts, tree, images, record)
    recipes: list[ImageRecipe] = [fact for fact in facts if fact.kind == "recipe"]  # type: ignore[misc]
    greedy = [recipe for recipe in recipes if recipe.whole_copies]
    if greedy:
        from hardhull.scan.contexts import find_contexts

        find_contexts(facts, greedy, tree, record)
