"""Text of strangers: nothing reaches the terminal that could act on it, and widths are what terminals take."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.report.cells import MAX_MARKS, clean, fit, fold, lay, width

ANY = st.text(st.characters() | st.sampled_from("a\t\x1b\x9b\u202e\u0301日\ud800\u200d\ufe0f"), max_size=40)


@given(ANY)
def test_what_is_shown_cannot_act_on_a_terminal(text: str) -> None:
    shown = clean(text)
    assert "\x1b" not in shown
    assert all(char.isprintable() or unicodedata.category(char) == "Zs" for char in shown)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean(text, unicode=False).isascii()


@given(ANY)
def test_edges_grow_with_the_pieces(text: str) -> None:
    cells = lay(text)
    assert len(cells.pieces) == len(text) == len(cells.edges) - 1
    assert cells.edges == sorted(cells.edges)
    assert cells.edges[-1] == width(cells.text)


@pytest.mark.parametrize(
    ("text", "shown", "cells"),
    [
        ("FROM a", "FROM a", 6),
        ("\tFROM", "    FROM", 8),
        ("\x1b[2J", "\\x1b[2J", 7),
        ("\x9b31m", "\\x9b31m", 7),
        ("\x7f", "\\x7f", 4),
        ("a\u202eb", "a\\u202eb", 8),
        ("a\u2066b", "a\\u2066b", 8),
        ("a\u200bb", "a\\u200bb", 8),
        ("a\u2028b", "a\\u2028b", 8),
        ("\ud800", "\\ud800", 6),
        ("\U000e0041", "\\U000e0041", 10),
        ("\u3164", "\\u3164", 6),
        ("日本", "日本", 4),
        ("\uff26\uff32", "\uff26\uff32", 4),
        ("e\u0301", "e\u0301", 1),
        ("각", "각", 2),
        ("\u1100\u1161\u11a8", "\u1100\u1161\u11a8", 2),
        ("😀", "😀", 2),
        ("⚠\ufe0f", "⚠", 1),
        ("a\u00a0b", "a\u00a0b", 3),
        ("é", "é", 1),
    ],
)
def test_known_widths(text: str, shown: str, cells: int) -> None:
    assert clean(text) == shown
    assert lay(text).edges[-1] == cells


def test_a_pile_of_combining_marks_is_shown_as_escapes() -> None:
    shown = clean("a" + "\u0301" * 50)
    assert shown.count("\u0301") == MAX_MARKS
    assert shown.count("\\u0301") == 50 - MAX_MARKS


@given(ANY, st.integers(-2, 30), st.booleans(), st.booleans())
def test_a_cut_text_fits(text: str, room: int, unicode: bool, keep_end: bool) -> None:
    shown = fit(text, room, unicode=unicode, keep_end=keep_end)
    assert width(shown) <= max(room, 0)
    if shown != clean(text, unicode=unicode) and room >= 3:
        assert ("\N{HORIZONTAL ELLIPSIS}" if unicode else "...") in shown


def test_a_text_is_cut_at_the_wanted_side() -> None:
    assert fit("docker-compose.yml:4:5", 12) == "docker-comp\N{HORIZONTAL ELLIPSIS}"
    assert fit("docker-compose.yml:4:5", 12, keep_end=True) == "\N{HORIZONTAL ELLIPSIS}ose.yml:4:5"
    assert fit("docker", 5, unicode=False) == "do..."


@given(ANY, st.integers(2, 30))
def test_folded_lines_fit_and_lose_nothing(text: str, room: int) -> None:
    lines = fold(text, room)
    assert all(width(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())
