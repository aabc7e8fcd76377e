"""The screen: grade, worst path, the worst findings with their lines, what was not checked, and the next command.

It fits in about 40 lines whatever was scanned; ``everything`` shows all. Written without rich: what is needed here is
exact columns under text of strangers, which rich's markup and wrapping do not promise, and a renderer of our own costs
11 ms for 50 findings where rich costs 65 ms, 43 of them for the import alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.report.cells import width
from hardhull.report.contents import contents, layers
from hardhull.report.groups import Group, grouped, rows, whole
from hardhull.report.header import header, worst_path
from hardhull.report.words import KINDS, at_or_above, by_weight, count, fixable, left_out, statuses, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.model.result import NotChecked, Result
    from hardhull.report.view import View

SCREEN = 40
"""Lines of the first screen."""
LISTED = 5
"""Groups that are at least listed in a line each, where there are as many, before another one is quoted."""
MOST_LEFT_OUT = 3
"""Unchecked things that the first screen names."""
KIND_WIDTH = max(map(len, KINDS.values()))


def render(result: Result, view: View) -> Iterator[str]:
    """The screen, line by line."""
    groups = grouped(result)
    more = list(layers(result, view)) if view.everything else []
    above = [header(result, view), contents(result, view), more, worst_path(result, view)]
    below = [_summary(result, view), _next(result, groups, view)]
    used = sum(len(part) + 1 for part in (*above, *below) if part) - 1
    middle = _everything(groups, view) if view.everything else _worst(groups, SCREEN - used, view)
    for part in _apart([*above, *middle, *below]):
        yield f"{part}\n"


def brief(result: Result) -> str:
    """One line for ``--quiet``: the counts, and what was not checked."""
    return f"{summary(result)}; {left_out(result)}\n"


def _apart(parts: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of all parts, with an empty line between two parts."""
    first = True
    for part in parts:
        if part and not first:
            yield ""
        yield from part
        first = first and not part


def _everything(groups: Sequence[Group], view: View) -> Iterator[list[str]]:
    for group in groups:
        yield whole(group, view)


def _worst(groups: Sequence[Group], room: int, view: View) -> list[list[str]]:
    """The worst groups with their lines, the next ones in a line each, and how many are left, in ``room`` lines."""
    parts: list[list[str]] = []
    for index, group in enumerate(groups):
        part = whole(group, view)
        left = len(groups) - index - 1
        needed = len(part) + 1 + (min(left, LISTED) + 1 if left else 0)
        if parts and needed > room:
            break
        parts.append(part)
        room -= len(part) + 1
    rest = groups[len(parts) :]
    if rest:
        lines = max(room - 1, 1)
        listed = rest if len(rest) <= lines else rest[: lines - 1]
        parts.append([*rows(listed, view), *_further(rest[len(listed) :], view)])
    return parts


def _further(groups: Sequence[Group], view: View) -> Iterator[str]:
    if groups:
        number = sum(len(group.findings) for group in groups)
        text = f"{view.dots} {count(number, 'more finding')} of {count(len(groups), 'rule')}: {view.command} --all"
        yield from (view.paint("dim", line) for line in view.fold(text, view.width))


def _summary(result: Result, view: View) -> list[str]:
    """The counts, the gate, the checklist, unused ignores and what was not checked."""
    lines = [view.paint("bold", line) for line in view.fold(summary(result), view.width)]
    if view.gate is not None:
        number = at_or_above(result, view.gate)
        verdict = f"fails: {count(number, 'finding')} at or above {view.gate.word}" if number else "passes"
        lines.append(f"Gate {view.paint('poor' if number else 'good', verdict)}")
    if result.score and result.score.checklist:
        text = f"Checklist of {len(result.score.checklist)} points: {statuses(result)}"
        lines += view.fold(text, view.width)
    lines += _unused(result, view)
    return [*lines, *_not_checked(result, view)]


def _unused(result: Result, view: View) -> Iterator[str]:
    most = len(result.unused_ignores) if view.everything else 1
    for item in result.unused_ignores[:most]:
        yield view.fit(f"Ignore at {item.what}: {item.why}; {item.how}", view.width)
    if result.unused_ignores[most:]:
        yield f"{view.dots} {count(len(result.unused_ignores) - most, 'more ignore')} to look at"


def _not_checked(result: Result, view: View) -> Iterator[str]:
    """Always said, even that there is nothing."""
    items = by_weight(result.not_checked)
    if not items:
        yield "Not checked: nothing known"
        return
    most = len(items) if view.everything else MOST_LEFT_OUT
    yield f"Not checked: {len(items)}"
    for item in items[:most]:
        yield from _left_out(item, view)
    if items[most:]:
        yield view.paint("dim", f"  {view.dots} {len(items) - most} more: {view.command} --all")


def _left_out(item: NotChecked, view: View) -> Iterator[str]:
    """One line on the first screen; all of it with ``everything``."""
    word = view.fit(KINDS.get(item.kind, item.kind), KIND_WIDTH)
    style = "poor" if item.kind == "failed" else "dim"
    text = f"{item.what}: {item.why}; {item.how}"
    indent = 2 + KIND_WIDTH + 2
    room = view.width - indent
    lines = view.fold(text, room) if view.everything else [view.fit(text, room)]
    yield f"  {view.paint(style, word)}{' ' * (KIND_WIDTH + 2 - width(word))}{lines[0]}"
    for line in lines[1:]:
        yield " " * indent + line


def _next(result: Result, groups: Sequence[Group], view: View) -> list[str]:
    """The commands that help from here, with what they show."""
    commands = []
    if groups:
        commands.append((f"hardhull explain {groups[0].rule.id}", "why, and how to fix it"))
    safe, others = fixable(result)
    if view.fixing and safe + others:
        commands.append((view.fixing, _fixes(safe, others)))
    if (groups or result.not_checked) and not view.everything:
        commands.append((f"{view.command} --all", "every finding"))
    if result.score and result.score.checklist:
        commands.append((f"{view.command} --format checklist", f"the {len(result.score.checklist)} points"))
    cleaned = [(view.clean(command), what) for command, what in commands]
    wide = max((width(command) for command, _ in cleaned), default=0)
    lines = [f"  {command}{_after(wide - width(command), what, view.width - 2 - wide)}" for command, what in cleaned]
    return ["Next:", *lines] if lines else []


def _fixes(safe: int, others: int) -> str:
    """What `hardhull fix` can do; at most, because a change may conflict with another one, or need a digest."""
    told = [f"{safe} safely"] if safe else []
    return f"repairs up to {', '.join([*told, f'{others} to be tried out'] if others else told)}"


def _after(gap: int, what: str, room: int) -> str:
    """What a command shows, where there is room for it; the command itself is never cut, it is there to be copied."""
    return " " * (gap + 3) + what if len(what) + 3 <= room else ""
