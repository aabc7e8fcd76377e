"""A Workload as it would be after Changes, without any text: for what is tried before anything is written."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change


def changed(workload: Workload, changes: Iterable[Change]) -> Workload:
    """Another Workload with the Changes; the one that is given stays as it is.

    Args:
        workload: as it was read.
        changes: of its fields.

    Raises:
        TypeError: a Change is none of a Workload's field.
    """
    new = copy(workload)
    new.fields, new.unwritten = dict(workload.fields), {}
    for change in changes:
        if isinstance(change, SetTo):
            new.fields[change.field] = Field(change.field, change.value, workload.place)
        elif isinstance(change, Add | Drop | Swap):
            found = _items(new, change.field)
            new.fields[change.field] = Field(change.field, _listed(found, change, workload), workload.place)
        else:
            raise TypeError(f"{type(change).__name__} is no Change of a workload's field")
    return new


def _items(workload: Workload, name: str) -> tuple[Field[Any], ...]:
    """The items of a list field; what cannot be known of the list is nothing that a Change could keep."""
    found: tuple[Field[Any], ...] = getattr(workload, name).get(())
    return found


def _listed(found: tuple[Field[Any], ...], change: Add | Drop | Swap, workload: Workload) -> tuple[Field[Any], ...]:
    if isinstance(change, Add):
        if any(each.known and each.value == change.item for each in found):
            return found
        return (*found, Field(change.field, change.item, workload.place))
    kept = tuple(each for each in found if each.place != change.item.place)
    if isinstance(change, Drop):
        return kept
    at = next((index for index, each in enumerate(found) if each.place == change.item.place), len(found))
    return (*found[:at], Field(change.field, change.value, change.item.place), *found[at + 1 :])
