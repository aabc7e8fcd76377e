"""One at a time in a tree, signals, verification, and edits by others at the worst moment."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from apply_trees import A, B, bytes_of, changes, in_child, refusal_of, snapshot
from hardhull.apply import Journal, NotDoneError, disk, pending
from hardhull.model.receipt import PARTLY, TAKEN_BACK, FileChange

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("apply_places",)

TWO = b"one\nTWO\nthree\n"


def test_the_second_is_told_who_holds_the_lock(root: Path) -> None:
    def verify() -> list[str]:
        second = [FileChange("a.yaml", A, b"")]
        for error in (refusal_of(Journal(root).undo), refusal_of(lambda: Journal(root).apply("second", second))):
            assert error is not None
            assert error.code == 5
            assert f"process {os.getpid()} (apply: first) holds its lock since 2" in error.why
        told = pending(root)
        assert told is not None
        assert "at this moment" in told
        return []

    Journal(root).apply("first", [FileChange("sub/b.txt", B, TWO)], verify)
    assert (root / "a.yaml").read_bytes() == A


def test_many_at_once_are_one_after_the_other_or_refused(root: Path) -> None:
    """Each child writes one file of its own until it gets its turn; two at once make the key and the folder."""

    def work(number: int) -> None:
        while True:
            try:
                Journal(root).apply("mine", [FileChange(f"by-{number}", None, b"%d" % number)])
            except NotDoneError as error:
                if "another hardhull" in error.what:
                    continue
                raise
            return

    children = []
    for number in range(6):
        child = os.fork()
        if not child:
            os._exit(in_child(partial(work, number)) >> 8)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert sorted(path.name for path in root.glob("by-*")) == [f"by-{number}" for number in range(6)]
    assert sorted(receipt.number for receipt in Journal(root).receipts()) == [1, 2, 3, 4, 5, 6]


def test_complaints_take_everything_back(root: Path) -> None:
    before = snapshot(root)
    seen = []

    def verify() -> list[str]:
        seen.append(bytes_of(snapshot(root)))
        return ["service web lost its port", "and more"]

    with pytest.raises(NotDoneError, match="service web lost its port") as error:
        Journal(root).apply("bad", changes(), verify)
    assert error.value.code == 1
    assert error.value.complaints == ("service web lost its port", "and more")
    assert seen[0]["new/deep/file"] == ("file", b"made by us\n")
    assert snapshot(root) == before
    (receipt,) = Journal(root).receipts()
    assert receipt.state == TAKEN_BACK
    assert "lost its port" in receipt.why
    with pytest.raises(NotDoneError, match="it is not in effect: taken back"):
        Journal(root).undo("1")


def test_a_verification_that_fails_takes_everything_back(root: Path) -> None:
    before = snapshot(root)

    def verify() -> list[str]:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        Journal(root).apply("bad", changes(), verify)
    assert snapshot(root) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_verification_at_once(root: Path, number: int) -> None:
    before = snapshot(root)

    def verify() -> list[str]:
        os.kill(os.getpid(), number)
        signal.pause()
        raise AssertionError

    def work() -> None:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)  # not nohup's
        Journal(root).apply("slow", changes(), verify)

    status = in_child(work)
    assert status == (130 << 8 if number == signal.SIGINT else number)
    assert snapshot(root) == before
    assert pending(root) is None
    assert Journal(root).receipts()[0].why == "it was interrupted"


def test_a_signal_that_is_ignored_stays_ignored(root: Path) -> None:
    def work() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup

        def verify() -> list[str]:
            os.kill(os.getpid(), signal.SIGHUP)
            return []

        Journal(root).apply("x", [FileChange("sub/b.txt", B, TWO)], verify)

    assert in_child(work) == 0
    assert (root / "sub/b.txt").read_bytes() == TWO


def edit_when(root: Path, call: str, name: str, data: bytes, path: str = "sub/b.txt") -> None:
    """Somebody edits a file when we are about to make this call; as editors do, by a new file of the name."""

    def hook(seen_call: str, seen: str) -> None:
        if (seen_call, seen) == (call, name):
            disk.hook = None
            beside = root / "editor"
            beside.write_bytes(data)
            beside.rename(root / path)

    disk.hook = hook


def test_an_edit_between_planning_and_writing_is_kept(root: Path) -> None:
    edit_when(root, "move", "a.yaml", b"edited\n")
    before = bytes_of(snapshot(root))
    plan = [FileChange("a.yaml", A, b"x"), FileChange("sub/b.txt", B, TWO)]
    with pytest.raises(
        NotDoneError, match="changed since it was read; everything that was already done was taken back"
    ):
        Journal(root).apply("x", plan)
    assert bytes_of(snapshot(root)) == before | {"sub/b.txt": ("file", b"edited\n")}


@pytest.mark.parametrize(
    ("later", "kept", "state"),
    [
        (TWO + b"four\nfive\n", B + b"four\nfive\n", TAKEN_BACK),
        (b"one\nMINE\nthree\n", b"one\nMINE\nthree\n", PARTLY),
        (B, B, TAKEN_BACK),
    ],
)
def test_an_edit_after_writing_and_then_a_complaint(root: Path, later: bytes, kept: bytes, state: str) -> None:
    before = bytes_of(snapshot(root))

    def verify() -> list[str]:
        (root / "sub/b.txt").unlink()
        (root / "sub/b.txt").write_bytes(later)
        return ["no"]

    plan = [FileChange("sub/b.txt", B, TWO), FileChange("a.yaml", A, b"x")]
    with pytest.raises(NotDoneError) as error:
        Journal(root).apply("x", plan, verify)
    assert bytes_of(snapshot(root)) == before | {"sub/b.txt": ("file", kept)}
    (receipt,) = Journal(root).receipts()
    assert receipt.state == state
    assert ("left as it is" in error.value.why) is (state == PARTLY)


def test_somebody_writes_into_the_old_file_that_they_have_open(root: Path) -> None:
    with (root / "sub/b.txt").open("ab") as stream:

        def verify() -> list[str]:
            stream.write(b"late\n")
            stream.flush()
            return []

        with pytest.raises(NotDoneError, match="changed since"):
            Journal(root).apply("x", [FileChange("sub/b.txt", B, TWO)], verify)
    assert (root / "sub/b.txt").read_bytes() == B + b"late\n"


def test_a_new_file_never_replaces_one_that_came_meanwhile(root: Path) -> None:
    edit_when(root, "link", "new", b"theirs", path="new")
    with pytest.raises(NotDoneError, match="changed since"):
        Journal(root).apply("x", [FileChange("new", None, b"ours")])
    assert (root / "new").read_bytes() == b"theirs"


def test_killed_and_edited_before_the_next_run(root: Path) -> None:
    def verify() -> list[str]:
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    in_child(lambda: Journal(root).apply("x", [FileChange("sub/b.txt", B, TWO), FileChange("a.yaml", A, b"x")], verify))
    told = pending(root)
    assert told is not None
    assert "cut short" in told
    assert (root / "a.yaml").read_bytes() == b"x"  # asking recovers nothing
    (root / "sub/b.txt").write_bytes(TWO + b"four\nfive\n")
    journal = Journal(root)
    with pytest.raises(NotDoneError) as nothing:
        journal.undo()
    assert nothing.value.code == 3
    assert [receipt.state for receipt in journal.recovered] == [TAKEN_BACK]
    assert (root / "sub/b.txt").read_bytes() == B + b"four\nfive\n"
    assert (root / "a.yaml").read_bytes() == A
