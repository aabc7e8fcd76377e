"""What the database has, how old it is, and of which releases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.names import base

if TYPE_CHECKING:
    import sqlite3


MAX_DAYS: Final = 7
"""Data older than this say little about what was found since."""


def age(as_of: str, today: str) -> int | None:
    """Whole days between two ISO dates; None where one is none."""
    try:
        return (date.fromisoformat(today[:10]) - date.fromisoformat(as_of[:10])).days
    except ValueError:
        return None


class SourceStatus(NamedTuple):
    """One source.

    Attributes:
        name: the ecosystem; ``KEV``; or ``archive Debian:12``.
        kind: ``osv``, ``kev`` or ``archive``.
        origin: where it came from.
        imported: when, ISO, UTC.
        as_of: when it was up to date, ISO, UTC; empty where nobody knows.
        records: advisories in it.
        withdrawn: records that count no more, and were left out.
        left_out: packages of records that only name commits.
        releases: of a distribution, those that it knows.
    """

    name: str
    kind: str
    origin: str
    imported: str
    as_of: str
    records: int
    withdrawn: int
    left_out: int
    releases: tuple[str, ...]


def sources(database: sqlite3.Connection) -> list[SourceStatus]:
    """All sources, by kind and name."""
    releases: dict[str, list[str]] = {}
    for (ecosystem,) in database.execute("SELECT DISTINCT ecosystem FROM package ORDER BY ecosystem"):
        if ":" in ecosystem:
            releases.setdefault(base(ecosystem), []).append(ecosystem.partition(":")[2])
    rows = database.execute(
        "SELECT name, kind, origin, imported, as_of, records, withdrawn, left_out FROM source ORDER BY kind DESC, name"
    )
    found = []
    for name, kind, origin, imported, as_of, records, withdrawn, left_out in rows:
        known = tuple(releases.get(name, ())) if kind == "osv" else ()
        found.append(SourceStatus(name, kind, origin, imported, as_of, records, withdrawn, left_out, known))
    return found
