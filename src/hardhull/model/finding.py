"""What a rule says: severity, confidence, evidence, and the finding that cannot be built without evidence."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from hardhull.model.change import Fix
    from hardhull.model.source import Place


class Severity(IntEnum):
    """How bad it is, if it is true; ordered, so that a gate can compare."""

    UNKNOWN = 0
    """Of advisories that nobody has rated; below every gate, which ``--fail-on unknown`` changes."""
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        """The name in outputs: ``critical``, ``high``, ``medium``, ``low``, ``info``, ``unknown``."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the rule is that it is true."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The name in outputs: ``high``, ``medium``, ``low``."""
        return self.name.lower()


class Dimension(Enum):
    """The six parts of a deployment that are judged; the value is the name in outputs."""

    BUILD = "build"
    SOURCE = "source"
    PRIVILEGE = "privilege"
    LIMITS = "limits"
    NETWORK = "network"
    MONITORING = "monitoring"


class SourceSpan(NamedTuple):
    """Evidence: this text stands there (or, where it is not ``written``, would have to stand there).

    Attributes:
        place: the span in the file.
        label: what to say beside the carets; may be empty.
        written: False where the finding is that something is absent: then the place is the subject's key.
    """

    place: Place
    label: str = ""
    written: bool = True

    @property
    def kind(self) -> str:
        """The name of this kind of evidence in outputs."""
        return "source"


class Reading(NamedTuple):
    """Evidence: a value read from a table of ours or derived from other facts.

    Attributes:
        what: what was read ("default user of the base image nginx").
        value: what it said.
        where: the source of it ("hardhull's table of well-known bases").
    """

    what: str
    value: str
    where: str

    @property
    def kind(self) -> str:
        """The name of this kind of evidence in outputs."""
        return "reading"


class Advisory(NamedTuple):
    """Evidence: somebody published that this version has this fault.

    Attributes:
        what: ids of the records ("DSA-5417-1, DEBIAN-CVE-2023-2650").
        value: what they say of this package.
        where: the source of the records, with its date.
    """

    what: str
    value: str
    where: str

    @property
    def kind(self) -> str:
        """The name of this kind of evidence in outputs."""
        return "advisory"


class Observation(NamedTuple):
    """Evidence: what recorded runs of the workload showed, or a proof of it.

    Attributes:
        what: was looked at ("capabilities used").
        value: what was seen.
        where: the file that keeps it.
    """

    what: str
    value: str
    where: str

    @property
    def kind(self) -> str:
        """The name of this kind of evidence in outputs."""
        return "observation"


Evidence: TypeAlias = SourceSpan | Reading | Advisory | Observation


class Finding:
    """One thing that is wrong, with its evidence.

    Built by ``Field.finding`` in a rule; the judge adds which rule and subject it belongs to.

    Attributes:
        message: one sentence.
        evidence: at least one; the first is the primary :class:`SourceSpan`.
        field: the field of the fact it is about.
        value: the field's normalised value; part of the finding's stable id, so never a secret.
        severity: set where the case differs from the rule's own.
        confidence: likewise.
        fixes: ways to make it go away, the one to take first.
        names: ids beside the rule's by which an ignore can name it: CVEs.
        urgency: what to do first among findings as severe as this one; more is sooner.

    Raises:
        ValueError: without evidence that is a place in a file.
    """

    __slots__ = ("confidence", "evidence", "field", "fixes", "message", "names", "severity", "urgency", "value")

    def __init__(
        self,
        message: str,
        evidence: tuple[Evidence, ...],
        field: str,
        value: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        fixes: tuple[Fix, ...] = (),
        names: tuple[str, ...] = (),
        urgency: int = 0,
    ) -> None:
        if not evidence or not isinstance(evidence[0], SourceSpan):
            msg = f"a finding needs a place in a file as its first evidence: {message}"
            raise ValueError(msg)
        self.message = message
        self.evidence = evidence
        self.field = field
        self.value = value
        self.severity = severity
        self.confidence = confidence
        self.fixes = fixes
        self.names = names
        self.urgency = urgency

    @property
    def primary(self) -> SourceSpan:
        """The place to show first."""
        first = self.evidence[0]
        assert isinstance(first, SourceSpan)  # noqa: S101  held by the constructor
        return first

    def with_evidence(self, *more: Evidence) -> Finding:
        """The same finding with more evidence."""
        return Finding(
            self.message,
            (*self.evidence, *more),
            self.field,
            self.value,
            severity=self.severity,
            confidence=self.confidence,
            fixes=self.fixes,
            names=self.names,
            urgency=self.urgency,
        )

    def __repr__(self) -> str:
        return f"Finding({self.message!r} at {self.primary.place})"
