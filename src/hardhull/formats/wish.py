"""What is wanted of a fact, in a form that can be compared with what is wanted of its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.model.change import Add, Drop, SetTo, Swap

if TYPE_CHECKING:
    from hardhull.model.change import Change
    from hardhull.model.field import Field


def wish_of(change: Change) -> object:
    """A Change in a form that is equal for equal Changes of other services."""
    if isinstance(change, SetTo):
        return "set", change.field, repr(change.value)
    if isinstance(change, Add):
        return "add", change.field, repr(change.item)
    if isinstance(change, Drop):
        return "drop", change.field, _shown(change.item)
    if isinstance(change, Swap):
        return "swap", change.field, _shown(change.item), repr(change.value)
    return "other", repr(change)


def _shown(item: Field[Any]) -> str:
    return repr(item.value) if item.known else f"unknown {item.place}"
