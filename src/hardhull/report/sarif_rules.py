"""A rule as a SARIF reporting descriptor: its manual as text and Markdown, and the properties that GitHub sorts by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.model.finding import Confidence, Severity
from hardhull.report.manual import first_sentence, references, section, sections

if TYPE_CHECKING:
    from hardhull.model.result import RuleInfo

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
    Severity.UNKNOWN: "warning",
}
SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.1",
    Severity.UNKNOWN: "5.0",
}
"""GitHub calls it critical from 9.0, high from 7.0, medium from 4.0 and low from 0.1: the middle of each."""
PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
MAX_TAGS = 20
"""GitHub takes as many for a rule."""
MAX_DESCRIPTION = 1000
"""GitHub cuts descriptions at 1,024 characters."""


def descriptor(rule: RuleInfo) -> dict[str, Any]:
    """The rule as a ``reportingDescriptor``."""
    level = LEVELS[rule.severity]
    full = first_sentence(section(rule.manual, "Why it matters")) or rule.title
    row: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": sentence(rule.title)},
        "fullDescription": {"text": sentence(full)[:MAX_DESCRIPTION]},
        "help": {"text": _text(rule), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": _tags(rule),
            "precision": PRECISION[rule.confidence],
            "problem.severity": PROBLEM[level],
            "security-severity": SECURITY_SEVERITY[rule.severity],
        },
    }
    links = references(rule.manual)
    return {**row, "helpUri": links[0]} if links else row


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _tags(rule: RuleInfo) -> list[str]:
    points = [f"checklist-{point}" for point in rule.checklist]
    tags = [
        "security",
        rule.dimension.value,
        rule.name,
        *rule.tags,
        *points,
        *(f"cis/{control}" for control in rule.cis),
    ]
    return list(dict.fromkeys(tags))[:MAX_TAGS]


def _text(rule: RuleInfo) -> str:
    parts = [f"{part.heading}: {part.text}" for part in sections(rule.manual)]
    return "\n\n".join([sentence(rule.title), *parts])


def _markdown(rule: RuleInfo) -> str:
    parts = [f"**{part.heading}**\n\n{part.text}" for part in sections(rule.manual)]
    return "\n\n".join([f"# {rule.title}", f"`{rule.id}` {rule.name}", *parts])
