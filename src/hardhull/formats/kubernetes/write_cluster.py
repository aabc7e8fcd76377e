"""Writes Changes of a Cluster: keys of an object, items of its lists, and objects that are added to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.cluster import Cluster
    from hardhull.model.change import Change
    from hardhull.text.draft import Drafts


def write_cluster(_cluster: Cluster, _change: Change, _drafts: Drafts) -> None:
    """Writes one Change."""
    raise UnwritableError("hardhull does not write this of a cluster")
