"""Links between facts, found once after all are read; nothing is imported for a tree without anything to link."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import Lookup
    from hardhull.scan.tree import Tree

LINKED = frozenset({"workload", "engine", "pipeline"})
"""The kinds of fact that have links."""


def link(facts: Sequence[Fact], tree: Tree, images: Lookup) -> None:
    """Sets the links and effective values of all facts."""
    if any(fact.kind in LINKED for fact in facts):
        from hardhull.scan.connect import connect

        connect(facts, tree, images)
