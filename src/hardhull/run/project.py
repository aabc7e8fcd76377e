"""Running a service with what it says it depends on, and with its whole Compose project where that is not enough."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from hardhull.run.refusal import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.run.target import Target

Ran = TypeVar("Ran")


def enough(
    target: Target, run: Callable[[Target], Ran], works: Callable[[Ran], bool], tell: Callable[[str], None]
) -> Ran:
    """What comes of a run of a service among as many others as it takes.

    It runs with what it depends on. Where it does not work so, it is run once more with its whole Compose project: who
    takes work from a queue is nobody's dependency.

    Args:
        target: the service, and what it depends on.
        run: runs it.
        works: whether it worked in such a run.
        tell: is told of the second run.

    Returns:
        What came of the run in which it worked; of the first one where it worked in none.

    Raises:
        CannotRunError: the first run is refused.
    """
    found, whole = run(target), target.whole
    if works(found) or len(whole.workloads) == len(target.workloads):
        return found
    tell("as it is declared, with all services of its project")
    with suppress(CannotRunError):  # what came of it alone is what counts then
        again = run(whole)
        return again if works(again) else found
    return found
