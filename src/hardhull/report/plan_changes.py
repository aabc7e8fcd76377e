"""The changes of a plan as diffs, and the lists of what is not changed, with the reason or the advice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardhull.model.plan import Status
from hardhull.report.snippet import where
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardhull.model.plan import Planned
    from hardhull.report.view import View

SCREEN = 60
"""Lines of diffs on the first screen."""
LISTED = 6
"""Rows of a list on the first screen."""
INTERRUPTS = {
    "none": "interrupts nothing",
    "reload": "needs a reload",
    "recreate": "recreates the container",
    "restart": "restarts the engine",
}
"""What a change interrupts, as people read it."""
_DIFF_STYLES = {"+": "good", "-": "poor", "@": "dim"}


def changes(planned: Sequence[Planned], view: View) -> Iterator[list[str]]:
    """The changes; on the first screen as many as have room, the others counted by rule."""
    used = 0
    for index, each in enumerate(planned):
        part = _change(each, view)
        if not view.everything and index and used + len(part) > SCREEN:
            rules = Counter(one.found.rule for one in planned[index:])
            text = f"{count(len(planned) - index, 'more change')} of {count(len(rules), 'rule')}"
            yield more(text, view)
            return
        used += len(part) + 1
        yield part


def new_files(diffs: Mapping[str, str], view: View) -> Iterator[list[str]]:
    """Diffs of whole files, which no single change shows."""
    for path, diff in diffs.items():
        lines = [view.paint("bold", line) for line in view.fold(f"Writes {path}", view.width)]
        shown = diff_lines(diff, path, view)
        most = len(shown) if view.everything or len(shown) <= SCREEN else SCREEN
        yield [*lines, *shown[:most], *(more(f"{len(shown) - most} more lines", view) if shown[most:] else ())]


def _change(each: Planned, view: View) -> list[str]:
    found, fix = each.found, each.fix
    word = found.severity.word
    head = f"{word}[{found.rule}]"
    lines = view.brief(f"{head} {fix.title}", view.width)
    lines[0] = lines[0].replace(head, view.paint(word, head), 1)
    subject = view.clean(found.subject)
    place = where(found.locations[0], view, max(view.width - 10 - len(subject), view.width // 2))
    lines.append(view.fit(f"  --> {place}  ({subject})", view.width))
    text = f"{fix.risk}, {INTERRUPTS.get(fix.interrupts, fix.interrupts)}"
    lines += folded("  = risk: ", f"{text}: {fix.mitigation}" if fix.mitigation else text, view)
    if fix.basis:
        lines += folded("  = value: ", fix.basis, view)
    for note in each.notes:
        lines += folded("  = also: ", note, view)
    return lines + diff_lines(fix.diff, found.locations[0].path, view)


def diff_lines(diff: str, path: str, view: View) -> list[str]:
    """A diff as it is shown: the names of files only where they are not the one that was just named."""
    lines = diff.splitlines()
    shown: list[str] = []
    at = 0
    while at < len(lines):
        if lines[at].startswith("--- ") and lines[at + 1 : at + 2] and lines[at + 1].startswith("+++ "):
            name = lines[at + 1][6:].rstrip("\t")
            if name != path:
                shown.append(f"  {view.paint('bold', view.fit(name, view.width - 2))}")
            at += 2
            continue
        text = view.fit(lines[at], view.width - 2)
        style = _DIFF_STYLES.get(lines[at][:1])
        shown.append(f"  {view.paint(style, text) if style else text}".rstrip())
        at += 1
    return shown


def listed(title: str, fixes: Sequence[Planned], view: View) -> list[str]:
    """Findings that are not changed, grouped by rule and reason; the reason below the title."""
    if not fixes:
        return []
    groups: dict[tuple[str, str, str], list[Planned]] = {}
    for each in fixes:
        groups.setdefault((each.found.rule, each.fix.title, _told(each)), []).append(each)
    most = len(groups) if view.everything else LISTED
    lines = [view.paint("bold", f"{title}: {len(fixes)}")]
    for (rule, fix_title, told), group in list(groups.items())[:most]:
        lines += _row(f"{rule} {fix_title}", told, group, view)
    if len(groups) > most:
        lines += more(f"{len(groups) - most} more", view)
    return lines


def _told(each: Planned) -> str:
    """The reason, or for what only a person can do, what that is; nothing where the list's title says it."""
    if each.status is Status.BY_HAND:
        return each.snippet.strip() or each.why
    return each.why if each.status is Status.REFUSED or not each.why.startswith("its risk") else ""


def _row(text: str, told: str, group: Sequence[Planned], view: View) -> list[str]:
    """One line with the place, one with the reason or advice; what is to be pasted has no room there.

    Where everything is wanted, all of it, line by line as it can be pasted.
    """
    others = f" and {len(group) - 1} more" if group[1:] else ""
    place = f"({where(group[0].found.locations[0], view, max(view.width // 3, 20))}{others})"
    told_lines = [view.clean(line) for line in told.splitlines()]
    if view.everything:
        paste = told_lines if group[0].status is Status.BY_HAND else [*told_lines, *group[0].snippet.splitlines()]
        return folded("  ", f"{text} {place}", view) + [f"      {view.clean(line)}".rstrip() for line in paste]
    room = view.width - 3 - len(place)
    lines = [f"  {view.fit(text, room)} {view.paint('dim', place)}" if room > 20 else f"  {view.fit(text, room + 30)}"]
    first = next(iter(told_lines), "")
    if told_lines[1:] and group[0].status is Status.BY_HAND:
        first = ""
    return lines + ([f"      {view.fit(first, view.width - 6)}"] if first else [])


def more(text: str, view: View) -> list[str]:
    """That there is more, and how to see it."""
    return [view.paint("dim", line) for line in view.fold(f"{view.dots} {text}: {view.command} --all", view.width)]


def folded(lead: str, text: str, view: View) -> list[str]:
    """A text in lines that stand below each other behind a lead."""
    first, *rest = view.fold(text, max(view.width - len(lead), 20)) or [""]
    return [f"{lead}{first}", *(" " * len(lead) + line for line in rest)]
