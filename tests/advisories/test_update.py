from __future__ import annotations

import json
import threading
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from hardhull.advisories.database import reading, writing
from hardhull.advisories.download import import_address
from hardhull.advisories.update import FEW, update
from hardhull.supply.registry.transport import Transport
from made_advisories import catalogue, export, record, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hardhull.advisories.importing import Outcome


class Mirror:
    """A folder as OSV.dev's bucket, served on this machine, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.address = ""

    def write(self, ecosystem: str, changes: list[tuple[str, dict[str, Any]]], *, listed: bool = True) -> None:
        """The export, its records and its list of changes, the newest first."""
        export(self.folder, ecosystem, [one for _, one in changes])
        folder = self.folder / ecosystem
        for _, one in changes:
            (folder / f"{one['id']}.json").write_text(json.dumps(one))
        lines = [f"{time},{one['id']}" for time, one in sorted(changes, key=lambda change: change[0], reverse=True)]
        if listed:
            (folder / "modified_id.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    found = Mirror(tmp_path / "mirror")
    found.folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, *_words: Any) -> None:
            found.asked.append(unquote(self.path))

        def log_message(self, *_words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(found.folder))) as server:
        found.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def bring(tmp_path: Path, mirror: Mirror, *wanted: str, kev: str = "") -> Outcome:
    mirror.asked.clear()
    with writing(tmp_path / "a.db") as database, closing(Transport(sleep=lambda _seconds: None)) as transport:
        return update(database, transport, wanted, base=mirror.address, catalogue=kev)


def names(tmp_path: Path) -> set[str]:
    with closing(reading(tmp_path / "a.db")) as database:
        return {row[0] for row in database.execute("SELECT name FROM advisory")}


def one(name: str, **more: Any) -> dict[str, Any]:
    return record(name, until("Rocky Linux:9", "a", "1-1"), **more)


def test_at_first_everything_and_then_what_changed(tmp_path: Path, mirror: Mirror) -> None:
    old = [("2026-01-01T00:00:00Z", one("RLSA-1")), ("2026-01-02T00:00:00Z", one("RLSA-2"))]
    mirror.write("Rocky Linux", old)
    assert bring(tmp_path, mirror, "Rocky Linux").counts == {"Rocky Linux": 2}
    assert mirror.asked == ["/Rocky Linux/modified_id.csv", "/Rocky Linux/all.zip"]
    assert bring(tmp_path, mirror).counts == {"Rocky Linux": 0}
    assert mirror.asked == ["/Rocky Linux/modified_id.csv"]
    mirror.write("Rocky Linux", [*old, ("2026-02-01T00:00:00Z", one("RLSA-3"))])
    bring(tmp_path, mirror)
    assert mirror.asked == ["/Rocky Linux/modified_id.csv", "/Rocky Linux/RLSA-3.json"]
    assert names(tmp_path) == {"RLSA-1", "RLSA-2", "RLSA-3"}


def test_what_was_withdrawn_or_is_gone_is_forgotten(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [(f"2026-01-0{at}T00:00:00Z", one(f"RLSA-{at}")) for at in (1, 2, 3)])
    bring(tmp_path, mirror, "Rocky Linux")
    withdrawn = one("RLSA-1", withdrawn="2026-03-01T00:00:00Z")
    mirror.write("Rocky Linux", [("2026-03-01T00:00:00Z", withdrawn), ("2026-03-02T00:00:00Z", one("RLSA-2"))])
    (mirror.folder / "Rocky Linux" / "RLSA-2.json").unlink()
    assert not bring(tmp_path, mirror).troubles
    assert names(tmp_path) == {"RLSA-3"}


def test_a_record_that_fails_is_asked_for_again(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [("2026-01-01T00:00:00Z", one("RLSA-1"))])
    bring(tmp_path, mirror, "Rocky Linux")
    mirror.write("Rocky Linux", [("2026-03-01T00:00:00Z", one("RLSA-2")), ("2026-03-02T00:00:00Z", one("RLSA-3"))])
    path = mirror.folder / "Rocky Linux" / "RLSA-2.json"
    path.write_text("{")
    assert [trouble.where for trouble in bring(tmp_path, mirror).troubles] == ["Rocky Linux RLSA-2"]
    assert names(tmp_path) == {"RLSA-1", "RLSA-3"}
    path.write_text(json.dumps(one("RLSA-2")))
    assert not bring(tmp_path, mirror).troubles
    assert names(tmp_path) == {"RLSA-1", "RLSA-2", "RLSA-3"}


def test_many_changes_are_fetched_at_once(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [("2026-01-01T00:00:00Z", one("RLSA-1"))])
    bring(tmp_path, mirror, "Rocky Linux")
    mirror.write("Rocky Linux", [("2026-03-01T00:00:00Z", one(f"RLSA-{at}")) for at in range(FEW + 1)])
    bring(tmp_path, mirror)
    assert mirror.asked == ["/Rocky Linux/modified_id.csv", "/Rocky Linux/all.zip"]
    assert len(names(tmp_path)) == FEW + 1


def test_a_mirror_without_a_list_of_changes(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [("2026-01-01T00:00:00Z", one("RLSA-1"))], listed=False)
    for _ in range(2):
        bring(tmp_path, mirror, "Rocky Linux")
        assert mirror.asked == ["/Rocky Linux/modified_id.csv", "/Rocky Linux/all.zip"]


def test_what_cannot_be_had_stays_as_it_was(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [("2026-01-01T00:00:00Z", one("RLSA-1"))])
    bring(tmp_path, mirror, "Rocky Linux")
    for path in (mirror.folder / "Rocky Linux").iterdir():
        path.unlink()
    done = bring(tmp_path, mirror, "Rocky Linux", "PyPI", kev=f"{mirror.address}/kev.json")
    assert [trouble.where for trouble in done.troubles] == ["Rocky Linux", "PyPI", "KEV"]
    assert names(tmp_path) == {"RLSA-1"}


def test_the_catalogue(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [("2026-01-01T00:00:00Z", one("RLSA-1"))])
    (mirror.folder / "kev.json").write_text(json.dumps(catalogue("CVE-2024-0001")))
    assert bring(tmp_path, mirror, "Rocky Linux", kev=f"{mirror.address}/kev.json").counts["KEV"] == 1
    (mirror.folder / "kev.json").write_text("[]")
    done = bring(tmp_path, mirror, kev=f"{mirror.address}/kev.json")
    assert done.troubles[0].why == "the answer is no catalogue of exploited vulnerabilities"
    with closing(reading(tmp_path / "a.db")) as database:
        assert database.execute("SELECT name FROM exploited").fetchall() == [("CVE-2024-0001",)]


def test_one_address(tmp_path: Path, mirror: Mirror) -> None:
    mirror.write("Rocky Linux", [("2026-01-01T00:00:00Z", one("RLSA-1"))])
    address = f"{mirror.address}/Rocky%20Linux/all.zip"
    with writing(tmp_path / "a.db") as database:
        assert import_address(database, address).counts == {"Rocky Linux": 1}
        assert database.execute("SELECT origin FROM source").fetchall() == [(address,)]
        assert import_address(database, f"{mirror.address}/none.zip").troubles[0].why == "the answer is 404"
        assert import_address(database, "http://example.com/all.zip").troubles[0].why.endswith("not asked without TLS")
