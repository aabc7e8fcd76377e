"""A patch holds no secret, and git applies it wherever it was not left out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.fix.patch import file_edit, patch

if TYPE_CHECKING:
    from hardhull.model.plan import FileEdit

SECRET = "x7Kq9pL2mN4v"
HIDDEN = f"DB_PASSWORD: {SECRET}"
LINES = st.sampled_from(["a: 1", "b: 2", "", "  - x", "é", HIDDEN, HIDDEN])
TEXTS = st.lists(LINES, min_size=1, max_size=25)


def applied(files: list[FileEdit], text: str) -> dict[str, bytes]:
    """The files after git applied a patch to them."""
    with TemporaryDirectory() as name:
        root = Path(name)
        for file in files:
            if file.before is not None:
                (root / file.path).parent.mkdir(parents=True, exist_ok=True)
                (root / file.path).write_bytes(file.before)
        command = ["git", "apply", "--whitespace=nowarn", "-"]
        done = subprocess.run(command, cwd=root, input=text.encode(), capture_output=True, check=False)
        assert done.returncode == 0, (text, done.stderr)
        return {file.path: (root / file.path).read_bytes() for file in files}


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.data())
def test_secrets_around_a_change_are_cut_off_and_git_still_applies_it(lines: list[str], data: st.DataObject) -> None:
    changed = list(lines)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed)))
        new = data.draw(st.lists(st.sampled_from(["new: 1", "more: 2", "a: 1"]), max_size=2))
        changed[at : at + data.draw(st.integers(0, 2))] = new
    ends = data.draw(st.sampled_from(["\n", ""]))
    before, after = ("\n".join(one).encode() + ends.encode() for one in (lines, changed))
    if before == after or not before.strip() or not after.strip():
        return
    file = file_edit("compose.yaml", before, after)
    text, left_out = patch([file])
    assert SECRET not in text
    assert bool(text) is not bool(left_out)
    if text:
        assert applied([file], text) == {"compose.yaml": after}


def test_the_hunks_part_at_a_secret() -> None:
    before = f"a: 1\nb: 2\n{HIDDEN}\nc: 3\nd: 4\n".encode()
    file = file_edit("f", before, before.replace(b"a: 1\n", b"").replace(b"d: 4", b"d: 5"))
    text, left_out = patch([file])
    assert not left_out
    assert text == "--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n-a: 1\n b: 2\n@@ -4,2 +3,2 @@\n c: 3\n-d: 4\n+d: 5\n"


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (f"{HIDDEN}\na: 1\n", "a: 1\n", "a changed line holds a secret"),
        ("a: 1\n", f"a: 1\n{HIDDEN}\n", "a changed line holds a secret"),
        (f"a: 1\n{HIDDEN}\n", f"a: 2\n{HIDDEN}\n", "the line beside a change holds a secret"),
        (f"{HIDDEN}\n", f"{HIDDEN}\na: 2\n", "the line beside a change holds a secret"),
        (None, f"{HIDDEN}\n", "it is new and holds a secret"),
    ],
)
def test_a_file_is_left_out_where_its_changes_cannot_be_shown(before: str | None, after: str, why: str) -> None:
    other = file_edit("other", b"x\n", b"y\n")
    text, left_out = patch([file_edit("f", before.encode() if before else None, after.encode()), other])
    assert [one.path for one in left_out] == ["f"]
    assert left_out[0].why.startswith(why)
    assert "a/other" in text
    assert "b/f" not in text


def test_what_is_not_utf_8_is_left_out() -> None:
    text, left_out = patch([file_edit("f", b"\xff\na\n", b"\xff\nb\n")])
    assert (text, left_out[0].why) == ("", "it is not UTF-8")


@pytest.mark.parametrize("path", ["my shop/compose.yaml", 'a"b', "tab\there", "ä/é.yaml", "back\\slash"])
def test_git_finds_files_with_unusual_names(path: str) -> None:
    files = [file_edit(path, b"a\n", b"b\n"), file_edit(f"new {path}", None, b"c\n")]
    text, left_out = patch(files)
    assert not left_out
    with TemporaryDirectory() as name:
        (Path(name) / f"new {path}").parent.mkdir(parents=True, exist_ok=True)
    assert applied(files, text) == {path: b"b\n", f"new {path}": b"c\n"}


def test_a_new_file() -> None:
    text, left_out = patch([file_edit("new", None, b"a\n")])
    assert text == "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+a\n"
    assert not left_out
