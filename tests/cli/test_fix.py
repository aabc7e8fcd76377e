"""The verb ``fix``: what it shows is what it writes, and what it cannot do it says, with nothing changed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apply_trees import bytes_of, in_child, snapshot
from hardhull.apply import Journal
from hardhull.cli.main import main
from hardhull.fix import drafting, planner
from hardhull.formats import writing
from hardhull.model.receipt import FileChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.model.plan import Plan
    from hardhull.text.draft import Drafts

pytest_plugins = ("apply_places",)
Captured = pytest.CaptureFixture[str]
SHOP = Path(__file__).parents[2] / "examples" / "shop"

COMPOSE = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n    pid: host\n"
RUN = "#!/bin/sh\ndocker run -d --privileged nginx:1.27\n"


@pytest.fixture
def tree(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = place / "tree"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "run.sh").write_text(RUN)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def shop(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = place / "shop"
    shutil.copytree(SHOP, folder)
    monkeypatch.chdir(folder)
    return folder


def texts(folder: Path) -> dict[str, object]:
    return bytes_of(snapshot(folder))


# ---- what is shown is what is written ---------------------------------------------------------------------------------


@pytest.mark.parametrize("risk", ["safe", "needs-proof", "all"])
def test_applied_shown_and_undone_on_the_example(shop: Path, risk: str, capsys: Captured) -> None:
    before = texts(shop)
    assert main(["fix", "--risk", risk, "-f", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert texts(shop) == before
    assert plan["receipt"] is None
    assert main(["fix", "--risk", risk, "-f", "json", "--apply"]) == 0
    applied = json.loads(capsys.readouterr().out)
    assert applied["receipt"].startswith("1-")
    assert {**applied, "receipt": None} == plan
    after = texts(shop)
    assert {path for path in after if after[path] != before.get(path)} == {file["path"] for file in plan["files"]}
    assert main(["scan", "-f", "json", "--fail-on", "never"]) == 0
    assert json.loads(capsys.readouterr().out)["score"]["total"] == plan["score"]["after"]["total"]
    assert main(["fix", "--risk", risk, "--apply", "-q"]) == 0
    assert capsys.readouterr().out.startswith("plan: nothing to write")
    assert texts(shop) == after
    assert main(["undo", "-q"]) == 0
    assert texts(shop) == before


def test_the_patch_is_what_is_written(shop: Path, capsys: Captured) -> None:
    assert main(["fix", "--risk", "all", "-f", "patch"]) == 0
    out, err = capsys.readouterr()
    left_out = {line.split()[1] for line in err.splitlines() if line.startswith("error:")}
    before = texts(shop)
    subprocess.run(["git", "apply", "-"], input=out.encode(), check=True)
    patched = texts(shop)
    subprocess.run(["git", "apply", "-R", "-"], input=out.encode(), check=True)
    assert texts(shop) == before
    assert main(["fix", "--risk", "all", "--apply", "-q"]) == 0
    written = texts(shop)
    assert {path for path in written if written[path] != patched.get(path)} == left_out
    assert out


def test_only_some_rules(tree: Path) -> None:
    assert main(["fix", "--only", "host-pid", "--risk", "needs-proof", "--apply", "-q"]) == 0
    assert (tree / "compose.yaml").read_text() == COMPOSE.replace("    pid: host\n", "")
    assert (tree / "run.sh").read_text() == RUN


def test_standard_input_is_planned(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    with (tree / "compose.yaml").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert main(["fix", "-", "--only", "HH-PRV-001", "--risk", "all", "-f", "patch"]) == 0
    assert "-    privileged: true\n" in capsys.readouterr().out


def test_to_a_file_and_without_colour(tree: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main(["fix", "--risk", "all"]) == 0
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["fix", "--risk", "all"]) == 0
    assert "\x1b[" not in capsys.readouterr().out
    assert main(["fix", "--risk", "all", "-o", "plan.txt"]) == 0
    assert capsys.readouterr().out == ""
    assert (tree / "plan.txt").read_text().startswith("Plan: ")


def test_the_screen_names_the_command_to_go_on_with(tree: Path, capsys: Captured) -> None:
    assert main(["fix", "--only", "host-pid", "--risk", "needs-proof", str(tree)]) == 0
    assert f"  hardhull fix {tree} --only host-pid --risk needs-proof --apply" in capsys.readouterr().out


# ---- what cannot be done ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--only", "host-pit"], 2, "did you mean host-pid or"),
        (["--only", "xyzzy"], 2, "`hardhull explain --list` shows all"),
        (["-", "--apply"], 2, "--apply cannot be used with standard input"),
        (["--apply", "-f", "patch"], 2, "--apply cannot be used with a patch"),
        (["nowhere"], 2, "there is no such file or folder"),
        (["--risk", "some"], 2, "'some' is not one of"),
        (["empty"], 3, "nothing to fix in empty"),
        (["--config", "no.toml"], 2, "there is no such file"),
    ],
)
def test_refusals_have_three_parts(tree: Path, words: list[str], code: int, said: str, capsys: Captured) -> None:
    (tree / "empty").mkdir()
    before = texts(tree)
    assert main(["fix", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert [line[:7] for line in err.splitlines()] == ["error: ", "  why: ", "  do:  "]
    assert texts(tree) == before


def test_nothing_to_fix(tree: Path, capsys: Captured) -> None:
    (tree / "compose.yaml").write_text("services: {}\n")
    (tree / "run.sh").write_text("#!/bin/sh\ndocker ps\n")
    assert main(["fix", "--apply"]) == 0
    assert capsys.readouterr().out.startswith("Plan: nothing to write")
    assert not (tree / ".hardhull").exists()


def test_a_file_that_is_not_read_gives_exit_4_and_the_others_are_fixed(tree: Path, capsys: Captured) -> None:
    (tree / "docker-compose.yml").write_text("services:\n\tweb: {}\n")
    assert main(["fix", "--risk", "all", "--apply"]) == 4
    out = capsys.readouterr().out
    assert "Not read: 1\n" in out
    assert "--privileged" not in (tree / "run.sh").read_text()


def spoiling(what: bytes) -> Callable[[Fact, Iterable[Change], Drafts], None]:
    """The real writer; into scripts it writes something else too."""

    def write(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        writing.write(fact, changes, drafts)
        if fact.place.source.path.endswith(".sh"):
            drafts.of(fact.place.source).insert(len(fact.place.source.data), what)

    return write


def test_what_a_consumer_no_longer_takes_is_taken_back(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(drafting, "write", spoiling(b"export API_TOKEN=x7Kq9pL2mN4v; if true\n"))
    before = texts(tree)
    assert main(["fix", "--risk", "all", "--apply"]) == 1
    out, err = capsys.readouterr()
    assert texts(tree) == before
    assert out == ""
    assert "bash -n no longer takes run.sh" in err
    assert "x7Kq9pL2mN4v" not in err
    assert main(["undo"]) == 3


def test_a_secret_that_compose_now_demands_is_no_complaint_of_compose(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The consumer refuses like Docker Compose does as long as the variable that the fix asks for is not set."""
    tools = tree.parent / f"{tree.name}-tools"
    tools.mkdir()
    asking = """#!/bin/sh
case $2 in */compose.yaml) [ -n "$LATE_PASSWORD" ] || ! grep -q 'LATE_PASSWORD:?' "$2" ;; esac
"""
    (tools / "docker-compose").write_text(asking)
    (tools / "docker").write_text("#!/bin/sh\nexit 1\n")
    for name in ("docker", "docker-compose"):
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    (tree / "compose.yaml").write_text(
        "services:\n  web:\n    image: shop\n    environment: [LATE_PASSWORD=x7Kq9pL2mN4v]\n"
    )
    assert main(["fix", "--only", "secret-in-environment", "--risk", "needs-proof", "--apply"]) == 0
    text = (tree / "compose.yaml").read_text()
    assert "x7Kq9pL2mN4v" not in text
    asked = subprocess.run([tools / "docker-compose", "-f", tree / "compose.yaml"], check=False)
    assert asked.returncode == 1, "it does refuse the file where nobody sets the variable"


def changing_later(path: Path, text: str) -> type[planner.Planner]:
    """Somebody writes a file after it was planned and before it is written."""

    class Late(planner.Planner):
        def plan(self) -> Plan:
            made = super().plan()
            path.write_text(text)
            return made

    return Late


def test_a_file_that_was_changed_since_it_was_read_is_left_alone(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    later = COMPOSE + "  api: {image: redis}\n"
    monkeypatch.setattr(planner, "Planner", changing_later(tree / "compose.yaml", later))
    assert main(["fix", "--risk", "all", "--apply"]) == 5
    assert (tree / "compose.yaml").read_text() == later
    assert (tree / "run.sh").read_text() == RUN
    assert "compose.yaml" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_folder_that_may_not_be_written_to(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = texts(tree)
    main(["fix", "-q"])  # imports what it needs while everybody may read it

    def as_nobody() -> None:
        os.setgid(65534)
        os.setuid(65534)
        code = main(["fix", "--risk", "all", "--apply"])
        assert code in {4, 5}, code

    assert in_child(as_nobody) == 0
    assert texts(tree) == before
    err = capfd.readouterr().err
    assert err.count("error: ") == err.count("  why: ") == err.count("  do:  ") == 1


def test_an_earlier_run_that_was_cut_short_is_settled_first(tree: Path, capsys: Captured) -> None:
    def die() -> list[str]:
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    change = FileChange("compose.yaml", COMPOSE.encode(), b"services: {}\n")
    in_child(lambda: Journal(tree).apply("fix", [change], die))
    assert (tree / "compose.yaml").read_text() == "services: {}\n"
    assert main(["fix", "-q"]) == 0
    assert "was cut short: files may be half changed" in capsys.readouterr().err
    assert (tree / "compose.yaml").read_text() == "services: {}\n"  # a plan only tells it
    assert main(["fix", "--only", "host-pid", "--risk", "all", "--apply", "-q"]) == 0
    out, err = capsys.readouterr()
    assert "an earlier run was cut short: 1-" in err
    assert "it was taken back" in err
    assert (tree / "compose.yaml").read_text() == COMPOSE.replace("    pid: host\n", "")
    assert out.startswith("applied: 1 change in 1 file")


def test_a_fix_keeps_ignored_findings(tree: Path) -> None:
    text = COMPOSE.replace("pid: host", "pid: host  # hardhull: ignore[host-pid] -- it watches the host")
    (tree / "compose.yaml").write_text(text)
    assert main(["fix", "--only", "host-pid,privileged-container", "--risk", "all", "--apply", "-q"]) == 0
    assert (tree / "compose.yaml").read_text() == text.replace("    privileged: true\n", "")
