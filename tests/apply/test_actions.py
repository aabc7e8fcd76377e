"""Commands in the journal: done, undone, probed; killed at any moment; never chosen by a record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apply_trees import B, calls_of, killed_at, snapshot
from hardhull.apply import ActionError, ActionKind, Journal, NotDoneError, pending
from hardhull.model.receipt import APPLIED, Action, FileChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.model.receipt import Plain

    Arguments = Mapping[str, Plain]

pytest_plugins = ("apply_places",)

NEW = b"one\nTWO\nthree\n"
CHANGE = FileChange("sub/b.txt", B, NEW)


def flag(arguments: Arguments) -> Path:
    return Path(str(arguments["path"]))


def raise_flag(arguments: Arguments) -> None:
    if arguments.get("fails"):
        flag(arguments).write_text("half")
        raise ActionError("the engine said no")
    flag(arguments).write_text("up")


FLAG = ActionKind(
    raise_flag,
    lambda arguments: flag(arguments).unlink(missing_ok=True),
    lambda arguments: flag(arguments).exists(),
    lambda arguments: f"raise the flag {flag(arguments).name}",
)


def pid_of(arguments: Arguments) -> int:
    path = flag(arguments)
    return int(path.read_text() or 0) if path.exists() else 0


def start(arguments: Arguments) -> None:
    """A harmless process that can be found again by what the arguments alone say."""
    code = f"import os, signal; open({str(flag(arguments))!r}, 'w').write(str(os.getpid())); signal.pause()"
    STARTED.append(subprocess.Popen([sys.executable, "-c", code], start_new_session=True))
    while not pid_of(arguments):
        pass


def alive(arguments: Arguments) -> bool:
    pid = pid_of(arguments)
    return bool(pid) and Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


def stop(arguments: Arguments) -> None:
    if alive(arguments):
        os.kill(pid_of(arguments), signal.SIGKILL)
        while alive(arguments):
            pass
    flag(arguments).unlink(missing_ok=True)


STARTED: list[subprocess.Popen[bytes]] = []
PROCESS = ActionKind(start, stop, alive, lambda _arguments: "start a process")
RELOADS: list[bytes] = []


def kinds(root: Path) -> dict[str, ActionKind]:
    def reload(_arguments: Arguments) -> None:
        RELOADS.append((root / "sub/b.txt").read_bytes())

    again = ActionKind(reload, reload, lambda _arguments: None, lambda _arguments: "reload the engine")
    return {"flag": FLAG, "process": PROCESS, "reload": again}


@pytest.fixture
def journal(root: Path) -> Journal:
    RELOADS.clear()
    return Journal(root, kinds(root))


def test_done_and_undone_with_the_files(root: Path, place: Path, journal: Journal) -> None:
    up = Action("flag", {"path": str(place / "flag")})
    receipt = journal.apply("x", [CHANGE], actions=[up, Action("reload", {})])
    assert (place / "flag").exists()
    assert receipt.actions == ("raise the flag flag", "reload the engine")
    undone = journal.undo()
    assert not (place / "flag").exists()
    assert undone.actions == ("undo: reload the engine", "undo: raise the flag flag")
    assert RELOADS == [NEW, B]  # both times after the files were written
    journal.undo(undone.id)
    assert (place / "flag").exists()
    assert (root / "sub/b.txt").read_bytes() == NEW
    assert RELOADS == [NEW, B, NEW]


def test_a_process(place: Path, journal: Journal) -> None:
    running = {"path": str(place / "pid")}
    journal.apply("only an action", [], actions=[Action("process", running)])
    assert alive(running)
    journal.undo()
    assert not alive(running)
    assert STARTED.pop().wait() == -signal.SIGKILL


def test_what_was_so_before_is_not_ours_to_undo(place: Path, journal: Journal) -> None:
    (place / "flag").write_text("theirs")
    journal.apply("x", [CHANGE], actions=[Action("flag", {"path": str(place / "flag")})])
    journal.undo()
    assert (place / "flag").read_text() == "theirs"


def test_one_that_fails_takes_everything_back(root: Path, place: Path, journal: Journal) -> None:
    before = snapshot(root)
    actions = [
        Action("flag", {"path": str(place / "one")}),
        Action("flag", {"path": str(place / "two"), "fails": True}),
    ]
    with pytest.raises(NotDoneError, match="the engine said no; everything that was already done") as error:
        journal.apply("x", [CHANGE], actions=actions)
    assert error.value.code == 1
    assert snapshot(root) == before
    assert not list(place.glob("one")) + list(place.glob("two"))


def test_complaints_take_actions_back(place: Path, journal: Journal) -> None:
    with pytest.raises(NotDoneError):
        journal.apply("x", [CHANGE], lambda: ["no"], [Action("flag", {"path": str(place / "one")})])
    assert not (place / "one").exists()


def test_one_without_effect_is_a_failure(root: Path) -> None:
    hollow = ActionKind(lambda _: None, lambda _: None, lambda _: False, lambda _: "do nothing")
    with pytest.raises(NotDoneError, match="do nothing: it had no effect"):
        Journal(root, {"hollow": hollow}).apply("x", [CHANGE], actions=[Action("hollow", {})])


def test_killed_at_any_moment(root: Path, place: Path, journal: Journal) -> None:
    up = Action("flag", {"path": str(place / "flag")})

    def work() -> object:
        return journal.apply("x", [CHANGE], actions=[up])

    steps = len(calls_of(work))
    journal.undo()
    for number in range(0, steps, 3):
        killed_at(number, work)
        Journal(root, kinds(root)).recover()
        done = (root / "sub/b.txt").read_bytes() == NEW
        assert (place / "flag").exists() is done
        assert pending(root) is None
        if done:
            journal.undo()


def test_killed_inside_an_action_and_inside_its_undo(root: Path, place: Path) -> None:
    path = place / "flag"

    def die_half_way(arguments: Arguments) -> None:
        flag(arguments).write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)

    up = Action("flag", {"path": str(path)})
    deadly = {"flag": FLAG._replace(do=die_half_way)}
    assert killed_at(-1, lambda: Journal(root, deadly).apply("x", [CHANGE], actions=[up])) == signal.SIGKILL
    assert path.read_text() == "half"
    Journal(root, kinds(root)).recover()
    assert not path.exists()
    Journal(root, kinds(root)).apply("x", [CHANGE], actions=[up])
    deadly = {"flag": FLAG._replace(undo=die_half_way)}
    assert killed_at(-1, lambda: Journal(root, deadly).undo()) == signal.SIGKILL
    Journal(root, kinds(root)).recover()
    assert path.exists()
    assert (root / "sub/b.txt").read_bytes() == NEW
    assert [receipt.state for receipt in Journal(root, kinds(root)).receipts()][-2:] == [APPLIED, "taken back"]


def test_a_kind_that_nobody_knows_is_never_run(root: Path, place: Path, journal: Journal) -> None:
    with pytest.raises(NotDoneError, match="knows no action 'shell'"):
        journal.apply("x", [CHANGE], actions=[Action("shell", {"command": "true"})])
    journal.apply("x", [CHANGE], actions=[Action("flag", {"path": str(place / "flag")})])
    with pytest.raises(NotDoneError, match="knows no action 'flag'"):
        Journal(root, {}).undo()
    assert (root / "sub/b.txt").read_bytes() == NEW
    assert Journal(root, {}).receipts()[0].actions == ("flag",)


def test_an_undo_that_cannot_be_done_now_stays_pending_and_is_tried_again(root: Path, place: Path) -> None:
    def engine_is_gone(_arguments: Arguments) -> None:
        raise ActionError("the engine does not answer")

    up = Action("flag", {"path": str(place / "flag")})
    gone = {"flag": FLAG._replace(undo=engine_is_gone)}
    with pytest.raises(NotDoneError, match=r"cannot be taken back now: .*the engine does not answer") as error:
        Journal(root, gone).apply("x", [CHANGE], lambda: ["no"], [up])
    assert error.value.code == 4
    assert pending(root) is not None
    with pytest.raises(NotDoneError, match="the engine does not answer"):
        Journal(root, gone).apply("y", [FileChange("new", None, b"")])
    Journal(root, kinds(root)).apply("y", [FileChange("new", None, b"")])
    assert not (place / "flag").exists()
    assert (root / "sub/b.txt").read_bytes() == B
