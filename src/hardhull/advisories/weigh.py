"""What several records say of one package, as vulnerabilities: each told once, whatever ids it goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.advisories.names import base
from hardhull.advisories.versions import InvalidVersionError, order
from hardhull.model.advisory import Exploited, Vulnerability
from hardhull.model.finding import Severity

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from hardhull.model.package import Package

CVE = "CVE-"
PREFERRED = (CVE, "GHSA-")
"""Ids that people know a vulnerability by; the first that it has is its name."""


class Claim(NamedTuple):
    """One record about one package that is affected: columns as the database has them.

    Attributes:
        fixed: the version without it; empty where none is known.
        fixed_in: the name of the package that gets it.
        source: where the record comes from.
    """

    name: str
    severity: int
    score: int
    vector: str
    aliases: str
    upstream: str
    summary: str
    own_severity: int
    ecosystem: str
    fixed: str
    fixed_in: str
    source: str


class Scales:
    """Knows the ratings of CVEs, and which are exploited."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._exploited = {
            name: Exploited(added, bool(ransomware))
            for name, added, ransomware in database.execute("SELECT name, added, ransomware FROM exploited")
        }

    def weighed(self, package: Package, claims: Sequence[Claim]) -> list[Vulnerability]:
        """One vulnerability for each that the claims are about, by name."""
        groups = grouped([(ids, claim) for claim in claims for ids in vulnerabilities(claim)])
        return sorted((self._one(package, ids, group) for ids, group in groups), key=lambda one: one.name)

    def _one(self, package: Package, ids: set[str], claims: list[Claim]) -> Vulnerability:
        name = name_of(ids)
        rated = max(claims, key=lambda one: (one.own_severity, one.severity, one.score))
        severity, score, vector, rated_by = rated.severity, rated.score, rated.vector, rated.name
        if rated.own_severity:
            severity = rated.own_severity
        elif not severity:
            severity, score, vector, rated_by = self._rating(ids)
        exploited = next((self._exploited[one] for one in sorted(ids) if one in self._exploited), None)
        advisories = tuple(sorted({claim.name for claim in claims}))
        summary = next((claim.summary for claim in claims if claim.summary), "")
        last = _last(claims)
        return Vulnerability(
            package, name, advisories, tuple(sorted(ids - {name, *advisories})),
            Severity(severity) if severity else None, score, vector, rated_by, last.fixed, last.fixed_in,
            exploited, summary, ", ".join(sorted({claim.source for claim in claims})),
        )  # fmt: skip

    def _rating(self, ids: Iterable[str]) -> tuple[int, int, str, str]:
        """What another record says of the same CVE."""
        for one in sorted(ids):
            row = self._database.execute(
                "SELECT severity, score, vector, advisory FROM rating WHERE name=?", (one,)
            ).fetchone()
            if row:
                return int(row[0]), int(row[1]), str(row[2]), str(row[3])
        return 0, -1, "", ""


def vulnerabilities(claim: Claim) -> list[set[str]]:
    """The ids of each vulnerability that a record is about: a distribution's may be about several CVEs at once."""
    upstream = claim.upstream.split()
    cves = [one for one in upstream if one.startswith(CVE)]
    if len(cves) > 1:
        return [{one} for one in cves]
    return [{claim.name, *claim.aliases.split(), *upstream}]


def grouped(named: Iterable[tuple[set[str], Claim]]) -> list[tuple[set[str], list[Claim]]]:
    """Puts together what shares an id."""
    groups: list[tuple[set[str], list[Claim]]] = []
    for ids, claim in named:
        touching = [group for group in groups if not group[0].isdisjoint(ids)]
        merged = (set(ids).union(*(group[0] for group in touching)), [one for group in touching for one in group[1]])
        merged[1].append(claim)
        groups = [group for group in groups if group not in touching]
        groups.append(merged)
    return groups


def name_of(ids: Iterable[str]) -> str:
    """The id that people know it by."""
    listed = sorted(ids, key=lambda one: (len(one), one))
    for prefix in PREFERRED:
        for one in listed:
            if one.startswith(prefix):
                return one
    return listed[0]


def _last(claims: list[Claim]) -> Claim:
    """The claim whose fix comes last: below it another record still says affected. One without a fix comes first."""
    key = order(base(claims[0].ecosystem))
    found = claims[0]
    for claim in claims[1:]:
        if not claim.fixed:
            continue
        try:
            later = not found.fixed or (key is not None and bool(key(found.fixed) < key(claim.fixed)))
        except InvalidVersionError:
            later = False
        found = claim if later else found
    return found
