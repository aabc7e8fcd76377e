"""Diffs made from edits: git applies them, and the outcome is the spliced text."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.edit import Edit, OverlapError, spliced
from hardhull.model.source import Span
from hardhull.text.editdiff import changed_lines, lines_of, unified

LINES = st.lists(st.sampled_from(["a", "b: 1", "", "  - x", "é", "a\r"]), max_size=30)


def patch_of(data: bytes, edits: list[Edit]) -> str:
    before, after = data.decode(), spliced(data, edits).decode()
    return unified("file", lines_of(before), lines_of(after), changed_lines(data, edits))


@settings(max_examples=60, deadline=None)
@given(LINES, st.booleans(), st.data())
def test_git_applies_the_diff_and_gets_the_spliced_text(lines: list[str], ends: bool, data: st.DataObject) -> None:
    text = "\n".join(lines) + ("\n" if ends and lines else "")
    raw = text.encode()
    offsets = [at for at in range(len(raw) + 1) if at == len(raw) or raw[at] & 0xC0 != 0x80]
    edits: list[Edit] = []
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.sampled_from(offsets))
        end = data.draw(st.sampled_from([offset for offset in offsets if offset >= start][:12]))
        edits.append(Edit(Span(start, end), data.draw(st.sampled_from([b"", b"new", b"new\n", b"x\ny\n", b"\nz"]))))
    edits.sort(key=lambda edit: edit.span)
    try:
        wanted = spliced(raw, edits)
    except OverlapError:
        return
    if wanted == raw or not raw or not wanted:
        return
    with TemporaryDirectory() as name:
        file = Path(name) / "file"
        file.write_bytes(raw)
        patch = patch_of(raw, edits).encode()
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"], cwd=name, input=patch, capture_output=True, check=False
        )
        assert done.returncode == 0, (patch, done.stderr)
        assert file.read_bytes() == wanted


def test_lines_that_stay_are_not_shown_as_changed() -> None:
    data = b"a\nb\nc\n"
    patch = patch_of(data, [Edit(Span(2, 4), b"b\nn\n")])
    assert patch == "--- a/file\n+++ b/file\n@@ -1,3 +1,4 @@\n a\n b\n+n\n c\n"


def test_a_missing_final_newline_is_told() -> None:
    patch = patch_of(b"a", [Edit(Span(1, 1), b"\nb")])
    assert patch.count("\\ No newline at end of file") == 2
