"""The score: 0 to 100 for each dimension and in all, and the grade.

Each dimension begins at 100. Every rule that fails multiplies it by ``1 - weight * share``: ``share`` is the part of
the judged subjects that fail the rule (docs apart), ``weight`` depends on the worst severity found. So repairing any
finding raises the score, and adding rules that pass does not. The total is the mean of the dimensions that were judged.
A critical finding caps the total at 59, which is grade D; a high one at 89, which is grade B.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence, Dimension, Severity
from hardhull.model.result import Score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.model.result import CheckCount, Found, Point, RuleInfo

WEIGHTS = {
    Severity.CRITICAL: 0.60,
    Severity.HIGH: 0.35,
    Severity.MEDIUM: 0.15,
    Severity.LOW: 0.05,
    Severity.INFO: 0.0,
    Severity.UNKNOWN: 0.05,
}
"""Part of a dimension that a rule takes away when every subject fails it. Chosen so that one critical rule failing
everywhere leaves a dimension below half, and ten low ones do not."""

GRADES = ((90, "A"), (75, "B"), (60, "C"), (40, "D"))
CAP_CRITICAL, CAP_HIGH = 59, 89


def grade(total: int) -> str:
    """The letter for a total."""
    return next((letter for least, letter in GRADES if total >= least), "F")


def score(
    findings: Iterable[Found],
    checks: Iterable[CheckCount],
    rules: dict[str, RuleInfo],
    checklist: tuple[Point, ...],
) -> Score | None:
    """The score of a judging; None where no rule judged anything.

    Args:
        findings: those that count: not suppressed, not of low confidence.
        checks: how many subjects each rule judged.
        rules: metadata of the rules.
        checklist: the points, passed through into the Score.
    """
    subjects = {check.rule: check.subjects for check in checks if check.subjects}
    if not subjects:
        return None
    failing: dict[str, set[tuple[str, str]]] = {}
    worst: dict[str, Severity] = {}
    for found in findings:
        failing.setdefault(found.rule, set()).add((found.subject, found.locations[0].path))
        worst[found.rule] = max(found.severity, worst.get(found.rule, Severity.INFO))
    dimensions = {dimension.value: _dimension(dimension, rules, subjects, failing, worst) for dimension in Dimension}
    judged = [value for value in dimensions.values() if value is not None]
    total = round(sum(judged) / len(judged))
    top = max(worst.values(), default=Severity.INFO)
    if top is Severity.CRITICAL:
        total = min(total, CAP_CRITICAL)
    elif top is Severity.HIGH:
        total = min(total, CAP_HIGH)
    return Score(total, grade(total), dimensions, checklist)


def counted(findings: Iterable[Found]) -> list[Found]:
    """The findings that count for score and checklist."""
    return [found for found in findings if found.suppressed is None and found.confidence > Confidence.LOW]


def _dimension(
    dimension: Dimension,
    rules: dict[str, RuleInfo],
    subjects: dict[str, int],
    failing: dict[str, set[tuple[str, str]]],
    worst: dict[str, Severity],
) -> int | None:
    own = [rule for rule in subjects if rules[rule].dimension is dimension]
    if not own:
        return None
    left = 1.0
    for rule in own:
        if rule in failing:
            share = min(1.0, len(failing[rule]) / subjects[rule])
            left *= 1 - WEIGHTS[worst[rule]] * share
    return round(100 * left)
