"""Building the fixes of rules: short words for the Changes that occur again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.model.change import Add, Change, Drop, Fix, Instruct, Interrupts, Make, Pin, Rewrite, Risk, SetTo, Swap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.model.field import Field

SAFE, PROVEN, NEEDS_PROOF = Risk.SAFE, Risk.PROVEN, Risk.NEEDS_PROOF

__all__ = [
    "NEEDS_PROOF", "PROVEN", "SAFE", "Add", "Drop", "Fix", "Instruct", "Interrupts", "Make", "Pin", "Rewrite", "SetTo",
    "Swap",
    "add", "advise", "change", "drop", "set_value", "swap",
]  # fmt: skip


def change(
    title: str,
    *changes: Change,
    risk: Risk,
    mitigation: str = "",
    basis: str = "",
    interrupts: Interrupts | None = None,
) -> Fix:
    """A fix of several changes, made as a whole or not at all.

    Args:
        title: what it does, as an order.
        changes: of the fact that the finding is about.
        risk: of breaking what works.
        mitigation: how to take the risk out, as an order.
        basis: where a proposed value comes from.
        interrupts: where it is not what is usual for the fact.
    """
    return Fix(title, changes, risk, interrupts, mitigation, basis)


def set_value(field: Field[Any], value: Any, title: str, *, risk: Risk, mitigation: str = "", basis: str = "") -> Fix:
    """A field gets a value; its default means that nothing is written any more."""
    return Fix(title, (SetTo(field.name, value),), risk, None, mitigation, basis)


def add(field: Field[Any], item: Any, title: str, *, risk: Risk, mitigation: str = "", basis: str = "") -> Fix:
    """A list gets one more item."""
    return Fix(title, (Add(field.name, item),), risk, None, mitigation, basis)


def drop(field: Field[Any], items: Sequence[Field[Any]], title: str, *, risk: Risk, mitigation: str = "") -> Fix:
    """Items leave their list."""
    return Fix(title, tuple(Drop(field.name, item) for item in items), risk, None, mitigation)


def swap(
    field: Field[Any], item: Field[Any], value: Any, title: str, *, risk: Risk, mitigation: str = "", basis: str = ""
) -> Fix:
    """An item of a list gets another value where it stands."""
    return Fix(title, (Swap(field.name, item, value),), risk, None, mitigation, basis)


def advise(title: str, advice: str, *, risk: Risk = Risk.NEEDS_PROOF) -> Fix:
    """What a person has to do, because no program can know enough to do it; with a text to paste where there is one."""
    return Fix(title, (), risk, None, "", "", advice)
