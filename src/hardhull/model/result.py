"""What a scan says, as plain data: all that reports show, and what a saved scan is read back into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.finding import Confidence, Dimension, Severity
    from hardhull.model.package import ImageContents


LIVE = "live"
"""Where a result names files: the facts of this machine, read a moment ago."""


class NotChecked(NamedTuple):
    """Something that was not looked at, and how to get it looked at.

    Attributes:
        kind: ``failed`` (should have worked: exit 4), ``needs-access`` or ``out-of-scope``.
        what: the file, field or subject.
        why: the reason as a sentence part.
        how: what the person can do.
    """

    kind: str
    what: str
    why: str
    how: str


class Target(NamedTuple):
    """One thing that was scanned: ``path`` is relative to the scan's root, ``workloads`` counts containers in it."""

    kind: str
    name: str
    path: str = ""
    reference: str = ""
    digest: str = ""
    workloads: int = 0


class Location(NamedTuple):
    """One place with its text. Lines and columns from 1, columns in code points, the end exclusive.

    Attributes:
        text: the first line as it stands in the file, secrets redacted, a very long one cut with an ellipsis.
        label: what to say beside the carets; may be empty.
        written: False where the place is the subject of something absent.
        text_column: the column of the place in ``text``, where that is not ``column`` because something before it was
            redacted or cut; otherwise 0.
        text_end_column: likewise its end.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    label: str = ""
    written: bool = True
    text_column: int = 0
    text_end_column: int = 0

    @property
    def mark(self) -> tuple[int, int]:
        """Where the place stands in ``text``: indices from 0, inside it, the end exclusive."""
        start = min((self.text_column or self.column) - 1, len(self.text))
        end = (self.text_end_column or self.end_column) - 1
        if self.end_line > self.line and not self.text_end_column:
            end = len(self.text)
        return start, max(start, min(end, len(self.text)))


class RuleInfo(NamedTuple):
    """The metadata of a rule that travels with a result. ``title`` and ``manual`` come from its docstring."""

    id: str
    name: str
    dimension: Dimension
    severity: Severity
    confidence: Confidence
    checklist: tuple[int, ...]
    cis: tuple[str, ...]
    tags: tuple[str, ...]
    title: str
    manual: str


class Suppression(NamedTuple):
    """Why a finding is hidden: the reason given, until when (ISO date or empty), and where that is written."""

    reason: str
    until: str
    where: str


class FixInfo(NamedTuple):
    """One way to make a finding go away, in words.

    Attributes:
        title: what it does, as an order.
        risk: ``safe``, ``proven`` or ``needs-proof``.
        interrupts: ``none``, ``reload``, ``recreate`` or ``restart``.
        mitigation: how to take the risk out; may be empty.
        basis: where a proposed value comes from; may be empty.
        advice: for one that a person has to make, what to do; empty for one that ``hardhull fix`` makes.
        diff: what changes in the file; empty where it was not asked for.
    """

    title: str
    risk: str
    interrupts: str
    mitigation: str = ""
    basis: str = ""
    advice: str = ""
    diff: str = ""


class Found(NamedTuple):
    """One finding of the result.

    Attributes:
        id: stable when lines move; 16 hex digits of rule, path, subject, field, value and ordinal.
        content_id: the same without path and name, for renamed files.
        rule: id of its rule; the metadata are in ``Result.rules``.
        subject: what it is about: ``service web``.
        fact: kind of the fact (``workload``).
        locations: the first is the primary one.
        readings: evidence that is not a place: (what, value, where).
        suppressed: set where an ignore hides it.
        line_hash: ``model.linehash`` of the primary line, as GitHub names alerts; empty where it was not asked for, or
            where it would be made from a secret.
        fixes: how to make it go away, the first is the one that ``hardhull fix`` takes.
        observations: evidence from recorded runs and proofs: (what, value, where).
        advisories: evidence from published advisories: (ids, what they say, source).
    """

    id: str
    content_id: str
    rule: str
    severity: Severity
    confidence: Confidence
    subject: str
    fact: str
    message: str
    locations: tuple[Location, ...]
    readings: tuple[tuple[str, str, str], ...] = ()
    suppressed: Suppression | None = None
    line_hash: str = ""
    fixes: tuple[FixInfo, ...] = ()
    observations: tuple[tuple[str, str, str], ...] = ()
    advisories: tuple[tuple[str, str, str], ...] = ()


class CheckCount(NamedTuple):
    """How many facts a rule judged, and for how many it could not know what it needs."""

    rule: str
    subjects: int
    skipped: int


class Step(NamedTuple):
    """One step of an attack path: ``what`` it is, and the id of the finding that makes it possible (or empty)."""

    what: str
    finding: str = ""


class AttackPath(NamedTuple):
    """A chain from the outside to the host, and the id of the finding whose fix cuts it."""

    steps: tuple[Step, ...]
    cut_by: str
    subject: str


class Point(NamedTuple):
    """One point of the 16-point checklist: status ``pass``, ``fail``, ``not-checked`` or ``not-applicable``."""

    point: int
    title: str
    status: str
    evidence: str
    findings: int


class Control(NamedTuple):
    """The answer to one item of the CIS Docker Benchmark.

    Attributes:
        v16: its number in version 1.6; empty where it has none there.
        v18: its number in version 1.8.
        title: what is asked for, in our words.
        status: ``pass``, ``fail``, ``manual`` (``evidence`` says what to look at), ``not-applicable`` (it says why), or
            ``not-checked`` (it says what to scan).
        evidence: what the answer rests on.
        findings: how many findings speak against it.
    """

    v16: str
    v18: str
    title: str
    status: str
    evidence: str
    findings: int = 0


class Score(NamedTuple):
    """0 to 100 in all and for each dimension that was looked at (None: nothing to judge), and the grade A to F."""

    total: int
    grade: str
    dimensions: dict[str, int | None]
    checklist: tuple[Point, ...]


class Result(NamedTuple):
    """The whole outcome of a scan.

    Attributes:
        version: of hardhull.
        started: ISO time, UTC.
        seconds: wall time of the scan.
        targets: what was looked at.
        rules: metadata of every rule that ran, by id.
        checks: counts for every rule that ran.
        findings: worst first; suppressed ones included.
        paths: attack paths, worst first.
        not_checked: what was not looked at.
        score: None where nothing was judged.
        unused_ignores: places of ignore comments that hid nothing or are expired, with the reason.
        facts: only when asked for; plain JSON values.
        fail_on: the severity that the configuration names for the gate; empty where it names none.
        controls: of the CIS Docker Benchmark, where a living machine was judged; empty otherwise.
        images: what built images hold, where some were targets.
    """

    version: str
    started: str
    seconds: float
    targets: tuple[Target, ...]
    rules: dict[str, RuleInfo]
    checks: tuple[CheckCount, ...]
    findings: tuple[Found, ...]
    paths: tuple[AttackPath, ...]
    not_checked: tuple[NotChecked, ...]
    score: Score | None
    unused_ignores: tuple[NotChecked, ...] = ()
    facts: tuple[dict[str, Any], ...] = ()
    fail_on: str = ""
    controls: tuple[Control, ...] = ()
    images: tuple[ImageContents, ...] = ()

    @property
    def shown(self) -> tuple[Found, ...]:
        """The findings that no ignore hides."""
        return tuple(found for found in self.findings if found.suppressed is None)
