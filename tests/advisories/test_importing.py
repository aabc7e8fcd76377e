from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.advisories.database import DatabaseError, reading, writing
from hardhull.advisories.importing import Outcome, import_path
from hardhull.advisories.status import sources
from made_advisories import HIGH, catalogue, export, record, until

if TYPE_CHECKING:
    from pathlib import Path


def put(tmp_path: Path, path: Path, **more: Any) -> Outcome:
    with writing(tmp_path / "a.db") as database:
        return import_path(database, path, **more)


def names(tmp_path: Path) -> set[str]:
    with closing(reading(tmp_path / "a.db")) as database:
        return {row[0] for row in database.execute("SELECT name FROM advisory")}


def as_of(tmp_path: Path) -> dict[str, str]:
    with closing(reading(tmp_path / "a.db")) as database:
        return {one.name: one.as_of for one in sources(database)}


def filled(tmp_path: Path) -> Path:
    osv = tmp_path / "osv"
    both = record("GHSA-1", until("PyPI", "a", "1"), until("npm", "a", "1"))
    export(osv, "PyPI", [record("PYSEC-1", until("PyPI", "a", "1")), both])
    export(osv, "npm", [both])
    export(osv, "Debian", [record("DSA-1-1", until("Debian:12", "a", "1-1"), until("Debian:11", "a", "1-0"))])
    (osv / "kev.json").write_text(json.dumps(catalogue("CVE-2024-0001", "CVE-2024-0002")))
    return osv


def test_a_folder_of_exports(tmp_path: Path) -> None:
    done = put(tmp_path, filled(tmp_path))
    assert done.counts == {"PyPI": 2, "npm": 1, "Debian": 1, "KEV": 2}
    assert not done.troubles
    with closing(reading(tmp_path / "a.db")) as database:
        listed = {one.name: one for one in sources(database)}
    assert listed["Debian"].releases == ("11", "12")
    assert listed["KEV"].as_of == "2026-11-25T12:00:00"
    assert listed["PyPI"].as_of == "2026-11-20T08:00:00"


def test_an_export_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    put(tmp_path, filled(tmp_path))
    export(tmp_path / "osv", "PyPI", [record("PYSEC-2", until("PyPI", "b", "1"))])
    put(tmp_path, tmp_path / "osv" / "PyPI" / "all.zip")
    assert names(tmp_path) == {"PYSEC-2", "GHSA-1", "DSA-1-1"}
    with closing(reading(tmp_path / "a.db")) as database:
        assert database.execute("SELECT count(*) FROM package WHERE ecosystem='PyPI' AND name='a'").fetchone() == (0,)


def test_loose_records_are_added_replaced_and_withdrawn(tmp_path: Path) -> None:
    put(tmp_path, filled(tmp_path))
    one = tmp_path / "one.json"
    one.write_text(json.dumps([record("PYSEC-3", until("PyPI", "c", "1")), record("PYSEC-1", until("PyPI", "a", "2"))]))
    put(tmp_path, one)
    assert {"PYSEC-1", "PYSEC-3", "GHSA-1"} <= names(tmp_path)
    one.write_text(json.dumps(record("PYSEC-1", until("PyPI", "a", "2"), withdrawn="2026-01-01T00:00:00Z")))
    put(tmp_path, one)
    assert "PYSEC-1" not in names(tmp_path)
    with closing(reading(tmp_path / "a.db")) as database:
        left = database.execute("SELECT advisory FROM affected WHERE advisory NOT IN (SELECT id FROM advisory)")
        assert left.fetchall() == []


def test_the_age_of_data_is_that_of_their_newest_record_or_as_told(tmp_path: Path) -> None:
    path = export(
        tmp_path / "osv",
        "Go",
        [
            record("GO-1", until("Go", "a", "1"), modified="0001-01-01T00:00:00Z"),
            record("GO-2", until("Go", "a", "1"), modified="2999-01-01T00:00:00Z"),
        ],
    )
    put(tmp_path, path)
    assert as_of(tmp_path)["Go"] == ""
    put(tmp_path, path, as_of="2026-11-01")
    assert as_of(tmp_path)["Go"] == "2026-11-01"


def test_the_severity_of_a_cve_is_kept_for_those_that_have_none(tmp_path: Path) -> None:
    rated = {"severity": [{"type": "CVSS_V3", "score": HIGH}]}
    export(tmp_path / "osv", "PyPI", [
        record("PYSEC-1", until("PyPI", "a", "1"), aliases=["CVE-2024-1111"], **rated),
        record("PYSEC-2", until("PyPI", "a", "1"), aliases=["CVE-2024-1112", "CVE-2024-1113"], **rated),
    ])  # fmt: skip
    put(tmp_path, tmp_path / "osv")
    with closing(reading(tmp_path / "a.db")) as database:
        assert database.execute("SELECT name, score, advisory FROM rating").fetchall() == [
            ("CVE-2024-1111", 75, "PYSEC-1")
        ]


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    osv = filled(tmp_path)
    with zipfile.ZipFile(osv / "PyPI" / "all.zip", "a") as archive:
        archive.writestr("broken.json", "{")
        archive.writestr("empty.json", "{}")
        archive.writestr("deep.json", "[" * 100_000)
        archive.writestr("latin.json", b'{"id": "\xff"}')
        archive.writestr("notes.txt", "not ours")
    export(osv, "Go", [record("GO-1", until("Go", "a", "1"))])
    whole = (osv / "Go" / "all.zip").read_bytes()
    (osv / "Go" / "all.zip").write_bytes(whole[:-30])
    done = put(tmp_path, osv)
    assert done.counts["PyPI"] == 2
    assert [one.why for one in done.troubles] == [
        "it is no whole zip file (File is not a zip file)",
        "it is no JSON (Expecting property name enclosed in double quotes at line 1)",
        "it has no id",
        "it is nested too deeply",
        "it is no text in UTF-8",
    ]


def test_a_record_larger_than_any_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "PyPI" / "all.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b" " * (33 << 20))
    assert put(tmp_path, path).troubles[0].why == "it is too large for a record"


def test_a_failure_leaves_the_old_database(tmp_path: Path) -> None:
    put(tmp_path, filled(tmp_path))
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(sqlite3.OperationalError), writing(tmp_path / "a.db") as database:
        database.executescript("DELETE FROM advisory; DELETE FROM nothing")
    assert (tmp_path / "a.db").read_bytes() == before
    assert not (tmp_path / "a.db.new").exists()


def test_killed_while_it_writes(tmp_path: Path) -> None:
    put(tmp_path, filled(tmp_path))
    before = (tmp_path / "a.db").read_bytes()
    code = (
        "import os, pathlib, signal, sys\n"
        "from hardhull.advisories.database import writing\n"
        "with writing(pathlib.Path(sys.argv[1])) as database:\n"
        "    database.execute('DELETE FROM advisory')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.db")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "a.db").read_bytes() == before
    put(tmp_path, tmp_path / "osv" / "npm")
    assert "PYSEC-1" in names(tmp_path)


def test_files_of_others_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t(x)")
        other.commit()
    before = path.read_bytes()
    for content in (before, b"no database", b""):
        path.write_bytes(content)
        with pytest.raises(DatabaseError):
            put(tmp_path, filled(tmp_path))
        with pytest.raises(DatabaseError):
            reading(path)
        assert path.read_bytes() == content
    with pytest.raises(DatabaseError, match="there is no database"):
        reading(tmp_path / "none.db")
