"""The catalogue of Known Exploited Vulnerabilities of CISA: which CVEs are used in attacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from hardhull.advisories.store import KEV, now

if TYPE_CHECKING:
    import sqlite3

NAME: Final = "KEV"
CVE: Final = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)


def is_catalogue(data: Any) -> bool:
    """Whether a JSON document is the catalogue."""
    return isinstance(data, dict) and isinstance(data.get("vulnerabilities"), list) and "catalogVersion" in data


def put(database: sqlite3.Connection, data: dict[str, Any], origin: str, as_of: str = "") -> int:
    """Writes the catalogue in the place of the last one, and returns how many CVEs it has."""
    rows = [
        (
            one["cveID"], _text(one, "dateAdded"), _text(one, "dueDate"),
            _text(one, "knownRansomwareCampaignUse") == "Known", _text(one, "vulnerabilityName")[:120],
        )
        for one in data["vulnerabilities"]
        if isinstance(one, dict) and isinstance(one.get("cveID"), str) and CVE.fullmatch(one["cveID"])
    ]  # fmt: skip
    database.execute("DELETE FROM exploited")
    database.executemany("INSERT OR REPLACE INTO exploited VALUES(?,?,?,?,?)", rows)
    released = as_of or _text(data, "dateReleased")[:19]
    database.execute("DELETE FROM source WHERE name=?", (NAME,))
    database.execute(
        "INSERT INTO source(name, kind, origin, imported, as_of, records) VALUES(?,?,?,?,?,?)",
        (NAME, KEV, origin, now(), released, len(rows)),
    )
    return len(rows)


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""
