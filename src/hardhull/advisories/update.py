"""``hardhull db update``: OSV's bulk exports and the catalogue of exploited CVEs, by network; only what changed.

Source: https://google.github.io/osv.dev/data/: ``ECOSYSTEM/all.zip``, ``ECOSYSTEM/ID.json`` and
``ECOSYSTEM/modified_id.csv``, whose lines are ``TIME,ID``, the newest first.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from hardhull.advisories import kev
from hardhull.advisories.importing import Outcome, Trouble, import_zip, loaded, put, reason
from hardhull.advisories.records import RecordError
from hardhull.advisories.store import Store, now
from hardhull.supply.registry.address import NetworkError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from hardhull.supply.registry.transport import Reply, Transport

OSV_DEV: Final = "https://osv-vulnerabilities.storage.googleapis.com"
CISA: Final = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
USUAL: Final = (
    "Alpine",
    "Bitnami",
    "crates.io",
    "Debian",
    "Go",
    "Maven",
    "npm",
    "NuGet",
    "Packagist",
    "PyPI",
    "RubyGems",
    "Ubuntu",
)
"""What the first update fetches: the ecosystems of most images. Later ones refresh what there is."""
MAX_ZIP: Final = 4 << 30
MAX_LIST: Final = 512 << 20
ZIP_SECONDS: Final = 3600
FEW: Final = 400
"""Changed records that are fetched one by one; for more, the whole export costs less."""


def update(
    database: sqlite3.Connection,
    transport: Transport,
    wanted: Iterable[str],
    *,
    base: str = OSV_DEV,
    catalogue: str = CISA,
) -> Outcome:
    """Brings ecosystems and the catalogue up to date.

    What cannot be had is noted, and what the database had of it stays.

    Args:
        database: open for writing.
        transport: the way to the servers.
        wanted: ecosystems as OSV spells them; those of the database, or the usual ones, where empty.
        base: the address of OSV's exports, or of a mirror of theirs.
        catalogue: the address of the catalogue; empty for none.
    """
    outcome = Outcome()
    sources = dict(database.execute("SELECT name, cursor FROM source WHERE kind='osv'").fetchall())
    for ecosystem in list(wanted) or sorted(sources) or USUAL:
        try:
            one = _Ecosystem(database, transport, ecosystem, base)
            outcome.add(one.bring(sources.get(ecosystem, ""), outcome.troubles))
        except (NetworkError, OSError, ValueError) as error:
            outcome.troubles.append(Trouble(ecosystem, reason(error)))
    if catalogue:
        try:
            outcome.add({kev.NAME: _catalogue(database, transport, catalogue)})
        except (NetworkError, OSError, ValueError) as error:
            outcome.troubles.append(Trouble(kev.NAME, reason(error)))
    return outcome


def _catalogue(database: sqlite3.Connection, transport: Transport, address: str) -> int:
    reply = _had(transport.ask("GET", address, limit=MAX_LIST))
    data = loaded(reply.body)
    if not kev.is_catalogue(data):
        raise RecordError("the answer is no catalogue of exploited vulnerabilities")
    return kev.put(database, data, address, now() if address == CISA else "")


def _had(reply: Reply) -> Reply:
    """The answer, if it is one.

    Raises:
        NetworkError: it is not.
    """
    if reply.status != 200:
        raise NetworkError(f"{reply.url} answers {reply.status}", "check the name of the ecosystem, or try later")
    return reply


class _Ecosystem:
    def __init__(self, database: sqlite3.Connection, transport: Transport, name: str, base: str) -> None:
        self._database, self._transport = database, transport
        self._name = name
        self._address = f"{base.rstrip('/')}/{quote(name)}"
        self._as_of = now() if base == OSV_DEV else ""

    def bring(self, cursor: str, troubles: list[Trouble]) -> dict[str, int]:
        """Fetches what changed since the cursor; everything where that is not known, or is most of it."""
        listed = self._transport.ask("GET", f"{self._address}/modified_id.csv", limit=MAX_LIST)
        lines = listed.body.decode("utf-8", "replace").split("\n") if listed.status == 200 else []
        changes = [(time, name) for time, comma, name in (line.strip().partition(",") for line in lines) if comma]
        newest = changes[0][0] if changes else ""
        fresh = [name.rpartition("/")[2] for time, name in changes if time > cursor] if cursor else []
        if not cursor or not changes or len(fresh) > FEW:
            return self._whole(newest, troubles)
        return self._some(fresh, newest, troubles)

    def _whole(self, cursor: str, troubles: list[Trouble]) -> dict[str, int]:
        address = f"{self._address}/all.zip"
        reply = _had(self._transport.ask("GET", address, limit=MAX_ZIP, seconds=ZIP_SECONDS))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "all.zip"
            file.write_bytes(reply.body)
            del reply
            return import_zip(
                self._database, file, troubles, own=self._name, origin=address, as_of=self._as_of, cursor=cursor
            )

    def _some(self, names: list[str], cursor: str, troubles: list[Trouble]) -> dict[str, int]:
        """Fetches records one by one. One that is gone is forgotten; one that fails stays to be asked for again."""
        store = Store(self._database, self._address, as_of=self._as_of)
        store.source(self._name, afresh=False)
        failed = False
        for name in dict.fromkeys(names):
            try:
                reply = self._transport.ask("GET", f"{self._address}/{quote(name)}.json", limit=MAX_LIST)
                if reply.status in {404, 410}:
                    store.remove(name, self._name)
                    continue
                put(store, loaded(_had(reply).body), only=self._name)
            except (NetworkError, ValueError) as error:
                failed = True
                troubles.append(Trouble(f"{self._name} {name}", reason(error)))
        store.finish(cursors={} if failed else {self._name: cursor})
        return store.counts
