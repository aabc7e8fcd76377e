"""The packages of an image against the database: what is known to be wrong, and what nobody looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.names import base
from hardhull.advisories.ranges import verdict
from hardhull.advisories.releases import asked, of_distribution
from hardhull.advisories.status import MAX_DAYS, age
from hardhull.advisories.versions import InvalidVersionError, order
from hardhull.advisories.weigh import Claim, Scales
from hardhull.model.result import NotChecked

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from hardhull.advisories.releases import Asked
    from hardhull.model.advisory import Vulnerability
    from hardhull.model.package import Distribution, Package

UPDATE: Final = "fetch newer data: `hardhull db update`, or `hardhull db import` of a newer export"
ROWS: Final = """
SELECT v.name, v.severity, v.score, v.vector, v.aliases, v.upstream, v.summary, f.severity,
  f.ranges, f.versions, s.name, s.as_of
FROM package p JOIN affected f ON f.package = p.id
  JOIN advisory v ON v.id = f.advisory JOIN source s ON s.id = v.source
WHERE p.ecosystem = ? AND p.name = ?
"""


OF_RECORDS: Final = """
SELECT DISTINCT p.ecosystem FROM package p JOIN affected f ON f.package = p.id
  JOIN advisory v ON v.id = f.advisory JOIN source s ON s.id = v.source WHERE s.kind = 'osv'
"""
"""Ecosystems of which the database has records of OSV, and not only what an archive says."""


class Outcome(NamedTuple):
    """What a lookup says.

    Attributes:
        found: vulnerabilities, in the order of the packages.
        not_checked: ecosystems without data or with old ones, and packages without a usable version.
        checked: packages that were compared with current data, by ecosystem.
    """

    found: tuple[Vulnerability, ...]
    not_checked: tuple[NotChecked, ...]
    checked: dict[str, int]


class Source(NamedTuple):
    """A source of the database: its kind, and when its data were up to date."""

    name: str
    kind: str
    as_of: str


def look_up(
    database: sqlite3.Connection,
    packages: Sequence[Package],
    distribution: Distribution,
    today: str,
    max_days: int = MAX_DAYS,
) -> Outcome:
    """Looks up packages.

    Those that a package of the distribution owns are that package, and are not judged of their own.

    Args:
        database: from :func:`~hardhull.advisories.database.reading`.
        packages: of one image.
        distribution: that image's.
        today: ISO date that the age of the data is counted to.
        max_days: how old they may be.
    """
    return _Lookup(database, distribution, today, max_days).run(packages)


class _Lookup:
    def __init__(self, database: sqlite3.Connection, distribution: Distribution, today: str, max_days: int) -> None:
        self._database = database
        self._distribution = distribution
        self._releases = of_distribution(distribution)
        self._today, self._max_days = today, max_days
        self._sources = [Source(*row) for row in database.execute("SELECT name, kind, as_of FROM source")]
        self._ecosystems = {row[0] for row in database.execute("SELECT DISTINCT ecosystem FROM package")}
        self._only_archive = self._ecosystems - {row[0] for row in database.execute(OF_RECORDS)}
        self._scales = Scales(database)
        self._looked_at: set[tuple[str, str]] = set(
            database.execute("SELECT ecosystem, package FROM looked_at").fetchall()
        )
        self._not_looked_at: defaultdict[str, set[str]] = defaultdict(set)
        self._unread: Counter[tuple[str, str]] = Counter()
        self._beyond: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def run(self, packages: Sequence[Package]) -> Outcome:
        found: list[Vulnerability] = []
        for package in packages:
            if package.owner:
                continue
            places = asked(package, self._releases)
            if places and package.ecosystem == "deb" and (places[0].ecosystem, places[0].name) not in self._looked_at:
                self._not_looked_at[places[0].ecosystem].add(places[0].name)
            self._counts[places[0].ecosystem if places else package.ecosystem] += 1
            claims = [claim for place in places for claim in self._claims(place)]
            found += self._scales.weighed(package, claims)
        gaps = [gap for name, number in self._counts.items() for gap in self._gaps(name, number)]
        bad = {name for name, number in self._counts.items() if any(self._gaps(name, number))}
        checked = {name: number for name, number in self._counts.items() if name not in bad}
        return Outcome(tuple(found), (*gaps, *self._others()), checked)

    def _claims(self, place: Asked) -> list[Claim]:
        """What the records of one package say of its version."""
        rows = self._database.execute(ROWS, (place.ecosystem, place.name)).fetchall()
        if base(place.ecosystem) == "Bitnami" and not rows:
            self._beyond[place.name] += 1
        key = order(place.ecosystem)
        if key is None:
            return []
        claims = []
        for name, severity, score, vector, aliases, upstream, summary, own, ranges, versions, source, as_of in rows:
            try:
                said = verdict(ranges, versions.split("\n") if versions else (), place.version, key)
            except InvalidVersionError as error:
                self._unread[(place.ecosystem, f"{place.name} {place.version}: {error}")] += 1
                continue
            if said.affected:
                told = f"{source} ({as_of[:10] or 'of unknown date'})"
                claims.append(
                    Claim(
                        name, severity, score, vector, aliases, upstream, summary, own,
                        place.ecosystem, said.fixed, place.name, told,
                    )
                )  # fmt: skip
        return claims

    def _gaps(self, ecosystem: str, number: int) -> list[NotChecked]:
        """Why packages of an ecosystem cannot be called clean; empty where they can."""
        what = f"advisories for {number} {'package' if number == 1 else 'packages'} of {ecosystem}"
        if ecosystem in {"deb", "apk", "rpm"}:
            name = self._distribution.name or self._distribution.id or "nothing"
            why = f"the release of the distribution is not known (os-release says {name})"
            return [NotChecked("failed", what, why, "judge it with the distribution's own tools")]
        sources = [one for one in self._sources if one.kind == "osv" and one.name == base(ecosystem)]
        wanted = {ecosystem, *self._releases} if ":" in ecosystem else {ecosystem}
        archive = [one for one in self._sources if one.kind == "archive" and one.name.endswith(f" {ecosystem}")]
        if archive and not (sources and wanted & self._ecosystems - self._only_archive):
            sources = archive
            beyond = self._not_looked_at[ecosystem]
            if beyond:
                told = f"{len(beyond)} {'package' if len(beyond) == 1 else 'packages'} of {ecosystem}"
                names = ", ".join(sorted(beyond)[:3])
                why = f"the database only has what the archive says of other packages ({names} ...)"
                how = "import it for this image: `hardhull db import --from-archive`"
                return [NotChecked("failed", f"advisories for {told}", why, how)]
        elif sources and not wanted & self._ecosystems:
            others = sorted(name for name in self._ecosystems if base(name) == base(ecosystem))
            why = f"the database has none for this release (but {', '.join(others[-3:]) or 'none at all'})"
            return [NotChecked("failed", what, why, UPDATE)]
        if not sources:
            why = "the database has none"
            return [
                NotChecked("failed", what, why, f"fetch them: `hardhull db update --ecosystem '{base(ecosystem)}'`")
            ]
        newest = max(one.as_of for one in sources)
        days = age(newest, self._today)
        if days is None:
            return [NotChecked("failed", what, "nobody knows how old the data are", UPDATE)]
        if days > self._max_days:
            why = f"the data are of {newest[:10]}, {days} days old (at most {self._max_days} count)"
            return [NotChecked("failed", what, why, UPDATE)]
        return []

    def _others(self) -> list[NotChecked]:
        """Packages that nobody can compare."""
        found = []
        by_ecosystem: dict[str, list[str]] = {}
        for ecosystem, why in self._unread:
            by_ecosystem.setdefault(ecosystem, []).append(why)
        for ecosystem, reasons in by_ecosystem.items():
            number = len(reasons)
            what = f"{number} {'version' if number == 1 else 'versions'} of {ecosystem}"
            found.append(NotChecked("out-of-scope", what, reasons[0], "look them up by hand"))
        if self._only_archive & set(self._counts):
            names = ", ".join(sorted(self._only_archive & set(self._counts)))
            why = "the archive only tells of those that are fixed"
            found.append(
                NotChecked("out-of-scope", f"unfixed vulnerabilities of {names}", why, "import OSV's export of it")
            )
        if self._beyond:
            names = ", ".join(sorted(self._beyond)[:5])
            what = f"programs that no package manager installed: {names}"
            found.append(
                NotChecked("out-of-scope", what, "the database has nothing about them", "look them up by hand")
            )
        return found
