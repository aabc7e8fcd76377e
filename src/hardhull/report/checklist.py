"""The 16 points of the production checklist, each with its status and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.report.words import STATUSES, count, statuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Point, Result
    from hardhull.report.view import View

COLOURS = {"pass": "good", "fail": "poor", "not-checked": "fair", "not-applicable": "dim"}
STATUS_WIDTH = max(map(len, STATUSES.values()))


def render(result: Result, view: View) -> Iterator[str]:
    """The scorecard, line by line."""
    if result.score is None or not result.score.checklist:
        yield "Production checklist: nothing was judged\n"
        return
    yield f"{view.paint('bold', 'Production checklist')}: {statuses(result)}\n\n"
    for point in result.score.checklist:
        yield from (f"{line}\n" for line in _point(point, view))


def _point(point: Point, view: View) -> Iterator[str]:
    """The status and title, and below what it rests on."""
    status = view.paint(COLOURS[point.status], STATUSES[point.status].ljust(STATUS_WIDTH))
    indent = 4 + STATUS_WIDTH + 2
    number = f" ({count(point.findings, 'finding')})" if point.findings else ""
    title = view.fold(f"{point.title}{number}", view.width - indent)
    yield f"{point.point:>2}  {status}  {title[0]}"
    for line in title[1:]:
        yield " " * indent + line
    for line in view.fold(point.evidence, view.width - indent) if point.evidence else ():
        yield " " * indent + view.paint("dim", line)
