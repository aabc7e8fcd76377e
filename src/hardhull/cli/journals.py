"""The journal of a tree, with all kinds of actions that this program knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.apply import Journal


def journal_of(root: Path) -> Journal:
    """The journal."""
    from hardhull.apply import Journal
    from hardhull.apply.actions import KINDS
    from hardhull.deploy.kind import KINDS as DEPLOYED
    from hardhull.prune.kind import KINDS as PRUNED

    return Journal(root, {**KINDS, **DEPLOYED, **PRUNED})
