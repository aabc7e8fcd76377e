"""Findings of rules about pipelines: at a deed, with what makes its failure not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Finding, SourceSpan

if TYPE_CHECKING:
    from hardhull.facts.deeds import Deed
    from hardhull.model.change import Fix
    from hardhull.model.finding import Confidence, Severity


def at_deed(
    deed: Deed,
    message: str,
    *,
    label: str = "",
    also: tuple[SourceSpan, ...] = (),
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    fix: Fix | None = None,
) -> Finding:
    """A finding at a command or a step; its value is what is done with which tool, never an argument."""
    value = f"{deed.kind} {deed.tool}"
    evidence = (SourceSpan(deed.place, label), *also)
    fixes = () if fix is None else (fix,)
    return Finding(message, evidence, "deed", value, severity=severity, confidence=confidence, fixes=fixes)


def not_counted(deed: Deed) -> tuple[SourceSpan, ...]:
    """What makes its failure not count, as evidence: ``|| true``, ``continue-on-error``; empty where it counts."""
    reason = deed.source.not_counted
    return () if reason is None else (reason.mark("so its failure does not count"),)
