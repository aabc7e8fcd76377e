"""What cannot be done is told in three parts, without a traceback, whatever goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import hardhull.scan
from hardhull.cli.main import main
from made_results import CLEAN

Captured = pytest.CaptureFixture[str]


def test_a_target_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["scna"]) == 2
    assert capsys.readouterr().err == (
        "error: cannot scan scna\n  why: there is no such file or folder, and no such verb\n  do:  did you mean `hardhull scan`?\n"
    )
    assert main(["no/such/place"]) == 2
    assert "check the path" in capsys.readouterr().err


def test_a_target_of_a_later_version(capsys: Captured) -> None:
    assert main(["cluster:prod"]) == 2
    assert "this verb does not read targets of this kind" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("missing.toml", "there is no such file"),
        ("broken.toml", "is not valid TOML"),
        ("unknown.toml", "did you mean `trusted-registries`?"),
    ],
)
def test_a_configuration_that_cannot_be_used(
    name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.toml").write_text("[")
    Path("unknown.toml").write_text("trusted-regstries = []")
    assert main(["--config", name]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: the configuration {name} cannot be used\n")
    assert told in err


def test_a_hostile_name_is_harmless(capsys: Captured) -> None:
    assert main(["\x1b]0;owned\x07\u202e\udcff"]) == 2
    err = capsys.readouterr().err
    assert err.isascii()
    assert "\x1b" not in err


@pytest.mark.parametrize("fault", [RecursionError(), ValueError("secret of the file"), MemoryError()])
def test_a_fault_of_ours_is_no_traceback(fault: Exception, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(hardhull.scan, "scan", fail)
    monkeypatch.delenv("HARDHULL_TRACEBACK", raising=False)
    assert main(["."]) == 4
    err = capsys.readouterr().err
    assert err.startswith(f"error: hardhull itself failed\n  why: {type(fault).__name__} at test_errors.py:")
    assert "secret" not in err
    monkeypatch.setenv("HARDHULL_TRACEBACK", "1")
    with pytest.raises(type(fault)):
        main(["."])


def test_a_device_that_fails_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error", "web/Dockerfile")

    monkeypatch.setattr(hardhull.scan, "scan", fail)
    assert main(["."]) == 4
    assert "  why: Input/output error (web/Dockerfile)\n" in capsys.readouterr().err


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hardhull.scan, "scan", fail)
    assert main(["."]) == 130
    assert capsys.readouterr() == ("", "")


WORDS = ["scan", "report", "explain", "diff", "--all", "-f", "json", "-", "-q", "--list", "-o", "--fail-on", "low"]


@given(words=st.lists(st.text(st.characters(exclude_characters="/."), max_size=8) | st.sampled_from(WORDS), max_size=4))
@example(words=["report", "diff"])
@example(words=["explain", ""])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_give_an_exit_code_and_no_traceback(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setattr(hardhull.scan, "scan", lambda *_: CLEAN)
    assert main(words) in {0, 2, 4}
    assert "Traceback" not in capsys.readouterr().err


def run(shell: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The real command in a shell; ``H`` is hardhull."""
    script = f'H="{sys.executable} -m hardhull"; {shell}'
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    done = run("$H explain --list | true; echo ${PIPESTATUS[0]}", tmp_path)
    assert done.stdout in {"141\n", "0\n"}  # 0 where it had written all before the reader went
    assert done.stderr == ""


@pytest.mark.parametrize("words", ["--version", "explain --list", "explain HH-PRV-001"])
def test_a_full_disk_or_closed_output_is_told(words: str, tmp_path: Path) -> None:
    for where in (">/dev/full", ">&-"):
        done = run(f"$H {words} {where}; echo $? >code", tmp_path)
        assert "Traceback" not in done.stderr
        assert (tmp_path / "code").read_text() == "4\n"
        assert done.stderr.startswith("error: cannot write standard output\n")
