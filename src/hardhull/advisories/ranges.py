"""Which versions an advisory is about: ranges kept as text, and the answer for one version.

A range is one line, its events separated by tabs, each a sign and a version: ``+`` introduced, ``-`` fixed, ``=`` last
affected, ``<`` limit. Source of the rules: https://ossf.github.io/osv-schema/#evaluation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.advisories.versions import InvalidVersionError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

SIGNS: Final = {"introduced": "+", "fixed": "-", "last_affected": "=", "limit": "<"}
BEGINNING: Final = "0"
"""Introduced here: affected from the very first version on, which no version needs to be compared with."""


class Verdict(NamedTuple):
    """Whether a version is affected, and from which version on it is not any more (empty where none is known)."""

    affected: bool
    fixed: str = ""


UNAFFECTED: Final = Verdict(affected=False)


class Interval(NamedTuple):
    """Versions from ``first`` (None: from the beginning) up to ``end`` (None: all), which is part of it or not.

    ``fixes`` says whether it ends because the end has a fix.
    """

    first: str | None
    end: str | None
    inclusive: bool = False
    fixes: bool = False


def encoded(ranges: Iterable[Any]) -> str:
    """The ranges of an ``affected`` entry of OSV as text; those of commits, and what is malformed, are left out."""
    lines = []
    for one in ranges:
        if not isinstance(one, dict) or one.get("type") == "GIT" or not isinstance(one.get("events"), list):
            continue
        events = [
            SIGNS[kind] + version
            for event in one["events"]
            if isinstance(event, dict)
            for kind, version in event.items()
            if kind in SIGNS and isinstance(version, str) and version and not set(version) & {"\t", "\n"}
        ]
        if any(event[0] == "+" for event in events):
            lines.append("\t".join(events))
    return "\n".join(lines)


def verdict(ranges: str, versions: Collection[str], version: str, key: Callable[[str], Any]) -> Verdict:
    """Whether a version is affected.

    Args:
        ranges: from :func:`encoded`.
        versions: those that are affected whatever the ranges say.
        version: the one in question.
        key: from :func:`hardhull.advisories.versions.order`.

    Raises:
        InvalidVersionError: the version, or one of a range, has no place in the order; a version that is listed as it
            is written needs none.
    """
    try:
        asked = key(version)
    except InvalidVersionError:
        if version in versions:
            return Verdict(affected=True)
        raise
    fixes: list[str] = []
    for line in ranges.split("\n") if ranges else ():
        for interval in intervals(line, key):
            if _inside(asked, interval, key):
                return Verdict(affected=True, fixed=(interval.end or "") if interval.fixes else "")
            if interval.end and interval.fixes:
                fixes.append(interval.end)
    if any(_same(version, asked, one, key) for one in versions):
        later = [(key(one), one) for one in fixes if asked < key(one)]
        return Verdict(affected=True, fixed=min(later, key=lambda pair: pair[0])[1] if later else "")
    return UNAFFECTED


@lru_cache(1 << 12)
def intervals(line: str, key: Callable[[str], Any]) -> tuple[Interval, ...]:
    """One range as intervals.

    Events that already come in pairs are taken as they stand, so that one that ends where the next begins leaves no
    hole; others are sorted first.

    Raises:
        InvalidVersionError: a version has no place in the order.
    """
    events = [(event[0], event[1:]) for event in line.split("\t")]
    limits = [version for sign, version in events if sign == "<" and version != "*"]
    events = [event for event in events if event[0] != "<"]
    if not _paired(events, key):
        events.sort(key=lambda event: event[0] != "+")
        events.sort(key=_order(key))
    found: list[Interval] = []
    first: str | None = None
    is_open = False
    for sign, version in events:
        if sign == "+":
            if not is_open:
                first, is_open = None if version == BEGINNING else version, True
        elif is_open:
            found.append(Interval(first, version, inclusive=sign == "=", fixes=sign == "-"))
            is_open = False
    if is_open:
        found.append(Interval(first, None))
    return tuple(_limited(one, limits, key) for one in found) if limits else tuple(found)


def _paired(events: list[tuple[str, str]], key: Callable[[str], Any]) -> bool:
    """Whether each that introduces is followed by its own end, which is not before it."""
    if not all((sign == "+") is (at % 2 == 0) for at, (sign, _) in enumerate(events)):
        return False
    pairs = zip(events[::2], events[1::2], strict=False)
    return all(first == BEGINNING or not key(end) < key(first) for (_, first), (_, end) in pairs)


def _order(key: Callable[[str], Any]) -> Callable[[tuple[str, str]], Any]:
    def of(event: tuple[str, str]) -> Any:
        return (0,) if event == ("+", BEGINNING) else (1, key(event[1]))

    return of


def _limited(interval: Interval, limits: list[str], key: Callable[[str], Any]) -> Interval:
    """Ended by the greatest limit: nothing is known beyond it, and it fixes nothing."""
    most = max(limits, key=key)
    if interval.end is None or key(most) < key(interval.end):
        return Interval(interval.first, most)
    return interval


def _inside(asked: Any, interval: Interval, key: Callable[[str], Any]) -> bool:
    if interval.first is not None and asked < key(interval.first):
        return False
    if interval.end is None:
        return True
    end = key(interval.end)
    return bool(asked < end or (interval.inclusive and not end < asked))


def _same(version: str, asked: Any, one: str, key: Callable[[str], Any]) -> bool:
    if version == one:
        return True
    try:
        return bool(asked == key(one))
    except InvalidVersionError:
        return False
