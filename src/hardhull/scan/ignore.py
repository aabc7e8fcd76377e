"""Ignore comments: ``# hardhull: ignore[id,...] until=YYYY-MM-DD -- reason``, beside a line or above it.

A comment that stands alone counts for the next line of content, with everything that continues it: the other lines of
an instruction or command, or the body of a YAML block scalar. In a label or annotation named ``hardhull.ignore`` the
part after ``ignore`` counts for the whole subject.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from hardhull.model.lazy import lazy
from hardhull.model.result import NotChecked, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec

    from hardhull.facts.fact import Fact
    from hardhull.facts.workload import Workload
    from hardhull.model.source import Source
    from hardhull.rules.policy import PathIgnore

MARK = b"hardhull:"
COMMENT = lazy(r"#\s*hardhull:\s*ignore\s*(?P<rest>.*)$")
BODY = lazy(r"^\[(?P<ids>[^\]]*)\]\s*(?:until=(?P<until>\S+))?\s*(?:--\s*(?P<reason>.*))?$")
BLOCK_SCALAR = lazy(r"(?:^|[:\-]\s+)[|>][+\-0-9]*\s*(?:#.*)?$")
DATE = lazy(r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$")
LABEL = "hardhull.ignore"


class Ignore(NamedTuple):
    """One ignore as it is written.

    Attributes:
        path: the file.
        line: where the comment stands, from 1.
        first: first line it counts for; ``last`` the last one.
        rules: ids and names, lower case.
        reason: what the person gave, may be empty.
        until: last day it counts (ISO), or empty.
    """

    path: str
    line: int
    first: int
    last: int
    rules: frozenset[str]
    reason: str
    until: str

    @property
    def where(self) -> str:
        """Its place, for people."""
        return f"{self.path}:{self.line}"

    def expired(self, today: str) -> bool:
        """Whether its last day has passed; ``today`` is an ISO date."""
        return bool(self.until) and self.until < today

    def suppression(self) -> Suppression:
        """What a hidden finding says of it."""
        return Suppression(self.reason, self.until, self.where)


def ignores_in(source: Source) -> tuple[list[Ignore], list[NotChecked]]:
    """The ignore comments of a file, and those that cannot be understood."""
    good: list[Ignore] = []
    bad: list[NotChecked] = []
    data = source.data
    at = data.find(MARK)
    while at != -1:
        line = source.position(at).line
        text = source.line_text(line)
        match = COMMENT.search(text)
        if match:
            alone = not text[: match.start()].strip()
            first, last = _below(source, line) if alone else (line, line)
            made = parse(match["rest"].strip(), source.path, line, first, last)
            (good if isinstance(made, Ignore) else bad).append(made)  # type: ignore[arg-type]
        end = data.find(b"\n", at)
        at = data.find(MARK, end) if end != -1 else -1
    return good, bad


def parse(text: str, path: str, line: int, first: int, last: int) -> Ignore | NotChecked:
    """Reads what stands after ``ignore``; a NotChecked says what is wrong with it."""
    where = f"{path}:{line}"
    match = BODY.match(text)
    if not match:
        how = "write `hardhull: ignore[HH-XXX-000] until=YYYY-MM-DD -- reason`"
        return NotChecked("ignore", where, "an ignore comment that cannot be understood hides nothing", how)
    rules = frozenset(word.strip().lower() for word in match["ids"].split(",") if word.strip())
    until = match["until"] or ""
    if not rules or "*" in rules:
        return NotChecked(
            "ignore", where, "an ignore comment must name rules", "write their ids or names between the brackets"
        )
    if until and not DATE.match(until):
        return NotChecked("ignore", where, f"`until={until}` is not a date", "write it as YYYY-MM-DD")
    return Ignore(path, line, first, last, rules, (match["reason"] or "").strip(), until)


def _below(source: Source, line: int) -> tuple[int, int]:
    """First and last line of what stands below a comment line; zeros where nothing does."""
    count = len(source.line_starts)
    first = line + 1
    while first <= count:
        text = source.line_text(first).strip()
        if text and not text.startswith("#"):
            break
        first += 1
    if first > count:
        return 0, 0
    return first, _end_of(source, first, count)


def _end_of(source: Source, first: int, count: int) -> int:
    """Last line of the logical line that begins on ``first``: continuations and block scalars included."""
    text = source.line_text(first)
    if BLOCK_SCALAR.search(text):
        indent = len(text) - len(text.lstrip(" "))
        last = first
        while last < count:
            below = source.line_text(last + 1)
            if below.strip() and len(below) - len(below.lstrip(" ")) <= indent:
                break
            last += 1
        return last
    last = first
    while last < count and text.rstrip().endswith(("\\", "`")):
        last += 1
        text = source.line_text(last)
        while last < count and text.lstrip().startswith("#"):
            last += 1
            text = source.line_text(last)
    return last


VULNERABILITY = lazy(
    r"^(?:cve|ghsa|dsa|dla|usn|pysec|rustsec|go|rhsa|rlsa|alsa|suse|bit|cga|mal|debian|ubuntu|alpine|osv)-[a-z:]*-?"
    r"\d[\w.:-]*$|^ghsa(?:-[a-z0-9]{4}){3}$",
    re.IGNORECASE,
)
"""Ids of advisories, by which a finding about one can be accepted."""


class Ignores:
    """All ignores of a scan: asked for each finding, and in the end which of them hid nothing."""

    def __init__(self, today: str, accepted: Iterable[PathIgnore] = ()) -> None:
        self.today = today
        self.problems: list[NotChecked] = []
        self._accepted = list(accepted)
        self._specs: dict[tuple[str, ...], GitIgnoreSpec] = {}
        self._by_path: dict[str, list[Ignore]] = {}
        self._by_fact: dict[int, list[Ignore]] = {}
        self._used: set[Ignore] = set()

    @property
    def any(self) -> bool:
        """Whether there is an ignore, good or bad."""
        return bool(self.problems) or any(self._by_path.values())

    def read(self, source: Source) -> None:
        """Takes in the comments of a file."""
        if MARK in source.data:
            good, bad = ignores_in(source)
            self._by_path.setdefault(source.path, []).extend(good)
            self.problems += bad

    def for_place(self, names: frozenset[str], path: str, line: int) -> Suppression | None:
        """The suppression of a finding of the rule with these names at a line, or None."""
        for ignore in self._by_path.get(path, ()):
            if ignore.first <= line <= ignore.last and ignore.rules & names:
                self._used.add(ignore)
                if not ignore.expired(self.today):
                    return ignore.suppression()
        return None

    def for_fact(self, names: frozenset[str], fact: Fact) -> Suppression | None:
        """The suppression by the subject's own label or annotation, or None."""
        found = self._by_fact.get(id(fact))
        if found is None:
            found = self._by_fact[id(fact)] = self._labels(fact)
        for ignore in found:
            if ignore.rules & names:
                self._used.add(ignore)
                if not ignore.expired(self.today):
                    return ignore.suppression()
        return None

    def _labels(self, fact: Fact) -> list[Ignore]:
        """The ignores in a workload's labels and annotations; they count in files only, never on live containers."""
        if fact.kind != "workload" or fact.syntax in {"engine-api", "live"}:
            return []
        workload, good = cast("Workload", fact), list[Ignore]()
        for item in (*workload.labels.get(()), *workload.annotations.get(())):
            name, text = item.get(("", ""))
            if name == LABEL:
                source, line = item.place.source, item.place.start.line
                made = parse(text.removeprefix("ignore").strip(), source.path, line, line, line)
                if isinstance(made, Ignore):
                    good.append(made)
                    self._by_path.setdefault(source.path, []).append(made)
                else:
                    self.problems.append(made)
        return good

    def for_path(self, names: frozenset[str], path: str) -> Suppression | None:
        """The suppression by a path rule of the configuration, or None."""
        for accepted in self._accepted:
            if (not accepted.rules or names & set(accepted.rules)) and not (
                accepted.until and accepted.until < self.today
            ):
                spec = self._specs.get(accepted.paths)
                if spec is None:
                    from pathspec import GitIgnoreSpec

                    spec = self._specs[accepted.paths] = GitIgnoreSpec.from_lines(accepted.paths)
                if spec.match_file(path):
                    return Suppression(accepted.reason, accepted.until, "hardhull.toml")
        return None

    def unused(self, known: frozenset[str]) -> Iterable[NotChecked]:
        """What to say of ignores that are expired, hid nothing, name no rule or give no reason."""
        for ignore in (one for found in self._by_path.values() for one in found):
            unknown = sorted(name for name in ignore.rules - known if not VULNERABILITY.match(name))
            if unknown:
                yield NotChecked(
                    "ignore", ignore.where, f"there is no rule {', '.join(unknown)}", "see `hardhull explain --list`"
                )
            elif ignore.expired(self.today):
                yield NotChecked(
                    "ignore", ignore.where, f"the ignore expired on {ignore.until}", "fix the finding or set a new date"
                )
            elif ignore not in self._used:
                yield NotChecked("ignore", ignore.where, "the ignore hides nothing", "remove the comment")
            elif not ignore.reason:
                yield NotChecked("ignore", ignore.where, "the ignore gives no reason", "add ` -- reason`")
