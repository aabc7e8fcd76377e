"""``hardhull undo`` as people use it; no secret in anything it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apply_trees import in_child
from hardhull.apply import Journal
from hardhull.cli.main import main
from hardhull.model.receipt import FileChange

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("apply_places",)

Captured = pytest.CaptureFixture[str]

PASSWORD, TOKEN = "x7Kq9pL2mN4v", "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
COMPOSE = f"""services:
  db:
    image: mysql:8
    privileged: true
    environment:
      MYSQL_ROOT_PASSWORD: {PASSWORD}
      API_TOKEN: {TOKEN}
"""
FIXED = COMPOSE.replace("    privileged: true\n", "")


@pytest.fixture
def tree(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = place / "shop"
    (folder / "web").mkdir(parents=True)
    (folder / "compose.yaml").write_text(COMPOSE)
    monkeypatch.chdir(folder / "web")
    monkeypatch.setenv("COLUMNS", "100")
    return folder


def fix(tree: Path, title: str = "fix of 1 finding") -> str:
    return Journal(tree).apply(title, [FileChange("compose.yaml", COMPOSE.encode(), FIXED.encode())]).id


def test_back_and_forth(tree: Path, capsys: Captured) -> None:
    name = fix(tree)
    assert main(["undo"]) == 0
    assert (tree / "compose.yaml").read_text() == COMPOSE
    out, err = capsys.readouterr()
    assert (
        out
        == f"Undone: {name}, 1 file written\n    changed compose.yaml\nBack to where it was before this: hardhull undo 2\n"
    )
    assert err == ""
    assert main(["undo", "1"]) == 0
    assert "was undone before (by 2-" in capsys.readouterr().out
    assert main(["undo", "2", "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tree / "compose.yaml").read_text() == FIXED
    assert main(["undo", name, "-f", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "hardhull-receipts/1"
    assert told["receipt"]["of"] == name
    assert told["receipt"]["files"] == [{"path": "compose.yaml", "what": "changed", "note": ""}]


def test_the_list(tree: Path, capsys: Captured) -> None:
    assert main(["undo", "--list"]) == 0
    assert capsys.readouterr().out == "Nothing was ever applied here.\n"
    fix(tree, f"set DB_PASSWORD={PASSWORD}")
    assert main(["undo"]) == 0
    capsys.readouterr()
    assert main(["undo", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2-")
    assert "UTC  applied  undo of 1-" in lines[0]
    assert lines[1] == "    changed compose.yaml"
    assert lines[2].startswith("1-")
    assert lines[2].endswith("UTC  undone  set DB_PASSWORD=[redacted]")
    assert lines[3].startswith("    by 2-")
    assert main(["undo", "--list", "-f", "json", "--root", str(tree)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [receipt["state"] for receipt in told["receipts"]] == ["undone", "applied"]


def test_nothing_to_undo(tree: Path, capsys: Captured) -> None:
    assert main(["undo"]) == 3
    assert "nothing was ever applied" in capsys.readouterr().err
    assert not (tree / ".hardhull").exists()
    fix(tree)
    assert main(["undo", "9"]) == 2
    assert main(["undo", "1", "--list"]) == 2
    assert main(["undo", "--root", str(tree / "missing")]) == 4
    err = capsys.readouterr().err
    assert err.count("error: ") == err.count("  why: ") == err.count("  do:  ") == 3


def test_a_later_edit_stays_or_refuses(tree: Path, capsys: Captured) -> None:
    fix(tree)
    (tree / "compose.yaml").write_text(FIXED + "  web:\n    image: nginx\n")
    assert main(["undo"]) == 0
    assert "changed compose.yaml; later edits kept" in capsys.readouterr().out
    assert (tree / "compose.yaml").read_text() == COMPOSE + "  web:\n    image: nginx\n"
    assert main(["undo", "2"]) == 0
    (tree / "compose.yaml").write_text(FIXED.replace("mysql:8", "mysql:9"))
    assert main(["undo", "1"]) == 5
    err = capsys.readouterr().err
    assert "-    image: mysql:8\n+    image: mysql:9\n" in err
    assert "error: receipt 1-" in err
    assert "in or beside what hardhull wrote" in err
    assert (tree / "compose.yaml").read_text() == FIXED.replace("mysql:8", "mysql:9")


def test_a_run_that_was_cut_short_is_told(tree: Path, capsys: Captured) -> None:
    def die() -> list[str]:
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    change = FileChange("compose.yaml", COMPOSE.encode(), FIXED.encode())
    in_child(lambda: Journal(tree).apply("fix", [change], die))
    assert (tree / "compose.yaml").read_text() == FIXED
    assert main(["undo", "--list"]) == 0
    assert "  cut short  fix" in capsys.readouterr().out
    assert main(["scan", str(tree), "-q", "--fail-on", "never"]) == 0
    told = capsys.readouterr().err
    assert told.startswith("hardhull: a run that began at 2")
    assert "(fix) was cut short: files may be half changed; the next `hardhull undo`" in told
    assert (tree / "compose.yaml").read_text() == FIXED  # a scan only tells it
    assert main(["undo"]) == 3
    err = capsys.readouterr().err
    assert "hardhull: an earlier run was cut short: 1-" in err
    assert "it was taken back" in err
    assert (tree / "compose.yaml").read_text() == COMPOSE


def test_no_secret_in_anything_that_is_said(tree: Path, place: Path) -> None:
    """The real command; also what other tests cannot see: all that is kept outside of the backups."""
    said = ""

    def run(*words: str) -> int:
        nonlocal said
        command = [sys.executable, "-m", "hardhull", "undo", *words]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=60)
        assert "Traceback" not in done.stderr
        said += done.stdout + done.stderr
        return done.returncode

    fix(tree, f"changed API_TOKEN={TOKEN}")
    assert run("--list") == 0
    assert run("-f", "json") == 0
    assert run("2") == 0
    for later in (
        FIXED.replace("mysql:8", "mysql:9"),
        FIXED.replace(PASSWORD, "y8Lr0qM3nO5w"),
        f"token: {TOKEN}\n",
        FIXED + f"  x: {{password: {PASSWORD}}}",
    ):
        (tree / "compose.yaml").write_text(later)
        run()
    assert run("--list", "-f", "json") == 0
    assert len(said) > 2500
    for secret in (PASSWORD, TOKEN, "y8Lr0qM3nO5w"):
        assert secret not in said
    kept = [
        path
        for path in place.rglob("*")
        if path.is_file() and path.parent.name != "blobs" and path.name != "compose.yaml"
    ]
    assert len(kept) > 5
    for path in kept:
        assert PASSWORD not in path.read_text()


def test_hostile_names_are_harmless(tree: Path, capsys: Captured) -> None:
    Journal(tree).apply("\x1b]0;owned\x07", [FileChange("\x1b[2J\n\u202e\udcff", None, b"")])
    for words in (["--list"], ["--list", "-f", "json"], [], ["2"], ["\x1b[2J"]):
        main(["undo", *words])
    out, err = capsys.readouterr()
    for bad in ("\x1b", "\x07", "\u202e", "\udcff"):
        assert bad not in out + err
