"""Records into the database: by source, which is one ecosystem of OSV, a catalogue or an archive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from hardhull.advisories.names import base

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from hardhull.advisories.records import Affected, Record

OSV, KEV, ARCHIVE = "osv", "kev", "archive"
CVE: Final = "CVE-"


class Store:
    """What is written during one import.

    Args:
        database: from :func:`~hardhull.advisories.database.writing`.
        origin: where the records come from, for people.
        kind: of the sources: OSV or ARCHIVE.
        as_of: when they were up to date, ISO; the newest change among them where nobody knows.
    """

    def __init__(self, database: sqlite3.Connection, origin: str, *, kind: str = OSV, as_of: str = "") -> None:
        self._database = database
        self._origin = origin
        self._kind = kind
        self._as_of = as_of
        self._now = now()
        self._packages: dict[tuple[str, str], int] = {}
        self._sources: dict[str, int] = {}
        self._newest: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        """Records that were taken, by source."""

    def source(self, name: str, *, afresh: bool) -> int:
        """The number of a source; ``afresh`` forgets what it had."""
        if name not in self._sources:
            found = self._database.execute("SELECT id FROM source WHERE name=?", (name,)).fetchone()
            if found is None:
                made = self._database.execute(
                    "INSERT INTO source(name, kind, origin, imported, as_of) VALUES(?,?,?,?,'')",
                    (name, self._kind, self._origin, self._now),
                )
                number = made.lastrowid
                assert number is not None  # noqa: S101  SQLite numbers every row
            else:
                number = int(found[0])
                if afresh:
                    self._forget(number)
            self._sources[name] = number
            self.counts.setdefault(name, 0)
        return self._sources[name]

    def _forget(self, source: int) -> None:
        of_source = "(SELECT id FROM advisory WHERE source=?)"
        self._database.execute(f"DELETE FROM affected WHERE advisory IN {of_source}", (source,))  # noqa: S608  no value
        self._database.execute("DELETE FROM advisory WHERE source=?", (source,))
        self._database.execute("DELETE FROM looked_at WHERE source=?", (source,))
        self._database.execute("UPDATE source SET withdrawn=0, left_out=0, as_of='', cursor='' WHERE id=?", (source,))

    def put(self, record: Record, ecosystem: str, *, afresh: bool) -> None:
        """Writes what a record says of one ecosystem, in the place of what it said before."""
        source = self.source(ecosystem, afresh=afresh)
        if record.modified > self._newest.get(ecosystem, "") and record.modified <= self._now:
            self._newest[ecosystem] = record.modified
        if not afresh:
            self.remove(record.name, ecosystem)
        if record.withdrawn or record.left_out:
            self._database.execute(
                "UPDATE source SET withdrawn=withdrawn+?, left_out=left_out+? WHERE id=?",
                (record.withdrawn, 0 if record.withdrawn else record.left_out, source),
            )
        mine = [one for one in record.affected if base(one.ecosystem) == ecosystem or self._kind == ARCHIVE]
        if record.withdrawn or not mine:
            return
        self.counts[ecosystem] += 1
        rating = record.rating
        written = self._database.execute(
            "INSERT OR REPLACE INTO advisory(name, source, severity, score, vector, aliases, upstream, summary)"
            " VALUES(?,?,?,?,?,?,?,?)",
            (
                record.name, source, int(rating.severity or 0), rating.score, rating.vector,
                " ".join(record.aliases), " ".join(record.upstream), record.summary,
            ),
        )  # fmt: skip
        self._database.executemany(
            "INSERT INTO affected VALUES(?,?,?,?,?,?)",
            [
                (
                    self._package(one),
                    written.lastrowid,
                    number,
                    int(one.severity or 0),
                    one.ranges,
                    "\n".join(one.versions),
                )
                for number, one in enumerate(mine)
            ],
        )

    def remove(self, name: str, ecosystem: str) -> None:
        """Forgets a record: it was withdrawn, or is written anew."""
        found = self._database.execute(
            "SELECT id FROM advisory WHERE name=? AND source=?", (name, self.source(ecosystem, afresh=False))
        ).fetchone()
        if found:
            self._database.execute("DELETE FROM affected WHERE advisory=?", found)
            self._database.execute("DELETE FROM advisory WHERE id=?", found)

    def _package(self, one: Affected) -> int:
        key = (one.ecosystem, one.name)
        if key not in self._packages:
            self._database.execute("INSERT OR IGNORE INTO package(ecosystem, name) VALUES(?,?)", key)
            (number,) = self._database.execute("SELECT id FROM package WHERE ecosystem=? AND name=?", key).fetchone()
            self._packages[key] = number
        return self._packages[key]

    def looked_at(self, source: str, ecosystem: str, packages: Iterable[str]) -> None:
        """Notes the packages that a source knows about."""
        number = self.source(source, afresh=False)
        self._database.executemany(
            "INSERT OR IGNORE INTO looked_at VALUES(?,?,?)", [(number, ecosystem, name) for name in packages]
        )

    def finish(self, *, cursors: dict[str, str] | None = None) -> None:
        """Counts, dates and the ratings of CVEs, once all is written."""
        for name, number in self._sources.items():
            as_of = self._as_of or self._newest.get(name, "")
            self._database.execute(
                "UPDATE source SET kind=?, origin=?, imported=?, as_of=max(as_of, ?), cursor=coalesce(?, cursor),"
                " records=(SELECT count(*) FROM advisory WHERE source=?) WHERE id=?",
                (self._kind, self._origin, self._now, as_of, (cursors or {}).get(name), number, number),
            )
        self._database.execute("DELETE FROM package WHERE id NOT IN (SELECT package FROM affected)")
        self._rate()

    def _rate(self) -> None:
        self._database.execute("DELETE FROM rating")
        rated = self._database.execute(
            "SELECT name, severity, score, vector, aliases, upstream FROM advisory WHERE severity > 0 ORDER BY score"
        ).fetchall()
        for name, severity, score, vector, aliases, upstream in rated:
            cves = [one for one in (name, *aliases.split(), *upstream.split()) if one.startswith(CVE)]
            if len(cves) == 1:  # a record about several says nothing of one of them
                self._database.execute(
                    "INSERT OR REPLACE INTO rating VALUES(?,?,?,?,?)", (cves[0], severity, score, vector, name)
                )


def now() -> str:
    """The time, UTC, as sources have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
