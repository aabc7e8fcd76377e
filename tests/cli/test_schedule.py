"""``hardhull report schedule``: files that their readers take, written through the journal and taken back."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from texts import findings_of, scan_texts

from hardhull.cli.main import main
from hardhull.report.schedule import FOLDER, KINDS, schedule
from hardhull.rules.rule import find_rule

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
PROGRAM = "/usr/bin/hardhull"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "hardhull"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown_and_names_this_program(kind: str, capsys: Captured) -> None:
    assert main(["report", "schedule", kind]) == 0
    out = capsys.readouterr().out
    assert "/bin/hardhull scan host engine containers" in out


def test_a_schedule_is_written_once_and_taken_back(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    assert main(["report", "schedule", "systemd", "-o", str(folder)]) == 0
    assert {path.name for path in folder.glob("*.*")} >= {"hardhull-audit.service", "hardhull-audit.timer"}
    assert "systemctl enable --now" in capsys.readouterr().err
    assert main(["report", "schedule", "systemd", "-o", str(folder)]) == 0
    assert "already" in capsys.readouterr().err
    monkeypatch.chdir(folder)
    assert main(["undo"]) == 0
    assert not list(folder.glob("hardhull-audit.*"))
    (folder / "hardhull-audit.timer").write_text("mine\n")
    assert main(["report", "schedule", "systemd", "-o", str(folder)]) == 5
    assert (folder / "hardhull-audit.timer").read_text() == "mine\n"


@pytest.mark.parametrize("words", [["hourly"], [], ["cron", "ci"]])
def test_another_word_is_refused(words: list[str], capsys: Captured) -> None:
    assert main(["report", "schedule", *words]) == 2
    assert "systemd|cron|ci" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", "schedule", "cron", "-o", str(tmp_path / "none")]) == 4
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for file in schedule("systemd", "/bin/true").files:
        (tmp_path / file.name).write_text(file.text)
    units = [str(tmp_path / "hardhull-audit.service"), str(tmp_path / "hardhull-audit.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert not [line for line in done.stderr.splitlines() if "hardhull-audit" in line], done.stderr


def test_the_line_of_cron_runs_and_keeps_the_audit_before(tmp_path: Path) -> None:
    """With a program in the place of hardhull that writes what it was called with."""
    program = tmp_path / "bin" / "hardhull"
    program.write_text('#!/bin/sh\nfor word; do last=$word; done\necho "$@" > "$last"\n')
    (file,) = schedule("cron", str(program)).files
    command = file.text.splitlines()[-1].split(" ", 6)[6].replace(FOLDER, str(tmp_path / "audits"))
    for _ in range(2):
        subprocess.run(["/bin/sh", "-c", command], check=True)
    assert "--format json" in (tmp_path / "audits" / "latest.json").read_text()
    assert (tmp_path / "audits" / "previous.json").exists()
    assert (tmp_path / "audits").stat().st_mode & 0o077 == 0


def test_our_own_rules_have_nothing_against_the_workflow() -> None:
    (file,) = schedule("ci", PROGRAM).files
    parsed = yaml.safe_load(file.text)
    assert parsed["permissions"] == {}
    result = scan_texts({file.place: file.text})
    assert not [one for one in result.findings if one.severity.word in {"high", "critical", "medium"}]
    overdue = find_rule("host-audit-overdue")
    assert overdue is not None
    assert not findings_of(overdue.id, result)
