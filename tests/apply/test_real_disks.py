"""Real file systems that are full, read-only or closed to us; as root, for only root may mount them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from apply_trees import bytes_of, changes, in_child, plant, refusal_of, snapshot
from hardhull.apply import Journal, NotDoneError, pending
from hardhull.model.receipt import FileChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytest_plugins = ("apply_places",)

NOBODY = 65534


def mounted(folder: Path, options: str) -> bool:
    return not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False, capture_output=True
    ).returncode


@pytest.fixture
def small(place: Path) -> Iterator[Path]:
    """A tree on a disk of 256 KB."""
    folder = place / "small"
    folder.mkdir()
    if os.geteuid() != 0 or not mounted(folder, "size=256k"):
        if os.environ.get("HARDHULL_NO_SKIP"):
            pytest.fail("this needs root, and to be allowed to mount")
        pytest.skip("this needs root, and to be allowed to mount")
    try:
        plant(folder / "tree")
        yield folder / "tree"
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(root: Path, *, leave: int) -> None:
    """Leaves so many pages of four kilobytes."""
    status = os.statvfs(root)
    (root.parent / "ballast").write_bytes(bytes(max(status.f_bavail - leave, 0) * status.f_bsize))


@pytest.mark.parametrize("pages", range(0, 26, 2))
def test_a_full_disk(small: Path, pages: int) -> None:
    before = snapshot(small)
    fill(small, leave=pages)
    error = refusal_of(lambda: Journal(small).apply("x", changes()))
    if error is not None:
        assert error.code == 4
        assert "No space left on device" in error.why
        assert snapshot(small) == before
    (small.parent / "ballast").unlink()
    Journal(small).recover()
    assert pending(small) is None
    if any(receipt.state == "applied" for receipt in Journal(small).receipts()):
        Journal(small).undo()
    assert snapshot(small) == before


def remount(root: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(root.parent)], check=True)


def test_a_disk_that_is_read_only(small: Path) -> None:
    before = snapshot(small)
    remount(small, "ro")
    with pytest.raises(NotDoneError, match="Read-only file system") as error:
        Journal(small).apply("x", changes())
    assert error.value.code == 4
    remount(small, "rw")
    Journal(small).apply("x", changes())
    remount(small, "ro")
    assert len(Journal(small).receipts()) == 1
    with pytest.raises(NotDoneError, match="Read-only file system"):
        Journal(small).undo()
    remount(small, "rw")
    Journal(small).undo()
    assert snapshot(small) == before


def test_a_disk_that_becomes_read_only_half_way(small: Path, root: Path) -> None:
    """A part of the tree that is a disk of its own."""
    shutil.rmtree(small / "sub")
    (small / "sub").mkdir()
    assert mounted(small / "sub", "size=256k")
    try:
        shutil.copytree(root / "sub", small / "sub", dirs_exist_ok=True)
        before = snapshot(small)

        def verify() -> list[str]:
            subprocess.run(["mount", "-o", "remount,ro", str(small / "sub")], check=True)
            return ["no"]

        with pytest.raises(NotDoneError, match="cannot be taken back now") as error:
            Journal(small).apply("x", changes(), verify)
        assert error.value.code == 4
        assert "undo --list" in error.value.how
        assert pending(small) is not None
        subprocess.run(["mount", "-o", "remount,rw", str(small / "sub")], check=True)
        Journal(small).recover()
        assert snapshot(small) == before
    finally:
        subprocess.run(["umount", "-l", str(small / "sub")], check=True)


def as_nobody(place: Path, work: Callable[[], object], *, but: str = "") -> None:
    """In a child that is not root and owns everything but one file; a failed assertion in it fails the test."""
    for path in (place, *place.rglob("*")):
        if os.geteuid() == 0 and path.name != but:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def run() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        work()

    assert in_child(run) == 0


def test_a_permission_that_is_lost_half_way(place: Path, root: Path) -> None:
    before = bytes_of(snapshot(root))

    def work() -> None:
        def verify() -> list[str]:
            (root / "sub").chmod(0o500)
            return ["no"]

        with pytest.raises(NotDoneError, match="Permission denied") as error:
            Journal(root).apply("x", changes(), verify)
        assert error.value.code == 4
        assert pending(root) is not None
        (root / "sub").chmod(0o755)
        Journal(root).recover()
        assert bytes_of(snapshot(root)) == before

    as_nobody(place, work)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody")
def test_a_permission_that_is_lost_after_the_commit(place: Path, root: Path) -> None:
    """It is done; only the old files' second names stay until the next run."""

    def work() -> None:
        def verify() -> list[str]:
            (root / "sub").chmod(0o500)
            return []

        receipt = Journal(root).apply("x", changes(), verify)
        assert receipt.state == "applied"
        assert "clearing up is left to the next run: Permission denied" in receipt.why
        assert pending(root) is not None
        assert list(root.glob("sub/.hardhull*.old"))
        (root / "sub").chmod(0o755)
        Journal(root).recover()
        assert not list(root.glob("sub/.hardhull*"))
        Journal(root).undo()

    before = bytes_of(snapshot(root))
    as_nobody(place, work)
    assert bytes_of(snapshot(root)) == before


def test_a_file_of_somebody_else_is_not_taken_over(place: Path, root: Path) -> None:
    """A new file would belong to us, who may only write to the old one."""

    def work() -> None:
        before = snapshot(root)
        with pytest.raises(NotDoneError, match="could not get the old one's owner") as error:
            Journal(root).apply("x", [FileChange("theirs", b"", b"x")])
        assert error.value.code == 4
        assert snapshot(root) == before

    (root / "theirs").write_bytes(b"")
    (root / "theirs").chmod(0o666)
    as_nobody(place, work, but="theirs")


def test_on_the_disk_that_tests_run_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in memory, where syncing does nothing."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    plant(tmp_path / "tree")
    before = snapshot(tmp_path / "tree")
    journal = Journal(tmp_path / "tree")
    journal.apply("x", changes())
    journal.undo()
    assert snapshot(tmp_path / "tree") == before
