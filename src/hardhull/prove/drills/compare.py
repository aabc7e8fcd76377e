"""What hardening stopped: the same drills before and after, where a permissive clone shows that they work here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.prove.drills.outcome import BLOCKED, SUCCEEDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.prove.drills.drill import Drill
    from hardhull.prove.drills.outcome import DrillOutcome

NOT_APPLICABLE = "not-applicable"


class Compared(NamedTuple):
    """One drill before and after.

    Attributes:
        drill: which.
        before: ``succeeded``, ``blocked`` or ``not-applicable`` (here).
        after: likewise; the one is not applicable if the other is.
        why_before: what blocked it, or why it is not applicable; empty where it succeeded.
        why_after: likewise.
    """

    drill: Drill
    before: str
    after: str
    why_before: str = ""
    why_after: str = ""

    @property
    def applicable(self) -> bool:
        """Whether it can be shown here at all."""
        return self.before != NOT_APPLICABLE

    @property
    def stopped(self) -> bool:
        """Whether it succeeded before, and no longer does."""
        return self.before == SUCCEEDED and self.after == BLOCKED


def compare(
    before: Sequence[DrillOutcome], after: Sequence[DrillOutcome], permissive: Sequence[DrillOutcome]
) -> tuple[Compared, ...]:
    """Each drill before and after hardening.

    Args:
        before: in a clone of the container as it was.
        after: in a clone of the hardened one.
        permissive: in a clone with all that the engine can grant. A drill that did not succeed there, nor anywhere, is
            not applicable: nothing says that it was the configuration that stopped it.
    """
    later = {one.drill.name: one for one in after}
    granted = {one.drill.name: one for one in permissive}
    return tuple(_compared(one, later[one.drill.name], granted[one.drill.name]) for one in before)


def _compared(before: DrillOutcome, after: DrillOutcome, permissive: DrillOutcome) -> Compared:
    if not (before.succeeded or after.succeeded or permissive.succeeded):
        why = f"with all that the engine can grant: {permissive.why}"
        return Compared(before.drill, NOT_APPLICABLE, NOT_APPLICABLE, why, why)
    return Compared(before.drill, _word(before), _word(after), before.why, after.why)


def _word(outcome: DrillOutcome) -> str:
    """What is not there cannot be misused: where it would work, that is blocked, too."""
    return SUCCEEDED if outcome.succeeded else BLOCKED
