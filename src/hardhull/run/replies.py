"""Whether a workload answers as it did: what its checks and loads wrote, with what varies from run to run taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.run.checks import TEXT
from hardhull.run.compare import BROKEN, UNSEEN, Difference
from hardhull.run.steady import steady

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.run.checks import Check, Outcome

SAYING: Final = frozenset({"host", "load", "inside", "http", "job"})
"""Kinds of checks whose output is an answer of the workload."""
SHOWN: Final = 160


def replies(before: Sequence[Sequence[Outcome]], after: Sequence[Outcome]) -> list[Difference]:
    """Answers that are other ones now, although the command that got them may have been content.

    Args:
        before: the outcomes of one or more exercises of the workload as it was. What is in some of them only is no
            answer that counts: with two, what varies for reasons of its own is known.
        after: of one after the change.
    """
    earlier = [_said(outcomes) for outcomes in before]
    now = _said(after)
    found: list[Difference] = []
    for check in now:
        had = [said[check] for said in earlier if check in said]
        if had:
            found += _compared(check, had, now[check])
    return found


def _compared(check: Check, before: Sequence[Sequence[Outcome]], after: Sequence[Outcome]) -> Iterator[Difference]:
    if any(_cut(one) for one in (*(each for several in before for each in several), *after)):
        yield Difference(UNSEEN, f"what {check.title} writes is too long to be compared")
        return
    codes = {one.code for several in before for one in several}
    for one in after:
        if one.code not in codes:
            had = ", ".join(str(code) for code in sorted(codes, key=str))
            yield Difference(BROKEN, f"{check.title} ends otherwise", had, str(one.code))
            return
    always = set.intersection(*(_lines(several) for several in before))
    ever = set.union(*(_lines(several) for several in before))
    now = _lines(after)
    new, gone = sorted(now - ever), sorted(always - now)
    if new or gone:
        yield Difference(BROKEN, f"{check.title} gets another reply", _shown(gone), _shown(new))


def _said(outcomes: Iterable[Outcome]) -> dict[Check, list[Outcome]]:
    """Outcomes by check, those that say something of the workload; how long an answer may take does not matter."""
    found: dict[Check, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.check.kind in SAYING and outcome.ran and outcome.passed:
            found.setdefault(outcome.check._replace(seconds=0.0), []).append(outcome)
    return found


def _cut(outcome: Outcome) -> bool:
    return len(outcome.output) >= TEXT


def _lines(outcomes: Iterable[Outcome]) -> set[str]:
    lines = (steady(line) for outcome in outcomes for line in outcome.output.splitlines())
    return {line for line in lines if line.strip("# ")}


def _shown(lines: Sequence[str]) -> str:
    text = " / ".join(lines)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
