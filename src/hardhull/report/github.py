"""GitHub workflow commands: a finding becomes an annotation at its line.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions: percent, CR and LF are escaped in the
message, colon and comma too in properties. GitHub shows ten errors and ten warnings of a step, so the worst come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Severity
from hardhull.report.cells import clean
from hardhull.report.words import left_out, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Found, Result

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
    Severity.UNKNOWN: "warning",
}


def render(result: Result) -> Iterator[str]:
    """One line for each finding that no ignore hides, one for each failure to check, and the counts."""
    for found in sorted(result.shown, key=lambda found: -found.severity):
        yield _annotation(found, result)
    for item in result.not_checked:
        if item.kind == "failed":
            yield f"::warning title=not checked::{_message(f'{item.what}: {item.why}; {item.how}')}\n"
    yield f"::notice title=hardhull::{_message(f'{summary(result)}; {left_out(result)}')}\n"


def _annotation(found: Found, result: Result) -> str:
    place, rule = found.locations[0], result.rules[found.rule]
    properties = {"file": place.path, "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:  # columns are ignored, or refused, over several lines
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{rule.id} {rule.name} ({found.severity.word})"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{LEVELS[found.severity]} {written}::{_message(found.message)}\n"


def _message(text: str) -> str:
    return clean(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
