"""Reading fields of a Workload for a run: what cannot be known is a refusal, what cannot be said is the default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.model.field import Inexpressible, NotKnownError
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload


def value(workload: Workload, name: str) -> Any:
    """The value of a field.

    Raises:
        CannotRunError: it cannot be known.
    """
    field = getattr(workload, name)
    if isinstance(field, Inexpressible):
        return getattr(type(workload), name).default
    try:
        return field.value
    except NotKnownError as error:
        raise CannotRunError(_unknown(workload, name, error)) from None


def items(workload: Workload, name: str) -> list[Any]:
    """The values of a list's items.

    Raises:
        CannotRunError: the list or one of them cannot be known.
    """
    try:
        return [item.value for item in value(workload, name)]
    except NotKnownError as error:
        raise CannotRunError(_unknown(workload, name, error)) from None


def refused(workload: Workload, why: str, how: str, consent: str = "") -> Refusal:
    """A reason not to run a workload."""
    return Refusal(f"{workload.subject} is not run", why, how, consent)


def _unknown(workload: Workload, name: str, error: NotKnownError) -> Refusal:
    how = "write the value into the file, or run what the template renders to"
    return refused(workload, f"its {name} is not known: {error.why}", how)
