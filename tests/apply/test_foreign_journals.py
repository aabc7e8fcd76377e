"""A journal that somebody else made writes nothing, and no path leads out of the tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest

from apply_trees import A, B, changes, snapshot
from hardhull.apply import Journal, NotDoneError, gitindex, pending
from hardhull.apply.key import make_key, read_key
from hardhull.apply.records import Intent, read_intent, write_record
from hardhull.apply.tree import Tree
from hardhull.model.receipt import UNTRUSTED, FileChange

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest_plugins = ("apply_places",)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody")


def refused(work: Callable[[], object], why: str, code: int = 5) -> None:
    with pytest.raises(NotDoneError, match=why) as error:
        work()
    assert error.value.code == code
    assert error.value.how


@pytest.mark.parametrize(
    "path",
    [
        "../out",
        "/etc/passwd",
        "a/../../out",
        "",
        ".",
        "a//b",
        "sub/",
        ".git/hooks/x",
        ".hardhull/key",
        "sub/.GIT/config",
        "a\0b",
    ],
)
def test_paths_that_lead_elsewhere(root: Path, path: str) -> None:
    refused(lambda: Journal(root).apply("x", [FileChange(path, None, b"x")]), "below the root|nothing is ever written")
    assert not (root.parent / "out").exists()


@pytest.mark.parametrize("target", ["/etc/hostname", "../../outside", "../sub/../../outside", "loop", "."])
def test_links_that_lead_out_or_nowhere(root: Path, target: str) -> None:
    (root.parent / "outside").write_bytes(b"theirs")
    (root / "sub" / "loop").symlink_to(target)
    data = (root / "sub/loop").read_bytes() if target.startswith(("/", "../")) else None
    refused(lambda: Journal(root).apply("x", [FileChange("sub/loop", data, b"x")]), "out of the root|circle|no regular")
    assert (root.parent / "outside").read_bytes() == b"theirs"


def test_links_inside_are_written_through(root: Path) -> None:
    (root / "one").symlink_to(root / "two")
    (root / "two").symlink_to("folder/../sub/b.txt")
    (root / "folder").symlink_to("sub")
    (root / "sub/b.txt").rename(root / "b.txt")
    (root / "sub/b.txt").symlink_to("../b.txt")
    Journal(root).apply("x", [FileChange("one", B, b"new")])
    assert [(root / name).is_symlink() for name in ("one", "two", "folder", "sub/b.txt")] == [True] * 4
    assert (root / "b.txt").read_bytes() == b"new"


def test_two_names_of_one_file_are_refused(root: Path) -> None:
    plan = [FileChange("sub/real", b"reached by a link\n", b"1"), FileChange("link", b"reached by a link\n", b"2")]
    refused(lambda: Journal(root).apply("x", plan), "are the same file")
    (root / "hard").hardlink_to(root / "a.yaml")
    refused(lambda: Journal(root).apply("x", [FileChange("hard", A, b"")]), "hard links")


def test_devices_pipes_and_folders_are_refused(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for name in ("pipe", "sub"):
        refused(partial(Journal(root).apply, "x", [FileChange(name, b"", b"x")]), "no regular file")


def test_a_file_changed_since_it_was_read(root: Path) -> None:
    before = snapshot(root)
    for wrong in (
        FileChange("a.yaml", b"old", b"x"),
        FileChange("a.yaml", None, b"x"),
        FileChange("not there", b"", b"x"),
    ):
        plan = [FileChange("sub/b.txt", B, b"first"), wrong]
        refused(partial(Journal(root).apply, "x", plan), "changed since")
        assert snapshot(root) == before


def test_a_folder_that_became_a_link_is_not_followed(root: Path) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    outside = root.parent / "outside"
    (root / "sub").rename(outside)
    (root / "sub").symlink_to(outside)
    before = (outside / "b.txt").read_bytes()
    refused(journal.undo, "out of the root")
    assert (outside / "b.txt").read_bytes() == before


def forge(root: Path, edit: Callable[[Intent], Intent], *, folder: str = "journal", key: bytes | None = None) -> None:
    """Rewrites the newest record, with this user's key or another."""
    (path,) = root.glob(f".hardhull/{folder}/*/intent.json")
    tree = Tree(root)
    own = read_key(root)
    assert own is not None
    intent = read_intent(own, path.read_bytes(), path.parent.name, tree)
    tree.close()
    path.write_bytes(write_record(key or own, edit(intent)))


@pytest.mark.parametrize("real", ["../out", "/etc/motd", ".git/hooks/post-checkout", "link"])
def test_even_a_record_of_ours_leads_nowhere_else(root: Path, real: str) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    forge(root, lambda intent: intent._replace(files=(intent.files[0]._replace(real=real),)))
    before = snapshot(root)
    refused(journal.undo, "below the root|nothing is ever written|through a link")
    assert snapshot(root) == before


def test_a_record_with_another_key_is_not_believed(root: Path) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    forge(root, lambda intent: intent, key=bytes(32))
    before = snapshot(root)
    refused(lambda: journal.undo("1"), "its MAC is not one of this user's key")
    refused(journal.undo, "no receipt is in effect", 3)
    assert snapshot(root) == before
    (receipt,) = journal.receipts()
    assert receipt.state == UNTRUSTED
    assert receipt.title == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 1, "mac": [], "body": {}}',
        "[" * 5000,
        '{"format": "hardhull-journal/1", "mac": "\\ud800", "body": {"id": 1}}',
    ],
)
def test_records_that_are_none(root: Path, text: str) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    (path,) = root.glob(".hardhull/journal/*/intent.json")
    path.write_text(text)
    assert journal.receipts()[0].state == UNTRUSTED
    refused(lambda: journal.undo("1"), "no record of a journal|MAC")


def test_a_shipped_journal_is_never_run(root: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole folder of somebody else's tree, with a run that was cut short in it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "theirs"))
    journal = Journal(root)
    journal.apply("evil", changes())
    (done,) = root.glob(".hardhull/journal/*")
    done.rename(root / ".hardhull/pending" / done.name)
    (root / ".hardhull/pending" / done.name / "outcome.json").unlink()
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "ours"))
    before = snapshot(root)
    told = pending(root)
    assert told is not None
    assert "not to be believed" in told
    for work in (journal.undo, journal.recover, lambda: journal.apply("x", [FileChange("new", None, b"")])):
        refused(work, "MAC|no record yet")
    assert snapshot(root) == before
    assert [receipt.state for receipt in journal.receipts()] == [UNTRUSTED]


def test_a_record_of_another_place_is_not_believed(root: Path) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    copy = root.parent / "copy"
    shutil.copytree(root, copy, symlinks=True)
    refused(lambda: Journal(copy).undo("1"), "another folder")
    moved = root.parent / "moved"
    root.rename(moved)
    Journal(moved).undo()
    assert (moved / "sub/b.txt").read_bytes() == B


def test_a_backup_that_was_changed_is_not_restored(root: Path) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    for blob in root.glob(".hardhull/journal/*/blobs/*"):
        blob.write_bytes(b"evil")
    refused(journal.undo, "is gone or was changed", 4)
    assert (root / "sub/b.txt").read_bytes() == b"new"


def state_is_link(root: Path) -> None:
    (root / ".hardhull").rename(root.parent / "elsewhere")
    (root / ".hardhull").symlink_to(root.parent / "elsewhere")


def state_is_open(root: Path) -> None:
    (root / ".hardhull").chmod(0o770)


def state_below_is_open(root: Path) -> None:
    (root / ".hardhull/journal").chmod(0o777)


def state_is_theirs(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody")
    os.chown(root / ".hardhull", 1234, 1234)


def state_is_file(root: Path) -> None:
    shutil.rmtree(root / ".hardhull")
    (root / ".hardhull").write_text("")


@pytest.mark.parametrize("spoil", [state_is_link, state_is_open, state_below_is_open, state_is_theirs, state_is_file])
def test_a_state_folder_that_others_can_reach(root: Path, spoil: Callable[[Path], None]) -> None:
    journal = Journal(root)
    journal.apply("x", [FileChange("sub/b.txt", B, b"new")])
    spoil(root)
    for work in (journal.undo, journal.receipts, lambda: journal.apply("y", [FileChange("a.yaml", A, b"")])):
        refused(work, "others may write|a link, or no folder|belongs to user 1234")
    assert (root / "sub/b.txt").read_bytes() == b"new"


@pytest.mark.parametrize("spoil", ["mode", "owner", "content", "link", "folder"])
def test_a_key_that_is_not_safe(root: Path, state: Path, spoil: str) -> None:
    make_key(root)
    key = state / "key"
    if spoil == "mode":
        key.chmod(0o644)
    elif spoil == "owner":
        if os.geteuid() != 0:
            pytest.skip("only root can give a file to somebody")
        os.chown(key, 1234, 1234)
    elif spoil == "content":
        key.write_text("guess")
    elif spoil == "link":
        key.rename(state / "other")
        key.symlink_to("other")
    else:
        state.chmod(0o777)
    refused(
        lambda: Journal(root).apply("x", [FileChange("new", None, b"")]),
        "others have access|belongs to|no key|symbolic link|levels",
    )


def test_a_key_inside_the_tree_vouches_for_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "state"))
    refused(lambda: Journal(root).apply("x", [FileChange("new", None, b"")]), "inside the tree")


def test_a_user_without_a_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    monkeypatch.setattr("pathlib.Path.home", nowhere)
    refused(lambda: Journal(root).apply("x", [FileChange("new", None, b"")]), "no home folder", 4)
    monkeypatch.setattr("pathlib.Path.home", lambda: root / "a.yaml")
    refused(lambda: Journal(root).apply("x", [FileChange("new", None, b"")]), "Not a directory", 4)


def test_what_is_kept_is_for_its_owner_alone(root: Path, state: Path) -> None:
    Journal(root).apply("x", changes())
    for folder in (root / ".hardhull", state):
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in folder.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0 or path.name == ".gitignore", path
    assert len((state / "key").read_text()) == 64
    assert [path.name for path in state.iterdir()] == ["key"]


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e", *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


FORMS = [(), ("--object-format=sha256",)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("version", ["2", "3", "4", "split"])
def test_a_journal_that_git_tracks(root: Path, form: tuple[str, ...], version: str) -> None:
    git(root, "init", "-q", *form)
    Journal(root).apply("x", [FileChange("sub/b.txt", B, b"new")])
    assert git(root, "status", "--porcelain", "-uall", ".hardhull") == ""  # it ignores itself
    (root / "sub/not.hardhull").mkdir()
    (root / "sub/not.hardhull/x").write_text("")
    (root / ".hardhul").write_text("")
    git(root, "add", "sub", "a.yaml", ".hardhul")
    if version == "3":
        (root / "later").write_text("")
        git(root, "add", "-N", "later")
    elif version == "split":
        git(root, "update-index", "--split-index")
    else:
        git(root, "update-index", "--index-version", version)
    assert not gitindex.tracked(root, ".hardhull")
    assert gitindex.tracked(root, "sub/not.hardhull")
    assert gitindex.tracked(root / "sub", "not.hardhull")
    git(root, "add", "-f", ".hardhull")
    assert gitindex.tracked(root, ".hardhull")
    refused(Journal(root).undo, "git tracks it")
    assert (root / "sub/b.txt").read_bytes() == b"new"


def test_a_linked_work_tree_has_an_index_of_its_own(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    git(root, "worktree", "add", "-q", "../linked")
    linked = root.parent / "linked"
    (linked / ".hardhull").mkdir()
    (linked / ".hardhull/x").write_text("")
    assert not gitindex.tracked(linked, ".hardhull")
    git(linked, "add", "-f", ".hardhull")
    assert gitindex.tracked(linked, ".hardhull")
    assert not gitindex.tracked(root, ".hardhull")


def test_an_index_that_is_none_counts_as_tracking_what_it_mentions(root: Path) -> None:
    (root / ".git").mkdir()
    (root / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\5.hardhull/")
    assert gitindex.tracked(root, ".hardhull")
    (root / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\5")
    assert not gitindex.tracked(root, ".hardhull")


def test_listings_and_pending_write_nothing(root: Path) -> None:
    assert Journal(root).receipts() == ()
    assert pending(root) is None
    assert not (root / ".hardhull").exists()
    refused(Journal(root).undo, "nothing was ever applied", 3)
    assert not (root / ".hardhull").exists()


def test_a_record_holds_no_bytes_of_a_file(root: Path) -> None:
    Journal(root).apply("x", [FileChange("a.yaml", A, b"password: hunter2hunter2\n")])
    (path,) = root.glob(".hardhull/journal/*/intent.json")
    text = path.read_text()
    assert "hunter2" not in text
    assert "nginx" not in text
    assert json.loads(text)["format"] == "hardhull-journal/1"
