"""What a result means for the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, NOTHING
from hardhull.model.finding import Severity
from hardhull.report.words import at_or_above, by_weight, count, unrated

if TYPE_CHECKING:
    from hardhull.model.result import Result

NEVER = "never"
GATES = (*(severity.word for severity in reversed(Severity) if severity), NEVER)
"""Severities of ``--fail-on``."""
UNKNOWN, UNCHECKED = "unknown", "unchecked"
ALSO = (UNKNOWN, UNCHECKED)
"""What else ``scan --fail-on`` takes, beside a severity."""
DEFAULT_GATE = "high"
FINDINGS = 1


def gate_of(word: str) -> Severity | None:
    """The severity from which on findings fail; None for ``never``."""
    return None if word == NEVER else Severity[word.upper()]


def exit_code(result: Result, gate: Severity | None, *, strict: bool = False, unknown: bool = False) -> int:
    """1 for findings at the gate, else 4 for what failed, else 3 where no rule judged anything, else 0.

    Args:
        result: the result.
        gate: from :func:`gate_of`.
        strict: whether everything that was not checked counts as failed.
        unknown: whether findings that nobody has rated are at the gate.
    """
    if (gate is not None and at_or_above(result, gate)) or (unknown and unrated(result)):
        return FINDINGS
    if any(strict or item.kind == "failed" for item in result.not_checked):
        return FAILED
    return 0 if any(check.subjects for check in result.checks) else NOTHING


def reason(result: Result, code: int, gate: Severity | None) -> str:
    """Why the exit code is not 0, in one line; empty for 0 and 3."""
    if code == FINDINGS and (gate is None or not at_or_above(result, gate)):
        return f"{count(unrated(result), 'finding')} of unknown severity"
    if code == FINDINGS and gate is not None:
        return f"{count(at_or_above(result, gate), 'finding')} at or above {gate.word}"
    if code == FAILED:
        first = by_weight(result.not_checked)[0]
        more = len(result.not_checked) - 1
        others = f" (and {more} more not checked)" if more else ""
        return f"not checked: {first.what}: {first.why}{others}"
    return ""
