"""``hardhull db import``: OSV's bulk zips, folders and files of its records, and the catalogue of exploited CVEs."""

from __future__ import annotations

import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.advisories import kev
from hardhull.advisories.records import RecordError, ecosystems, read
from hardhull.advisories.store import Store
from hardhull.advisories.versions import ORDERS
from hardhull.supply.registry.address import NetworkError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from hardhull.advisories.records import Record

MAX_RECORD: Final = 32 << 20
"""Bytes of one record; the largest real ones have 2 MB."""
MAX_RECORDS: Final = 20_000_000
MAX_BYTES: Final = 64 << 30
"""Of all records of a zip, unpacked."""


class Trouble(NamedTuple):
    """Something that should have been read: where, and the reason as a sentence part."""

    where: str
    why: str


class Outcome:
    """What an import did: ``counts`` has the records by source, ``troubles`` what could not be read."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.troubles: list[Trouble] = []

    def add(self, counts: dict[str, int]) -> None:
        """Takes the counts of one more source."""
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number


def import_path(database: sqlite3.Connection, path: Path, *, as_of: str = "") -> Outcome:
    """Reads a zip, a file or a folder that holds some, at any depth.

    A zip is a whole export: what its ecosystems had before is forgotten. Other records are added or replaced one by
    one, withdrawn ones removed.

    Args:
        database: open for writing.
        path: the file or folder.
        as_of: when the data were up to date, ISO; by default as their newest record says.
    """
    outcome = Outcome()
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    loose = Store(database, str(path), as_of=as_of)
    for file in files:
        try:
            if file.suffix == ".zip":
                outcome.add(import_zip(database, file, outcome.troubles, as_of=as_of))
            elif file.suffix == ".json":
                _import_json(database, file, loose, outcome, as_of)
            elif file is path:
                outcome.troubles.append(Trouble(str(file), "it is neither a .zip nor a .json file"))
        except (OSError, zipfile.BadZipFile, NotImplementedError, RecordError, ValueError) as error:
            outcome.troubles.append(Trouble(str(file), reason(error)))
    loose.finish()
    outcome.add(loose.counts)
    return outcome


def reason(error: Exception) -> str:
    """An error of reading in words."""
    if isinstance(error, NetworkError):
        return error.why
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, zipfile.BadZipFile | zlib.error):
        return f"it is no whole zip file ({error})"
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON ({error.msg} at line {error.lineno})"
    return str(error) or type(error).__name__


def _import_json(database: sqlite3.Connection, file: Path, store: Store, outcome: Outcome, as_of: str) -> None:
    if file.stat().st_size > MAX_RECORD:
        raise RecordError("it is too large for a record")
    data = loaded(file.read_bytes())
    if kev.is_catalogue(data):
        outcome.add({kev.NAME: kev.put(database, data, str(file), as_of)})
        return
    for one in data if isinstance(data, list) else (data,):
        put(store, one)


def put(store: Store, data: Any, *, only: str = "") -> None:
    """Writes one record into each of its ecosystems, or into that one only.

    Raises:
        RecordError: it is none.
    """
    record = read(data)
    for ecosystem in {only} if only else ecosystems(record):
        store.put(record, ecosystem, afresh=False)


def import_zip(
    database: sqlite3.Connection,
    file: Path,
    troubles: list[Trouble],
    *,
    own: str = "",
    origin: str = "",
    as_of: str = "",
    cursor: str = "",
) -> dict[str, int]:
    """Reads a bulk export, as OSV.dev lays them out: ``ECOSYSTEM/all.zip``, or one ``all.zip`` of everything.

    Args:
        database: open for writing.
        file: the zip.
        troubles: where to note members that cannot be read.
        own: the ecosystem that it is the export of; by default the name of its folder, where that is one. Records are
            about others too, whose own exports then say the same.
        origin: where it came from, for people; the file by default.
        as_of: when the data were up to date, ISO; by default as their newest record says.
        cursor: what the next update goes on from.

    Returns:
        Records by ecosystem.

    Raises:
        OSError: it cannot be read.
        zipfile.BadZipFile: it is no whole zip file.
    """
    own = own or (file.parent.name if file.parent.name in ORDERS else "")
    store = Store(database, origin or str(file), as_of=as_of)
    if own:
        store.source(own, afresh=True)
    with zipfile.ZipFile(file) as archive:
        for record in _records(archive, file, troubles):
            for ecosystem in ecosystems(record):
                if not own or ecosystem == own:
                    store.put(record, ecosystem, afresh=True)
    store.finish(cursors={own: cursor})
    return store.counts


def _records(archive: zipfile.ZipFile, file: Path, troubles: list[Trouble]) -> Iterator[Record]:
    """The records of a zip; what is none is noted."""
    members = [member for member in archive.infolist() if member.filename.endswith(".json")]
    if len(members) > MAX_RECORDS or sum(member.file_size for member in members) > MAX_BYTES:
        raise RecordError("it holds more than all advisories of the world: it is no export of them")
    for member in members:
        try:
            if member.file_size > MAX_RECORD:
                raise RecordError("it is too large for a record")
            with archive.open(member) as stream:
                yield read(loaded(stream.read(MAX_RECORD + 1)))
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
            troubles.append(Trouble(f"{file}: {member.filename}", reason(error)))


def loaded(data: bytes) -> Any:
    """A JSON document.

    Raises:
        RecordError: it is none, or nested deeper than any record.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise RecordError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise RecordError("it is no text in UTF-8") from None
