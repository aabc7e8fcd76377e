"""``hardhull report``: every format from a saved scan, and the difference of two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardhull.cli.formats import JUDGEMENTS, rendered
from hardhull.cli.main import main
from hardhull.report.jsonout import render
from hardhull.report.view import View
from made_results import CLEAN, SHOP

if TYPE_CHECKING:
    from hardhull.model.result import Result

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    save("shop.json", SHOP)
    save("clean.json", CLEAN)


def save(name: str, result: Result) -> None:
    Path(name).write_text("".join(render(result)))


@pytest.mark.parametrize("form", JUDGEMENTS)
def test_every_format_is_what_the_scan_would_have_written(form: str, capsys: Captured) -> None:
    assert main(["report", "shop.json", "-f", form]) == 0
    view = View(width=100, unicode="·" in (out := capsys.readouterr().out) or form != "terminal")
    assert out == "".join(rendered(SHOP, form, view._replace(command="hardhull report shop.json")))


def test_a_gate_only_where_it_is_asked_for(capsys: Captured) -> None:
    assert main(["report", "shop.json", "--fail-on", "high"]) == 1
    assert "Gate fails" in capsys.readouterr().out
    assert main(["report", "clean.json", "--fail-on", "high"]) == 0


def test_quiet_and_output(capsys: Captured) -> None:
    assert main(["report", "shop.json", "-q", "-o", "line.txt"]) == 0
    assert Path("line.txt").read_text().startswith("19 findings: ")
    assert capsys.readouterr().out == ""


def test_a_difference(capsys: Captured) -> None:
    assert main(["report", "diff", "shop.json", "clean.json"]) == 0
    assert capsys.readouterr().out.endswith(
        "0 new, 19 fixed, 0 findings unchanged; grade D 41/100 before, A 100/100 now\n"
    )
    assert main(["report", "diff", "clean.json", "shop.json", "--fail-on", "critical", "-f", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["new"]) == 19
    assert main(["report", "diff", "shop.json", "shop.json", "--fail-on", "info"]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "one saved scan is needed"),
        (["a", "b"], "2 were named"),
        (["missing.json"], "No such file"),
        (["."], "Is a directory"),
        (["text.json"], "it is no JSON"),
        (["old.json"], "hardhull/0"),
        (["diff"], "two saved scans are needed"),
        (["diff", "shop.json"], "1 were named"),
        (["diff", "shop.json", "missing.json"], "cannot read missing.json"),
        (["diff", "shop.json", "shop.json", "-f", "sarif"], "there is no sarif form of it"),
    ],
)
def test_wrong_usage_is_told_in_three_parts(words: list[str], told: str, capsys: Captured) -> None:
    Path("text.json").write_text("FROM x")
    Path("old.json").write_text('{"schema": "hardhull/0"}')
    assert main(["report", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert [line[:7] for line in err.splitlines()] == ["error: ", "  why: ", "  do:  "]
