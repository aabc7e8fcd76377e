"""``hardhull db import URL``: one zip or file of records from an address."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from hardhull.advisories.importing import Outcome, Trouble, import_path
from hardhull.advisories.update import MAX_ZIP, ZIP_SECONDS
from hardhull.supply.registry.address import NetworkError, shown
from hardhull.supply.registry.transport import Transport

if TYPE_CHECKING:
    import sqlite3


def import_address(database: sqlite3.Connection, address: str, *, as_of: str = "") -> Outcome:
    """Reads what an address serves, as :func:`~hardhull.advisories.importing.import_path` would read it from there."""
    outcome = Outcome()
    transport = Transport()
    try:
        reply = transport.ask("GET", address, limit=MAX_ZIP, seconds=ZIP_SECONDS)
    except NetworkError as error:
        outcome.troubles.append(Trouble(shown(address), error.why))
        return outcome
    finally:
        transport.close()
    if reply.status != 200:
        outcome.troubles.append(Trouble(shown(address), f"the answer is {reply.status}"))
        return outcome
    parts = [unquote(part) for part in urlsplit(address).path.split("/") if part]
    folder, name = parts[-2] if len(parts) > 1 else "", "all.zip" if reply.body[:2] == b"PK" else "one.json"
    with tempfile.TemporaryDirectory() as place:
        within = Path(place) / (folder if folder not in {"", ".", ".."} and "/" not in folder else "download")
        within.mkdir()
        file = within / name
        file.write_bytes(reply.body)
        found = import_path(database, file, as_of=as_of)
    database.execute("UPDATE source SET origin=? WHERE origin=?", (address, str(file)))
    found.troubles = [one._replace(where=one.where.replace(str(file), address)) for one in found.troubles]
    return found
