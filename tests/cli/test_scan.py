"""``hardhull scan``: from words to a report and an exit code, with the scan itself made up."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hardhull.scan
from hardhull.cli.main import main
from hardhull.report.jsonin import read
from made_results import CLEAN, SHOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.model.result import Result
    from hardhull.scan import Options


class Scans:
    """Stands for the scan: gives a result and remembers what it was asked."""

    def __init__(self) -> None:
        self.result: Result = SHOP
        self.asked: list[tuple[tuple[str, ...], Options]] = []

    def __call__(self, targets: Sequence[str], options: Options) -> Result:
        self.asked.append((tuple(targets), options))
        return self.result


@pytest.fixture(autouse=True)
def scans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scans:
    made = Scans()
    monkeypatch.setattr(hardhull.scan, "scan", made)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return made


Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("words", [[], ["scan"], ["."], ["scan", "."], ["--quiet"], ["--", "."]])
def test_scan_is_what_happens_without_a_verb(words: list[str], scans: Scans, capsys: Captured) -> None:
    assert main(words) == 1
    assert scans.asked[0][0] == (".",)
    assert "19 findings" in capsys.readouterr().out


def test_the_screen_and_its_exit_code(capsys: Captured) -> None:
    assert main(["shop"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("hardhull 0.1.0 ")
    assert "Gate fails: 5 findings at or above high" in out
    assert "hardhull scan shop --all" in out
    assert err == ""
    assert main(["shop", "--fail-on", "never"]) == 4
    assert "Gate" not in capsys.readouterr().out


def test_the_options_reach_the_scan(scans: Scans) -> None:
    Path("own.toml").write_text("")
    main(["a", "b", "--config", "own.toml", "--no-ignore", "--today", "2026-12-31", "--facts", "also", "-f", "json"])
    targets, options = scans.asked[0]
    assert targets == ("a", "b")
    assert options.config == Path("own.toml")
    assert (options.ignores, options.today, options.facts) == (False, "2026-12-31", True)


def test_the_next_command_repeats_what_changes_the_result(capsys: Captured) -> None:
    main(["my shop", "--no-ignore", "--today", "2026-12-31"])
    assert "hardhull scan 'my shop' --no-ignore --today 2026-12-31 --all" in capsys.readouterr().out


def test_json_on_standard_output_is_nothing_else(capsys: Captured) -> None:
    assert main(["-f", "json"]) == 1
    out, err = capsys.readouterr()
    assert read(out.encode()) == SHOP
    assert err == "hardhull: 5 findings at or above high\n"


@pytest.mark.parametrize("form", ["json", "sarif", "github", "checklist"])
def test_quiet_has_the_format_and_nothing_beside_it(form: str, capsys: Captured) -> None:
    assert main(["-q", "-f", form]) == 1
    out, err = capsys.readouterr()
    assert len(out) > 500
    assert err == ""


def test_quiet_on_a_terminal_is_one_honest_line(capsys: Captured) -> None:
    assert main(["-q"]) == 1
    assert capsys.readouterr().out.endswith("1 hidden by ignores; 3 not checked (1 failed)\n")


def test_a_file_gets_the_report_and_the_person_the_outcome(scans: Scans, capsys: Captured) -> None:
    scans.result = CLEAN
    assert main(["-f", "sarif", "-o", "out.sarif"]) == 0
    assert json.loads(Path("out.sarif").read_text())["version"] == "2.1.0"
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "hardhull: No findings; nothing known to be left unchecked\n"


def test_a_screen_in_a_file_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["-o", "screen.txt"])
    assert "\x1b" not in Path("screen.txt").read_text()


def test_facts_only_has_no_verdict(scans: Scans, capsys: Captured) -> None:
    scans.result = CLEAN._replace(facts=({"kind": "workload"},))
    assert main(["-f", "json", "--facts", "only"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["facts"] == [{"kind": "workload"}]
    assert (made["findings"], made["rules"], made["score"]) == ([], [], None)


def test_the_gate_of_the_configuration_counts_unless_one_is_named(scans: Scans) -> None:
    scans.result = SHOP._replace(findings=SHOP.findings[2:3], not_checked=(), fail_on="critical")
    assert main([]) == 0
    assert main(["--fail-on", "high"]) == 1
    assert main(["--fail-on", "unknown"]) == 0, "the configuration goes on saying from which severity on"


def test_strict(scans: Scans) -> None:
    scans.result = CLEAN._replace(not_checked=SHOP.not_checked[:1])
    assert main([]) == 0
    assert main(["--fail-on", "unchecked"]) == 4


def test_nothing_to_look_at_is_no_success(scans: Scans, capsys: Captured) -> None:
    scans.result = CLEAN._replace(targets=(), checks=(), score=None)
    assert main(["empty"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: nothing to look at in empty\n  why: ")
    assert main(["empty", "-f", "json"]) == 3
    assert json.loads(capsys.readouterr().out)["score"] is None


def test_files_without_a_container_are_no_success(scans: Scans, capsys: Captured) -> None:
    scans.result = CLEAN._replace(checks=(), score=None)
    assert main([]) == 3
    assert "  why: 4 files read, and none says how a container is built or run\n" in capsys.readouterr().err


def test_standard_input_is_read_when_it_is_named(scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"FROM \xff\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    main(["-"])
    assert scans.asked[0][1].stdin == b"FROM \xff\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--today", "tomorrow"], "--today tomorrow is no date"),
        (["--today", "2026-13-01"], "is no date"),
        (["--facts", "only"], "--facts only needs JSON"),
        (["--fail-on", "awful"], "'awful' is not one of"),
        (["-f", "xml"], "'xml' is not one of"),
        (["--no-such"], "No such option"),
        (["--output"], "requires an argument"),
    ],
)
def test_wrong_usage_is_told_in_three_parts(words: list[str], told: str, scans: Scans, capsys: Captured) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert [line[:7] for line in err.splitlines()] == ["error: ", "  why: ", "  do:  "]
    assert scans.asked == []
