"""The proof of rules: each is made to record once, and the record is found by ausearch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.apply.actions import ActionError
from hardhull.audit.records import Records
from hardhull.audit.stimulus import stimulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.audit.plan import AuditPlan
    from hardhull.audit.records import Hit
    from hardhull.audit.stimulus import Stimulus
    from hardhull.audit.wanted import Wish


class Proven(NamedTuple):
    """One rule and what became of its proof.

    Attributes:
        wish: the rule.
        stimulus: what was done.
        hit: the record of it; None where there is none.
        source: where it was looked for.
    """

    wish: Wish
    stimulus: Stimulus
    hit: Hit | None
    source: str

    @property
    def missed(self) -> bool:
        """Whether the rule records nothing; where nothing could be tried, nobody knows."""
        return self.hit is None and not self.stimulus.none


def prove(wishes: Iterable[Wish]) -> list[Proven]:
    """Makes each rule record, by a process that exists for nothing else, and looks for the record of that process.

    A record that another rule made of the same call, because it stands before ours, counts: it is in the log.

    Raises:
        ActionError: records cannot be read here.
    """
    wanted = [wish for wish in wishes if not wish.quiet]
    try:
        with Records() as records:
            made = [stimulate(wish) for wish in wanted]
            hits = {hit.pid: hit for hit in records.of(one.pid for one in made if one.pid)}
    except OSError as error:
        raise ActionError(f"records cannot be read: {error.strerror or error}") from None
    return [
        Proven(wish, one, hits.get(one.pid) if one.pid else None, records.source)
        for wish, one in zip(wanted, made, strict=True)
    ]


def verifier(plan: AuditPlan, shown: list[Proven]) -> Callable[[], list[str]]:
    """The check after the rules are loaded: any rule that does not record takes all of it back."""

    def verify() -> list[str]:
        try:
            shown[:] = prove(plan.wishes)
        except ActionError as error:
            return [str(error)]
        return [
            f"`{one.wish.text}` records nothing: {one.stimulus.said}, and ausearch does not find it in {one.source}"
            for one in shown
            if one.missed
        ]

    return verify
