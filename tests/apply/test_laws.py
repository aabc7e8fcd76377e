"""Applied and undone, a tree is what it was: bytes, modes, owners, times, attributes; whatever was in it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apply_trees import A, B, bytes_of, changes, snapshot
from hardhull.apply import Journal, NotDoneError, pending
from hardhull.apply.splices import spliced
from hardhull.model.receipt import APPLIED, UNDONE, FileChange, Splice

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("apply_places",)

NAMES = ["a", "b.yaml", "d/c", "d/e/f", "d/\udcff", "ü/x", "-rf", "name with blanks\n"]


@st.composite
def plans(draw: st.DrawFn) -> tuple[dict[str, bytes], list[FileChange]]:
    """Files, and changes of some of them, of new ones and to nothing."""
    files = draw(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=50), min_size=1))
    plan = []
    for name in draw(st.sets(st.sampled_from(NAMES), min_size=1)):
        before = files.get(name)
        if before is None:
            plan.append(
                FileChange(name, None, draw(st.binary(max_size=20)), mode=draw(st.sampled_from([None, 0o600, 0o755])))
            )
        elif draw(st.integers(0, 4)) == 0:
            plan.append(FileChange(name, before, None))
        else:
            cuts = sorted(draw(st.lists(st.integers(0, len(before)), min_size=2, max_size=6)))
            edits = tuple(
                Splice(a, b, draw(st.binary(max_size=4))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)
            )
            plan.append(FileChange(name, before, spliced(before, edits), edits))
    return files, plan


@given(plans(), st.sampled_from([0o644, 0o600, 0o4755, 0o444]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_applied_and_undone_is_untouched(
    place: Path, plan: tuple[dict[str, bytes], list[FileChange]], mode: int
) -> None:
    files, wanted = plan
    root = place / "law"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for index, (name, data) in enumerate(files.items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        os.setxattr(path, "user.x", name.encode("utf-8", "surrogateescape"))
        os.utime(path, ns=(index, 10**17 + index))
    if all(change.before == change.after for change in wanted):
        return
    before = snapshot(root)
    journal = Journal(root)
    receipt = journal.apply("law", wanted)
    applied = snapshot(root)
    for change in wanted:
        assert (applied[change.path][1] if change.path in applied else None) == change.after
    untouched = set(files) - {change.path for change in wanted}
    assert {name: applied[name] for name in untouched} == {name: before[name] for name in untouched}
    undone = journal.undo()
    assert snapshot(root) == before
    assert journal.undo(receipt.id).state == UNDONE
    assert snapshot(root) == before
    journal.undo(undone.id)
    assert bytes_of(snapshot(root)) == bytes_of(applied)
    assert pending(root) is None


def test_everything_of_a_file_is_kept(root: Path) -> None:
    before = snapshot(root)
    Journal(root).apply("keep", changes())
    after = snapshot(root)
    for name in ("a.yaml", "sub/b.txt", "sub/real"):
        assert after[name][2:4] == before[name][2:4]
        assert after[name][5] == before[name][5]
        assert after[name][4] != before[name][4]
    assert after["link"] == ("link", "sub/real")
    assert after["sub/real"][1] == b"REACHED BY A LINK\n"
    assert "sub/gone" not in after
    assert (root / "new/deep/file").read_bytes() == b"made by us\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody")
def test_the_owner_is_kept(root: Path) -> None:
    os.chown(root / "a.yaml", 1234, 4321)
    os.chown(root / "sub/gone", 1234, 4321)
    before = snapshot(root)
    journal = Journal(root)
    journal.apply("keep", changes())
    assert snapshot(root)["a.yaml"][3] == (1234, 4321)
    journal.undo()
    assert snapshot(root) == before


def test_an_access_control_list_is_kept(root: Path) -> None:
    """Version 2 of Linux's format: owner rw, user 4242 r, group -, mask r, others -."""
    entries = [(1, 6, 2**32 - 1), (2, 4, 4242), (4, 0, 2**32 - 1), (16, 4, 2**32 - 1), (32, 0, 2**32 - 1)]
    value = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + bits.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, bits, who in entries
    )
    try:
        os.setxattr(root / "a.yaml", "system.posix_acl_access", value)
        os.setxattr(root, "system.posix_acl_default", value)
    except OSError:
        pytest.skip("this file system has no access control lists")
    before = snapshot(root)
    journal = Journal(root)
    journal.apply("keep", changes())
    after = snapshot(root)
    assert after["a.yaml"][5] == before["a.yaml"][5]
    assert after["sub/b.txt"][5] == before["sub/b.txt"][5]  # no list of its own before, none from the folder's default
    journal.undo()
    assert snapshot(root) == before


def test_later_edits_elsewhere_in_the_file_survive(root: Path) -> None:
    journal = Journal(root)
    journal.apply("first", changes())
    path = root / "a.yaml"
    path.write_bytes(b"# by hand\n" + path.read_bytes() + b"volumes: {}\n")
    path.chmod(0o600)
    undone = journal.undo()
    assert path.read_bytes() == b"# by hand\n" + A + b"volumes: {}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [(file.path, file.note) for file in undone.files if file.note] == [("a.yaml", "later edits kept")]


@pytest.mark.parametrize("name", ["a.yaml", "new/deep/file", "sub/gone", "sub/real"])
@pytest.mark.parametrize("edit", ["ours", "removed", "link", "folder"])
def test_a_later_edit_in_ours_is_refused_and_nothing_at_all_is_done(root: Path, name: str, edit: str) -> None:
    journal = Journal(root)
    journal.apply("first", changes())
    path = root / name
    if edit == "removed" and name in {"sub/gone", "new/deep/file"}:
        return
    path.unlink(missing_ok=True)
    if edit == "ours":
        path.write_bytes(b"services:\n  web:\n    image: nginx\n    privileged: maybe\n    ports: [80]\n")
    elif edit == "link":
        path.symlink_to("/etc/passwd")
    elif edit == "folder":
        path.mkdir()
    before = snapshot(root)
    with pytest.raises(NotDoneError) as refused:
        journal.undo()
    assert refused.value.code == 5
    assert (name if name != "sub/real" else "link") in refused.value.why
    assert snapshot(root) == before
    assert journal.receipts()[0].state == APPLIED
    if edit == "ours":
        assert "maybe" in refused.value.diff


def test_an_older_receipt_is_undone_from_under_a_later_one(root: Path) -> None:
    journal = Journal(root)
    journal.apply("first", [FileChange("sub/b.txt", B, b"ONE\ntwo\nthree\n")])
    journal.apply("second", [FileChange("sub/b.txt", b"ONE\ntwo\nthree\n", b"ONE\ntwo\nthree\nfour\n")])
    journal.apply("third", [FileChange("sub/b.txt", b"ONE\ntwo\nthree\nfour\n", b"ONE\ntwo\nthree\nFOUR\n")])
    with pytest.raises(NotDoneError, match="in or beside"):  # the third is in the second
        journal.undo("2")
    journal.undo("1")
    assert (root / "sub/b.txt").read_bytes() == b"one\ntwo\nthree\nFOUR\n"
    journal.undo()
    assert (root / "sub/b.txt").read_bytes() == b"one\ntwo\nthree\nfour\n"
    journal.undo()
    assert (root / "sub/b.txt").read_bytes() == B
    with pytest.raises(NotDoneError) as nothing:
        journal.undo()
    assert nothing.value.code == 3
    states = [(receipt.kind, receipt.state) for receipt in journal.receipts()]
    assert states == [("apply", UNDONE)] * 3 + [("undo", APPLIED)] * 3


def test_a_folder_that_we_made_goes_only_if_nothing_else_is_in_it(root: Path) -> None:
    journal = Journal(root)
    journal.apply("new", [FileChange("new/deep/file", None, b"")])
    (root / "new" / "other").write_text("theirs")
    journal.undo()
    assert sorted(path.name for path in (root / "new").iterdir()) == ["other"]


def test_what_changes_nothing_is_passed_over_and_nothing_is_no_plan(root: Path) -> None:
    journal = Journal(root)
    receipt = journal.apply("one", [FileChange("a.yaml", A, A), FileChange("sub/b.txt", B, b"")])
    assert [file.path for file in receipt.files] == ["sub/b.txt"]
    with pytest.raises(ValueError, match="nothing to apply"):
        journal.apply("none", [FileChange("a.yaml", A, A)])
    with pytest.raises(ValueError, match=r"the edits of a\.yaml do not give"):
        journal.apply("wrong", [FileChange("a.yaml", A, b"", (Splice(0, 1, b""),))])
    assert pending(root) is None
