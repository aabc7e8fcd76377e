"""The local database of advisories: one SQLite file, replaced as a whole: readers see the old or the new one."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION: Final = 1
"""Kept as ``user_version``; a database of another one is made anew from its sources, never guessed at."""
APPLICATION: Final = 0x4848_4442
""""HHDB": told from other SQLite files before anything is written."""

SCHEMA: Final = """
CREATE TABLE source(
  id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, origin TEXT NOT NULL, imported TEXT NOT NULL,
  as_of TEXT NOT NULL, cursor TEXT NOT NULL DEFAULT '', records INTEGER NOT NULL DEFAULT 0,
  withdrawn INTEGER NOT NULL DEFAULT 0, left_out INTEGER NOT NULL DEFAULT 0);
CREATE TABLE advisory(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, source INTEGER NOT NULL, severity INTEGER NOT NULL,
  score INTEGER NOT NULL, vector TEXT NOT NULL, aliases TEXT NOT NULL, upstream TEXT NOT NULL, summary TEXT NOT NULL);
CREATE UNIQUE INDEX advisory_name ON advisory(name, source);
CREATE TABLE package(id INTEGER PRIMARY KEY, ecosystem TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(ecosystem, name));
CREATE TABLE affected(
  package INTEGER NOT NULL, advisory INTEGER NOT NULL, number INTEGER NOT NULL, severity INTEGER NOT NULL,
  ranges TEXT NOT NULL, versions TEXT NOT NULL, PRIMARY KEY(package, advisory, number)) WITHOUT ROWID;
CREATE TABLE rating(
  name TEXT PRIMARY KEY, severity INTEGER NOT NULL, score INTEGER NOT NULL, vector TEXT NOT NULL,
  advisory TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exploited(
  name TEXT PRIMARY KEY, added TEXT NOT NULL, due TEXT NOT NULL, ransomware INTEGER NOT NULL, title TEXT NOT NULL
  ) WITHOUT ROWID;
CREATE TABLE looked_at(source INTEGER NOT NULL, ecosystem TEXT NOT NULL, package TEXT NOT NULL,
  PRIMARY KEY(source, ecosystem, package)) WITHOUT ROWID;
"""
"""``severity`` is the number of :class:`~hardhull.model.finding.Severity`, 0 where nothing is known; ``aliases`` and
``upstream`` are separated by spaces, ``versions`` by line ends. ``rating`` has the ratings of CVEs, for records that
have none of their own. ``looked_at`` lists the packages that a source of kind ``archive`` knows about: it says nothing
of others."""


class DatabaseError(Exception):
    """The database cannot be used; ``why`` is a sentence part, ``how`` says what to do."""

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.why = why
        self.how = how


def usual_path() -> Path:
    """Where the database is: ``HARDHULL_DB``, else ``hardhull/advisories.db`` in the user's data folder."""
    named = os.environ.get("HARDHULL_DB")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "hardhull" / "advisories.db"


def reading(path: Path) -> sqlite3.Connection:
    """The database, to be read only.

    Raises:
        DatabaseError: it is not there, is no database of ours, or is of another version.
    """
    if not path.is_file():
        raise DatabaseError(f"there is no database at {path}", "fill it: `hardhull db update`, or `hardhull db import`")
    try:
        found = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        _check(found, path)
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} cannot be read: {error}", "remove the file and import again") from None
    return found


def _check(found: sqlite3.Connection, path: Path) -> None:
    if found.execute("PRAGMA application_id").fetchone() != (APPLICATION,):
        raise DatabaseError(f"{path} is no database of hardhull", "name another file")
    if found.execute("PRAGMA user_version").fetchone() != (VERSION,):
        how = "remove the file and import again"
        raise DatabaseError(f"{path} is of another version of hardhull", how)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the database to be changed, made if there is none; it takes the old one's place at the end.

    An error, or the end of the process at any instant, leaves the old one as it was. Two that write wait for each
    other.

    Raises:
        DatabaseError: the old one is none of ours or of another version.
        OSError: the folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        beside.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(beside, isolation_level=None)) as fresh:
                fresh.execute("PRAGMA journal_mode=OFF")
                fresh.execute("PRAGMA synchronous=OFF")
                _begin(fresh, path)
                fresh.execute("BEGIN")
                yield fresh
                fresh.execute("COMMIT")
                fresh.execute("VACUUM")
            with beside.open("rb") as stream:
                os.fsync(stream.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _begin(fresh: sqlite3.Connection, path: Path) -> None:
    """The old one's content, or empty tables."""
    if path.exists():
        with closing(reading(path)) as old:
            old.backup(fresh)
        return
    fresh.executescript(SCHEMA)
    fresh.execute(f"PRAGMA application_id={APPLICATION}")
    fresh.execute(f"PRAGMA user_version={VERSION}")
