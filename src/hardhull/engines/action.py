"""The journal's name for a configuration that an engine takes over; what it does is imported when it is done.

Every command that opens a journal knows all kinds of actions, and most journals have none of this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.model.receipt import Plain

NAME: Final = "engine-takes-configuration"


def _do(arguments: Mapping[str, Plain]) -> None:
    from hardhull.engines.kind import do

    do(arguments)


def _undo(arguments: Mapping[str, Plain]) -> None:
    from hardhull.engines.kind import undo

    undo(arguments)


def _probe(_arguments: Mapping[str, Plain]) -> bool | None:
    """Nobody can tell from one look: that is what the check after it is for."""
    return None


def _describe(arguments: Mapping[str, Plain]) -> str:
    keys: Any = arguments["keys"]
    return f"{arguments['way']} of the engine for {', '.join(keys)}"


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
