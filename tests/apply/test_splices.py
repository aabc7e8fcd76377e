"""Edits and their way back: alone, and under somebody else's later edits."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.apply.splices import MAX_PAIRS, difference, reversed_edits, spliced, taken_back
from hardhull.model.receipt import Splice

LINES = st.lists(st.binary(max_size=3).map(lambda line: line.replace(b"\n", b".") + b"\n"), max_size=12)


@st.composite
def edited(draw: st.DrawFn, data: st.SearchStrategy[bytes] | None = None) -> tuple[bytes, tuple[Splice, ...]]:
    """Bytes, and edits of them in order and apart."""
    before = draw(data if data is not None else st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(before)), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return before, tuple(Splice(start, end, draw(st.binary(max_size=5))) for start, end in pairs)


@given(edited())
def test_edits_and_back(case: tuple[bytes, tuple[Splice, ...]]) -> None:
    before, edits = case
    after = spliced(before, edits)
    assert spliced(after, reversed_edits(before, edits)) == before
    undo = taken_back(before, edits, after)
    assert undo is not None
    assert spliced(after, undo) == before
    assert taken_back(before, edits, before) == ()


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_difference_is_one_edit_of_whole_lines(before: bytes, after: bytes) -> None:
    edits = difference(before, after)
    assert spliced(before, edits) == after
    for start, end, new in edits:
        assert before[:start].endswith(b"\n") or not start
        assert before[:end].endswith(b"\n") or end in {start, len(before)}
        assert new.endswith(b"\n") or end == len(before) or not new


@given(LINES, LINES, LINES, LINES)
def test_the_difference_is_no_larger_than_it_must_be(
    head: list[bytes], old: list[bytes], new: list[bytes], tail: list[bytes]
) -> None:
    before, after = b"".join(head + old + tail), b"".join(head + new + tail)
    for start, end, replacement in difference(before, after):
        assert start >= len(b"".join(head))
        assert end - start <= len(b"".join(old))
        assert len(replacement) <= len(b"".join(new))
        assert (
            start == end or not replacement or before[start:end].partition(b"\n")[0] != replacement.partition(b"\n")[0]
        )


@pytest.mark.parametrize("edits", [[(2, 1)], [(0, 3), (2, 4)], [(0, 9)], [(3, 3), (1, 1)]])
def test_edits_that_make_no_sense(edits: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="overlaps another or lies outside"):
        spliced(b"12345", [Splice(start, end, b"") for start, end in edits])


@st.composite
def two_hands(draw: st.DrawFn) -> tuple[list[bytes], dict[int, bytes], dict[int, bytes]]:
    """Lines that all differ, what we make of some, and what somebody makes of others that are not beside ours."""
    size = draw(st.integers(1, 14))
    lines = [b"line %d\n" % index for index in range(size)]
    changes = st.sampled_from([b"", b"changed\n", b"more\nthan one\n", b"kept too\n"])
    ours = draw(st.dictionaries(st.integers(0, size - 1), changes, min_size=1, max_size=4))
    far = [index for index in range(size) if all(abs(index - own) > 1 for own in ours)]
    theirs = draw(st.dictionaries(st.sampled_from(far), changes, max_size=4)) if far else {}
    return lines, ours, theirs


def edits_at(lines: list[bytes], changed: dict[int, bytes]) -> tuple[Splice, ...]:
    starts = [sum(map(len, lines[:index])) for index in range(len(lines))]
    return tuple(Splice(starts[i], starts[i] + len(lines[i]), changed[i]) for i in sorted(changed))


@given(two_hands())
@settings(max_examples=300)
def test_later_edits_that_are_not_beside_ours_survive(
    case: tuple[list[bytes], dict[int, bytes], dict[int, bytes]],
) -> None:
    lines, ours, theirs = case
    before = b"".join(lines)
    now = b"".join((ours | theirs).get(index, line) for index, line in enumerate(lines))
    undo = taken_back(before, edits_at(lines, ours), now)
    wanted = b"".join(theirs.get(index, line) for index, line in enumerate(lines))
    if undo is None:  # two lines that became equal can hide whose is whose
        assert len(set(now.splitlines())) < len(now.splitlines()) or b"" in ours.values() or b"" in theirs.values()
    else:
        assert spliced(now, undo) == wanted


@given(LINES, LINES, st.data())
@settings(max_examples=300)
def test_whatever_was_done_later_exactly_our_lines_go(
    lines: list[bytes], other: list[bytes], data: st.DataObject
) -> None:
    """Few different lines, anything done later: a refusal, or exactly our lines go and exactly the old ones come."""
    if not lines:
        return
    ours = data.draw(
        st.dictionaries(st.integers(0, len(lines) - 1), st.sampled_from([b"", b"x\n", b"a\nb\n"]), max_size=3)
    )
    before = b"".join(lines)
    edits = edits_at(lines, ours)
    at = data.draw(st.integers(0, len(lines)))
    after = spliced(before, edits).splitlines(keepends=True)
    now = b"".join([*after[:at], *other, *after[at + data.draw(st.integers(0, 2)) :]])
    undo = taken_back(before, edits, now)
    if undo:
        gone = Counter(line for new in ours.values() for line in new.split(b"\n")[:-1])
        come = Counter(lines[index][:-1] for index in ours)
        seen = Counter(now.split(b"\n"))
        assert Counter(spliced(now, undo).split(b"\n")) == seen - gone + come


BEFORE = b"zero\none\ntwo\nthree\nfour\n"[1:]  # "ero one two three four"


@pytest.mark.parametrize(
    "now",
    [
        b"ero\none\nTWO!\nthree\nfour\n",  # our line
        b"ero\nONE\nTWO\nthree\nfour\n",  # the line before
        b"ero\none\nTWO\nTHREE\nfour\n",  # the line behind
        b"ero\none\nnew\nTWO\nthree\nfour\n",  # between ours and the one before
        b"ero\none\nTWO\nnew\nthree\nfour\n",
        b"ero\none\nthree\nfour\n",  # gone
        b"ero\none\nTWO\nthree\none\nTWO\nthree\nfour\n",  # a copy: which is ours?
        b"ero\nthree\nTWO\none\nfour\n",  # moved
        b"",
        b"something else\n",
    ],
)
def test_later_edits_that_touch_ours_are_refused(now: bytes) -> None:
    edits = (Splice(8, 12, b"TWO\n"),)
    assert spliced(BEFORE, edits) == b"ero\none\nTWO\nthree\nfour\n"
    assert taken_back(BEFORE, edits, now) is None


def test_taken_back_by_hand_and_edited_elsewhere() -> None:
    edits = (Splice(8, 12, b"TWO\n"),)
    assert taken_back(BEFORE, edits, BEFORE + b"five\n") == ()


def test_windows_line_ends_and_no_last_one() -> None:
    before, edits = b"a\r\nb\r\nc\r\nd\r\ne", (Splice(3, 4, b"B"),)
    undo = taken_back(before, edits, b"a\r\nB\r\nc\r\nd\r\nE")
    assert undo is not None
    assert spliced(b"a\r\nB\r\nc\r\nd\r\nE", undo) == b"a\r\nb\r\nc\r\nd\r\nE"


def test_a_line_that_only_gained_its_end_counts_as_changed() -> None:
    assert taken_back(b"a\nb", (Splice(2, 3, b"B"),), b"a\nB\n") is None


def test_a_comparison_that_would_take_minutes_is_refused() -> None:
    size = int(MAX_PAIRS**0.5) + 10
    before = b"first\n" + b"same\n" * size + b"last\n"
    now = b"FIRST\nnew\n" + b"same\n" * size + b"more\nlast\n"
    assert taken_back(before, (Splice(0, 5, b"FIRST"),), now) is None
