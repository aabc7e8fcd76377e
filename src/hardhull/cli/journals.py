"""The journal of a tree, with all kinds of actions that this program knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardhull.apply import Journal

HOST = Path("/")
"""The tree of what is changed of a machine; its journal is kept beside the key, for root below /var/lib/hardhull."""


def journal_of(root: Path) -> Journal:
    """The journal."""
    from hardhull.apply import Journal
    from hardhull.apply.actions import KINDS
    from hardhull.audit.action import KINDS as AUDITED
    from hardhull.deploy.kind import KINDS as DEPLOYED
    from hardhull.deploy.own_networks import KINDS as MOVED
    from hardhull.deploy.update import KINDS as UPDATED
    from hardhull.engines.action import KINDS as ENGINES
    from hardhull.engines.exchange import heal
    from hardhull.prune.kind import KINDS as PRUNED
    from hardhull.rebuild.kind import KINDS as REBUILT

    heal()
    return Journal(root, {**KINDS, **AUDITED, **DEPLOYED, **MOVED, **UPDATED, **ENGINES, **PRUNED, **REBUILT})
