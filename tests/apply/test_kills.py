"""Killed at every change of the disk: the next run finishes or takes back, and nothing is ever half done."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from apply_trees import bytes_of, calls_of, changes, in_child, killed_at, plant, refusal_of, snapshot
from hardhull.apply import Journal, disk, pending
from hardhull.apply.key import make_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Work = Callable[[Path], object]

pytest_plugins = ("apply_places",)

KILLED = signal.SIGKILL.value


def apply(root: Path) -> object:
    return Journal(root).apply("kill me", changes(), list)


def undo(root: Path) -> object:
    return Journal(root).undo()


def nothing(_root: Path) -> object:
    return None


class Case:
    """A run that is cut short somewhere: how the tree looks before and after it, and how many changes it makes."""

    def __init__(self, place: Path, before: Work, work: Work) -> None:
        self.root = place / "case"
        self.ready = place / "ready"
        self.work = work
        plant(self.root)
        make_key(self.root)
        before(self.root)
        self.before = snapshot(self.root)
        self.root.rename(self.ready)
        root = self.fresh()
        self.calls = calls_of(lambda: work(root))
        self.after = snapshot(root)

    def fresh(self) -> Path:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.ready, self.root, symlinks=True)  # with times, modes and attributes
        return self.root

    def run(self) -> object:
        return self.work(self.root)

    def recover(self) -> object:
        return Journal(self.root).recover()

    def check(self, root: Path) -> str:
        """Recovers, and says which of the two states the tree is in; every file of it."""
        Journal(root).recover()
        assert pending(root) is None
        seen = snapshot(root)
        if seen == self.before:
            return "before"
        assert bytes_of(seen) == bytes_of(self.after)
        return "after"


@pytest.fixture(params=["apply", "undo"])
def case(request: pytest.FixtureRequest, place: Path) -> Case:
    return Case(place, nothing, apply) if request.param == "apply" else Case(place, apply, undo)


def test_killed_before_every_change_of_the_disk(case: Case) -> None:
    ends = []
    for number in range(len(case.calls)):
        root = case.fresh()
        assert killed_at(number, case.run) == KILLED
        ends.append(case.check(root))
    commit = next(i for i, call in enumerate(case.calls) if call == ("move", "outcome.json"))
    assert ends == ["before"] * (commit + 1) + ["after"] * (len(ends) - commit - 1)


def test_an_undo_of_an_undo_is_killed(place: Path) -> None:
    def both(root: Path) -> object:
        apply(root)
        return undo(root)

    case = Case(place, both, lambda root: Journal(root).undo("2"))
    for number in range(0, len(case.calls), 5):
        root = case.fresh()
        assert killed_at(number, case.run) == KILLED
        case.check(root)


def test_power_lost_before_every_change_of_the_disk(case: Case) -> None:
    """Like a kill, and what was written and not yet synced is gone."""
    for number in range(0, len(case.calls), 2):
        root = case.fresh()

        def lose() -> None:
            for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  a file that is still open was not synced yet
                target = f"/proc/self/fd/{name}"
                if str(case.root) in os.path.realpath(target) and os.path.isfile(target):  # noqa: PTH113
                    os.truncate(target, 0)
            os.kill(os.getpid(), signal.SIGKILL)

        def run(number: int = number, root: Path = root, lose: Callable[[], None] = lose) -> None:
            from apply_trees import Count

            disk.hook = Count(number, lose)
            case.work(root)

        assert in_child(run) == KILLED
        case.check(root)


def test_killed_again_while_recovering(case: Case) -> None:
    commit = next(i for i, call in enumerate(case.calls) if call == ("move", "outcome.json"))
    for first in (commit, len(case.calls) - 2, commit * 2 // 3):
        root = case.fresh()
        killed_at(first, case.run)
        steps = len(calls_of(case.recover))
        for number in range(0, steps, 2):
            root = case.fresh()
            killed_at(first, case.run)
            assert killed_at(number, case.recover) == KILLED
            case.check(root)


@pytest.mark.parametrize("number_of_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_at_any_moment(place: Path, number_of_signal: int) -> None:
    case = Case(place, nothing, apply)
    step = 1 if number_of_signal == signal.SIGTERM else 7
    for number in range(0, len(case.calls), step):
        root = case.fresh()
        status = killed_at(number, case.run, number_of_signal=number_of_signal)
        assert status in {number_of_signal, 130 << 8}, number  # no handler of the shell's: it ends as it should
        seen = snapshot(root)
        assert seen == case.before or bytes_of(seen) == bytes_of(case.after), number
        if pending(root) is not None:  # it came after the commit, or before the lock
            case.check(root)


def refuse(code: int, calls: set[str], number: int) -> Callable[[str, str], None]:
    """A hook that refuses these calls from the n-th change on."""
    seen = 0

    def hook(call: str, name: str) -> None:
        nonlocal seen
        seen += 1
        if seen > number and call in calls:
            raise OSError(code, os.strerror(code), name)

    return hook


NEEDS_ROOM = {"create", "write", "make_folder", "link", "set_attribute", "sync"}
CHANGES = NEEDS_ROOM | {"move", "remove", "remove_folder", "chown", "chmod", "set_times"}


def test_a_disk_that_is_full_from_any_moment_on(case: Case) -> None:
    """No room ever again: yet everything is taken back at once, for that needs none."""
    for number in range(len(case.calls)):
        root = case.fresh()
        disk.hook = refuse(errno.ENOSPC, NEEDS_ROOM, number)
        error = refusal_of(case.run)
        disk.hook = None
        seen = snapshot(root)
        if error is None:
            assert bytes_of(seen) == bytes_of(case.after), number
        else:
            assert (error.code, "No space left" in error.why) == (4, True)
            assert seen == case.before, number
        case.check(root)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_everything_from_any_moment_on(place: Path, code: int) -> None:
    case = Case(place, nothing, apply)
    for number in range(0, len(case.calls), 2):
        root = case.fresh()
        disk.hook = refuse(code, CHANGES, number)
        error = refusal_of(case.run)
        disk.hook = None
        assert error is None or error.code == 4
        case.check(root)


def test_one_call_that_fails_once(case: Case) -> None:
    for number in range(len(case.calls)):
        root = case.fresh()
        seen = 0

        def hook(call: str, name: str, number: int = number) -> None:
            nonlocal seen
            seen += 1
            if seen == number + 1:
                raise OSError(errno.EACCES, f"{call} refused", name)

        disk.hook = hook
        error = refusal_of(case.run)
        disk.hook = None
        assert error is None or snapshot(root) == case.before, case.calls[number]
        case.check(root)


def test_a_file_system_without_hard_links(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "link", lambda *_: False)
    case = Case(place, nothing, apply)
    for number in range(len(case.calls)):
        root = case.fresh()
        killed_at(number, case.run)
        case.check(root)


def test_nothing_is_touched_before_the_record_is_on_the_disk(case: Case) -> None:
    calls = case.calls
    recorded = next(i for i, (call, name) in enumerate(calls) if call == "move" and name[0].isdigit())
    assert [call for call, _ in calls[recorded + 1 : recorded + 3]] == ["sync_folder", "sync_folder"]
    first = next(i for i, (_, name) in enumerate(calls) if name.startswith(".hardhull-") or name == "new")
    assert first > recorded + 2


def test_every_new_file_is_synced_before_it_is_put_in_place(case: Case) -> None:
    pending_sync: set[str] = set()
    for call, name in case.calls:
        if call == "create":
            assert not pending_sync
            pending_sync.add(name)
        elif call == "sync":
            pending_sync.clear()
        elif call in {"move", "link"}:
            assert not pending_sync
