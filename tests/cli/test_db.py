from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hardhull.cli.main import main
from made_advisories import catalogue, export, record, until

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARDHULL_DB", str(tmp_path / "data" / "a.db"))
    monkeypatch.chdir(tmp_path)
    export(tmp_path / "osv", "Debian", [record("DSA-1-1", until("Debian:12", "a", "1-1"))])
    (tmp_path / "osv" / "kev.json").write_text(json.dumps(catalogue("CVE-2024-0001")))
    return tmp_path


def test_import_and_status(capsys: Captured) -> None:
    assert main(["db", "import", "osv"]) == 0
    assert "Debian: 1 read\nKEV: 1 read\n" in capsys.readouterr().out
    assert main(["db", "status"]) == 0
    out = capsys.readouterr().out
    assert "1 advisories" in out
    assert "releases 12" in out
    assert main(["db", "status", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "hardhull-db/1"
    assert [(one["name"], one["kind"], one["records"]) for one in told["sources"]] == [
        ("Debian", "osv", 1),
        ("KEV", "kev", 1),
    ]


def test_old_data_are_told_to_be_old(place: Path, capsys: Captured) -> None:
    export(place / "osv", "Go", [record("GO-1", until("Go", "a", "1"), modified="2020-01-01T00:00:00Z")])
    main(["db", "import", "-q", "osv/Go"])
    assert capsys.readouterr().out == ""
    main(["db", "status"])
    assert "too old to call anything clean" in capsys.readouterr().out
    assert main(["db", "import", "osv/Go", "--as-of", "2999-01-01", "-q"]) == 0
    main(["db", "status"])
    assert "too old" not in capsys.readouterr().out


def test_there_is_none(capsys: Captured) -> None:
    assert main(["db", "status"]) == 3
    assert "there is no database at" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["import", "none"], 4, "there is no such file or folder"),
        (["import", "notes.txt"], 4, "it is neither a .zip nor a .json file"),
        (["import", "empty"], 3, "no record of OSV"),
        (["import", "osv", "--as-of", "soon"], 2, "it must be YYYY-MM-DD"),
        (["import", "osv", "--db", "notes.txt"], 4, "file is not a database"),
        (["import", "osv", "--db", "notes.txt/a.db"], 4, "cannot write notes.txt/a.db"),
        (["update", "-e", "Debain"], 2, "no such ecosystem whose versions we can compare"),
        (["update", "--from", "http://example.com"], 4, "not asked without TLS"),
        (["import"], 2, "Missing argument"),
        (["upgrade"], 2, "No such command"),
    ],
)
def test_what_cannot_be_done(place: Path, words: list[str], code: int, why: str, capsys: Captured) -> None:
    (place / "notes.txt").write_text("notes")
    (place / "empty").mkdir()
    assert main(["db", *words]) == code
    assert why in capsys.readouterr().err
    assert (place / "notes.txt").read_text() == "notes"
    assert not (place / "data" / "a.db").exists()


def test_what_was_not_read_is_told(place: Path, capsys: Captured) -> None:
    (place / "osv" / "broken.json").write_text("{")
    assert main(["db", "import", "osv"]) == 4
    assert "not read: osv/broken.json: it is no JSON" in capsys.readouterr().err
    assert main(["db", "status"]) == 0
