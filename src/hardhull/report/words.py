"""Small phrases that several reports share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.model.result import Found, NotChecked, Result

KINDS = {"failed": "failed", "needs-access": "needs access", "out-of-scope": "not known"}
"""Kinds of what was not checked, as people read them; the first ones matter most."""

STATUSES = {"fail": "fail", "not-checked": "not checked", "pass": "pass", "not-applicable": "not applicable"}
"""Statuses of a point of the checklist, as people read them."""


def count(number: int, noun: str, several: str = "") -> str:
    """``1 file``, ``2 files``; ``several`` is the word where it takes no s."""
    return f"{number} {noun}" if number == 1 else f"{number} {several or noun + 's'}"


def severities(findings: Iterable[Found]) -> str:
    """``2 critical, 1 low``: how many there are of each, worst first; empty for none."""
    counts = Counter(found.severity for found in findings)
    return ", ".join(f"{counts[severity]} {severity.word}" for severity in reversed(Severity) if counts[severity])


def summary(result: Result) -> str:
    """How many findings of which severity, and how many are hidden; one line."""
    shown = result.shown
    hidden = len(result.findings) - len(shown)
    text = f"{count(len(shown), 'finding')}: {severities(shown)}" if shown else "No findings"
    return f"{text}; {hidden} hidden by ignores" if hidden else text


def left_out(result: Result) -> str:
    """``2 not checked (1 failed)``, or that nothing was left out; one phrase."""
    counts = Counter(item.kind for item in result.not_checked)
    if not counts:
        return "nothing known to be left unchecked"
    failed = f" ({counts['failed']} failed)" if counts["failed"] else ""
    return f"{counts.total()} not checked{failed}"


def by_weight(items: Iterable[NotChecked]) -> list[NotChecked]:
    """What failed first, then what needs access, then the rest; else in their order."""
    order = list(KINDS)
    return sorted(items, key=lambda item: order.index(item.kind) if item.kind in order else len(order))


def at_or_above(result: Result, gate: Severity) -> int:
    """How many shown findings are as bad as the gate or worse."""
    return sum(1 for found in result.shown if found.severity >= gate)


def unrated(result: Result) -> int:
    """How many shown findings are of unknown severity."""
    return sum(1 for found in result.shown if not found.severity)


def fixable(result: Result) -> tuple[int, int]:
    """For how many shown findings there is a change that is safe or proven, and for how many one to be tried out."""
    fixes = [found.fixes[0] for found in result.shown if found.fixes and found.confidence is not Confidence.LOW]
    risks = Counter(fix.risk for fix in fixes if not fix.advice)
    return risks.total() - risks["needs-proof"], risks["needs-proof"]


def statuses(result: Result) -> str:
    """``4 fail, 2 not checked, 10 pass`` for the 16 points; empty without a score."""
    counts = Counter(point.status for point in result.score.checklist) if result.score else Counter()
    return ", ".join(f"{counts[status]} {word}" for status, word in STATUSES.items() if counts[status])
