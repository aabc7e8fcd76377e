"""The journal's name for rules of the kernel's audit; what it does is imported when it is done.

Every command that opens a journal knows all kinds of actions, and most journals have none of this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.model.receipt import Plain

    Arguments = Mapping[str, Plain]

NAME: Final = "audit-rules"


def _do(arguments: Arguments) -> None:
    from hardhull.audit.kind import do

    do(arguments)


def _undo(arguments: Arguments) -> None:
    from hardhull.audit.kind import undo

    undo(arguments)


def _probe(arguments: Arguments) -> bool | None:
    from hardhull.audit.kind import probe

    return probe(arguments)


def _describe(arguments: Arguments) -> str:
    add: Any = arguments["add"]
    drop: Any = arguments["drop"]
    gone = f" instead of {len(drop)}" if drop else ""
    return f"load {len(add)} audit rules{gone}" + ("" if arguments["enabled"] else ", and switch auditing on")


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
