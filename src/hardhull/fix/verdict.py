"""Whether fixes did what they say: every finding gone, no new one come, every file still read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hardhull.fix.choose import home_of, key_of
from hardhull.text.redaction import without_formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.fix.choose import Ask
    from hardhull.model.finding import Dimension, Severity
    from hardhull.model.result import Found, Result
    from hardhull.scan import Examination


class Complaint(NamedTuple):
    """What is wrong after fixes.

    Attributes:
        path: the file it is about.
        subject: the subject as in ``key_of``; empty for a whole file.
        rule: the rule whose finding stayed or came; empty for a file that is not read any more.
        why: what to tell, as a sentence part.
    """

    path: str
    subject: str
    rule: str
    why: str

    def blames(self, ask: Ask) -> bool:
        """Whether a fix may be what is wrong."""
        found = ask.found
        return home_of(self.path) == home_of(found.locations[0].path) and self.subject in {"", ask.key[2]}


def complaints(first: Examination, after: Result, made: Iterable[Ask]) -> list[Complaint]:
    """What is wrong with the outcome of fixes.

    Findings are counted by rule, file and subject: their ids hold values that fixes change.
    """
    made, before = list(made), first.result
    expected = Counter(map(key_of, before.shown))
    expected.subtract(ask.key for ask in made)
    names = {rule.id: rule.name for rule in (*before.rules.values(), *after.rules.values())}
    fixed = {ask.key for ask in made}
    traded = _traded(before, after, made)
    subjects = {key_of(each): each.subject for each in after.shown}
    found: list[Complaint] = []
    for key, count in Counter(map(key_of, after.shown)).items():
        if count <= max(expected[key], 0):
            continue
        rule, path, subject = key
        if key in fixed:
            found.append(Complaint(path, subject, rule, f"{names.get(rule, rule)} is still found after it"))
        elif key not in traded and not _was_unknown(first, path, subjects[key]):
            found.append(Complaint(path, subject, rule, f"{names.get(rule, rule)} would be a new finding after it"))
    return found + list(_unreadable(before, after))


def _unreadable(before: Result, after: Result) -> Iterator[Complaint]:
    """Parts of files that were read before and are not now; by file and reason, since lines above them come and go."""
    known = Counter(_failures(before))
    for path, why in _failures(after):
        known[path, why] -= 1
        if known[path, why] < 0:
            yield Complaint(path, "", "", f"the file would not be read: {why}")


def _failures(result: Result) -> Iterator[tuple[str, str]]:
    return ((item.what.partition(":")[0], item.why) for item in result.not_checked if item.kind == "failed")


def _traded(before: Result, after: Result, made: Iterable[Ask]) -> set[tuple[str, str, str]]:
    """New findings that take the place of one at least as bad, of the same subject and dimension.

    A container that no longer runs as root may now lack ``runAsNonRoot``, one that is no longer privileged may now lack
    a dropped capability: nothing got worse, and the next pass repairs what can be repaired.
    """
    homes = {
        (home_of(place.path), ask.found.subject): home_of(ask.fact.place.source.path)
        for ask in made
        for place in ask.found.locations
    }

    def subject_of(found: Found, result: Result) -> tuple[str, str, Dimension]:
        """What a subject says may stand in several files, such as those that a service extends."""
        path = home_of(found.locations[0].path)
        return (homes.get((path, found.subject), path), found.subject, result.rules[found.rule].dimension)

    was, now = Counter(map(key_of, before.shown)), Counter(map(key_of, after.shown))
    gone: dict[tuple[str, str, Dimension], Severity] = {}
    for found in before.shown:
        if now[key_of(found)] < was[key_of(found)]:
            subject = subject_of(found, before)
            gone[subject] = max(gone.get(subject, found.severity), found.severity)
    return {
        key_of(found)
        for found in after.shown
        if now[key_of(found)] > was[key_of(found)] and gone.get(subject_of(found, after), 0) >= found.severity
    }


def _was_unknown(before: Examination, path: str, subject: str) -> bool:
    """Whether something could not be judged before: what a repaired file shows now was there all the time."""
    if any(
        item.kind == "failed" and home_of(item.what.partition(":")[0]) == path for item in before.result.not_checked
    ):
        return True
    return any(home_of(where) == path and without_formats(name) == subject for where, name in before.unknown)
