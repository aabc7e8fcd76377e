"""Changing a tree so that nothing is ever lost: journal first, whole files, and a way back.

    journal = Journal(root)
    receipt = journal.apply("fix of 3 findings", [FileChange("compose.yaml", old, new, edits)], verify)
    journal.undo(receipt.id)

``journal`` is the way in; ``pending`` tells a scan that a run was cut short.
"""

from __future__ import annotations

from hardhull.apply.actions import KINDS, ActionError, ActionKind
from hardhull.apply.journal import Journal, pending
from hardhull.apply.refusal import NotDoneError

__all__ = ["KINDS", "ActionError", "ActionKind", "Journal", "NotDoneError", "pending"]
