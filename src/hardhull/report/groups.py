"""Findings of one rule as one group: the worst is shown with its lines, the others are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.finding import Confidence
from hardhull.model.result import LIVE
from hardhull.report.cells import width
from hardhull.report.manual import opening, section
from hardhull.report.snippet import snippet, where
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.finding import Severity
    from hardhull.model.result import Found, Result, RuleInfo
    from hardhull.report.view import View

MAX_PLACES = 3
"""Places of one finding that are quoted on the first screen."""


class Group(NamedTuple):
    """The shown findings of one rule, the one to show first at the beginning."""

    rule: RuleInfo
    findings: tuple[Found, ...]

    @property
    def first(self) -> Found:
        """The one that stands for all."""
        return self.findings[0]

    @property
    def severity(self) -> Severity:
        """Of the first one, which is the worst."""
        return self.first.severity

    @property
    def more(self) -> str:
        """``and 11 more in 7 files``; empty for a single finding."""
        others = self.findings[1:]
        if not others:
            return ""
        if self.first.locations[0].path == LIVE:
            return f"and {len(others)} more"
        files = len({found.locations[0].path for found in others})
        return f"and {len(others)} more in {count(files, 'file')}"


def grouped(result: Result) -> list[Group]:
    """The findings that no ignore hides by rule, worst first; among equals those that cut an attack path."""
    cuts = {path.cut_by: -index for index, path in reversed(list(enumerate(result.paths)))}
    least = -len(result.paths)

    def rank(found: Found) -> tuple[int, int, int]:
        return (-found.severity, -cuts.get(found.id, least), -found.confidence)

    by_rule: dict[str, list[Found]] = {}
    for found in result.shown:
        by_rule.setdefault(found.rule, []).append(found)
    groups = [Group(result.rules[rule], tuple(sorted(found, key=rank))) for rule, found in by_rule.items()]
    return sorted(groups, key=lambda group: (rank(group.first), group.rule.id))


def whole(group: Group, view: View) -> list[str]:
    """A group with the lines of its first finding; with ``everything`` the places of all others too."""
    found, style = group.first, group.severity.word
    head = f"{style}[{group.rule.id} {group.rule.name}]"
    message = view.brief(f"{head}: {found.message}", view.width)
    message[0] = message[0].replace(head, view.paint(style, head), 1)
    places = found.locations if view.everything else found.locations[:MAX_PLACES]
    notes = [_note(text, view) for text in _notes(group, view)]
    return [
        *message,
        *snippet(places, style, view),
        *(line for note in notes for line in note),
        *(_others(group.findings[1:], view) if view.everything else ()),
    ]


def _notes(group: Group, view: View) -> Iterator[str]:
    found = group.first
    for what, value, source in found.readings:
        yield f"{what}: {value} ({source})"
    for what, value, source in found.advisories:
        yield f"{what}: {value} ({source})"
    for what, value, source in found.observations:
        yield f"observed, {what}: {value} ({source})"
    hidden = len(found.locations) - MAX_PLACES
    if hidden > 0 and not view.everything:
        yield f"{count(hidden, 'more place')} of this finding"
    if found.confidence is not Confidence.HIGH:
        yield f"confidence: {found.confidence.word}"
    yield from _fix(group)
    if group.more:
        yield group.more


def _fix(group: Group) -> Iterator[str]:
    """What `hardhull fix` would do and how sure that is; what the manual says where nobody has told how to write it."""
    for fix in group.first.fixes[:1]:
        yield f"fix ({'by hand' if fix.advice else fix.risk}): {fix.title}"
        return
    manual = opening(section(group.rule.manual, "How to fix"))
    if manual:
        yield f"fix: {manual}"


def _note(text: str, view: View) -> list[str]:
    lines = view.brief(text, view.width - 4)
    return [f"  {view.paint('dim', '=') if not index else ' '} {line}" for index, line in enumerate(lines)]


def _others(findings: Sequence[Found], view: View) -> Iterator[str]:
    for found in findings:
        place = _place(found, view, max(view.width // 2, 20))
        yield f"  {view.paint('dim', ':::')} {place}  {view.fit(found.message, view.width - width(place) - 8)}"


def _place(found: Found, view: View, room: int = 1000) -> str:
    """Where it is; of a machine whom it is about: lines of what was read a moment ago lead nobody anywhere."""
    if found.locations[0].path == LIVE:
        return view.fit(found.subject, room, keep_end=True)
    return where(found.locations[0], view, room)


def rows(groups: Sequence[Group], view: View) -> list[str]:
    """One line for each group: severity, rule, place, how many more, and what there is room for of the message."""
    names = [f"{group.rule.id} {group.rule.name}" for group in groups]
    wide = min(max(map(len, names), default=0), max(view.width - 40, 10))
    return [_listing(group, view.fit(name, wide).ljust(wide), view) for group, name in zip(groups, names, strict=True)]


def _listing(group: Group, name: str, view: View) -> str:
    word = group.severity.word
    left = view.width - 8 - 1 - len(name) - 2
    place = _place(group.first, view)
    others = len(group.findings) - 1
    shorter = ("", f"  +{others}", f"  {group.more}") if others else ("",)
    more = max((text for text in shorter if width(place) + len(text) <= left), key=len, default=shorter[-2:][0])
    place = view.fit(place, left - len(more), keep_end=True) + more
    left -= width(place) + 2
    message = view.fit(group.first.message, left) if left > 20 else ""
    return f"{view.paint(word, word.ljust(8))} {name}  {place}  {view.paint('dim', message)}".rstrip()
