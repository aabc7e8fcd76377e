"""The top of the screen: what was looked at, the grade, six bars, and the worst attack path with its cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Dimension
from hardhull.report.cells import width
from hardhull.report.snippet import where
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.result import Result, Score
    from hardhull.report.view import View

BAR = 10
"""Cells of a bar: each is ten points."""
CELL = len("monitoring") + 1 + BAR + 1 + 3
"""Width of a bar with its name and number."""


def header(result: Result, view: View) -> list[str]:
    """What was looked at and how it stands."""
    return [*_first(result, view), *_bars(result.score, view)]


def _first(result: Result, view: View) -> list[str]:
    files = len({target.path for target in result.targets if target.path})
    others = sum(1 for target in result.targets if not target.path)
    parts = [
        f"hardhull {view.clean(result.version)}",
        count(files, "file"),
        *([count(others, "other target")] if others else []),
        count(sum(target.workloads for target in result.targets), "workload"),
        f"{result.seconds:.2f} s",
    ]
    left = (" \N{MIDDLE DOT} " if view.unicode else ", ").join(parts)
    right = f"Grade {result.score.grade}  {result.score.total}/100" if result.score else "not graded: nothing judged"
    style = _style(result.score.total) if result.score else "dim"
    gap = view.width - width(left) - len(right)
    if gap < 2:
        return [view.fit(left, view.width), view.paint(style, right)]
    return [f"{left}{' ' * gap}{view.paint(style, right)}"]


def _style(points: int) -> str:
    return "good" if points >= 75 else "fair" if points >= 40 else "poor"


def _bars(score: Score | None, view: View) -> Iterator[str]:
    """Three bars in a line where there is room, else two or one."""
    if score is None:
        return
    bars = [_bar(dimension.value, score.dimensions.get(dimension.value), view) for dimension in Dimension]
    beside = max(1, min(3, (view.width + 2) // (CELL + 2)))
    for start in range(0, len(bars), beside):
        yield "  ".join(bars[start : start + beside]).rstrip()


def _bar(name: str, points: int | None, view: View) -> str:
    full, rest = ("\N{FULL BLOCK}", "\N{LIGHT SHADE}") if view.unicode else ("#", "-")
    if points is None:
        return f"{name:<10} {view.paint('dim', 'not judged')}{' ' * (BAR + 4 - len('not judged'))}"
    filled = points * BAR // 100
    return (
        f"{name:<10} {view.paint(_style(points), full * filled)}{view.paint('dim', rest * (BAR - filled))} {points:>3}"
    )


def worst_path(result: Result, view: View) -> list[str]:
    """The worst attack path, and the one finding whose repair cuts it; nothing where there is none."""
    if not result.paths:
        return []
    path = result.paths[0]
    arrow = "\N{RIGHTWARDS ARROW}" if view.unicode else "->"
    indent = len("Worst path  ") if view.width >= 60 else 2
    steps = [view.clean(step.what) for step in path.steps]
    lines = _chain(steps, f" {arrow} ", view.width - indent, view)
    styled = [view.paint("bold", line) for line in lines] + view.brief(_cut(result, view), view.width - indent)
    if indent == 2:
        return ["Worst path", *(f"  {line}" for line in styled)]
    return [f"{'Worst path' if not index else '':<{indent}}{line}" for index, line in enumerate(styled)]


def _chain(steps: Sequence[str], arrow: str, room: int, view: View) -> list[str]:
    """The steps with arrows between them, broken before a step where a line is full."""
    lines = [view.fit(steps[0], room)] if steps else []
    for step in steps[1:]:
        joined = f"{lines[-1]}{arrow}{step}"
        if width(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(view.fit(f"{arrow.lstrip()}{step}", room))
    return lines


def _cut(result: Result, view: View) -> str:
    path = result.paths[0]
    cut = next((found for found in result.findings if found.id == path.cut_by), None)
    also = f" (there are {len(result.paths)} paths)" if result.paths[1:] else ""
    if cut is None:
        return f"in {path.subject}{also}"
    return f"cut it with one fix{also}: {cut.rule} at {where(cut.locations[0], view)}"
