"""Quoted lines: exact where nothing is secret, without the secret where something is, and short."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.model.finding import SourceSpan
from hardhull.model.source import Place, Source, Span
from hardhull.scan.quote import MAX_QUOTED, Quotes

if TYPE_CHECKING:
    from hardhull.model.result import Location


def quoted(data: bytes, part: bytes, path: str = "f") -> Location:
    """The location of the first place where ``part`` stands."""
    start = data.index(part)
    return Quotes().location(SourceSpan(Place(Source(path, data), Span(start, start + len(part))), "here"))


def marked(location: Location) -> str:
    start, end = location.mark
    return location.text[start:end]


@given(
    st.text(max_size=30),
    st.text(st.characters(exclude_characters="\n\r"), min_size=1, max_size=9),
    st.text(max_size=30),
)
def test_what_is_quoted_stands_there(before: str, inside: str, after: str) -> None:
    data = (before + inside + after).encode("utf-8", "replace")
    start = len(before.encode("utf-8", "replace"))
    span = Span(start, start + len(inside.encode("utf-8", "replace")))
    made = Quotes().location(SourceSpan(Place(Source("f", data), span)))
    assert made.text in data.decode()
    if not made.text_column:
        assert made.text[made.column - 1 : made.end_column - 1] == inside.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("data", "part", "text", "mark"),
    [
        (b"\xef\xbb\xbfFROM a\r\n", b"a", "FROM a", "a"),
        ("# größe\nENV x=日本 y".encode(), b"y", "ENV x=日本 y", "y"),
        (b"\xff\xfeFROM a\n", b"a", "\ufffd\ufffdFROM a", "a"),
        (b"ENV API_TOKEN=ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5 B=c", b"B=c", "ENV API_TOKEN=[redacted] B=c", "B=c"),
        (b"env:\n- name: DB_PASSWORD\n  value: x7Kq9pL2mN4v\n", b"x7Kq9pL2mN4v", "  value: [redacted]", "[redacted]"),
        ("é: 1\nMYSQL_PASSWORD: x7Kq9pL2mN4v # é".encode(), b"# ", "MYSQL_PASSWORD: [redacted] # é", "# "),
    ],
)
def test_lines(data: bytes, part: bytes, text: str, mark: str) -> None:
    made = quoted(data, part)
    assert (made.text, marked(made)) == (text, mark)


def test_a_place_inside_a_secret_marks_all_of_it() -> None:
    made = quoted(b"MYSQL_PASSWORD: x7Kq9pL2mN4v", b"9pL")
    assert (made.text, marked(made)) == ("MYSQL_PASSWORD: [redacted]", "[redacted]")
    assert (made.column, made.end_column) == (21, 24)


def test_a_place_over_several_lines_ends_with_the_first() -> None:
    made = quoted(b"RUN a \\\n  b\n", b"a \\\n  b")
    assert (made.line, made.end_line, marked(made)) == (1, 2, "a \\")


@pytest.mark.parametrize(("left", "right"), [(5000, 0), (0, 5000), (5000, 5000), (100, 5000), (5000, 100)])
def test_a_very_long_line_is_cut_around_the_place(left: int, right: int) -> None:
    made = quoted(b"a" * left + b"NEEDLE" + b"b" * right, b"NEEDLE")
    assert marked(made) == "NEEDLE"
    assert len(made.text) <= MAX_QUOTED + 2
    assert made.column == left + 1
    assert made.text.startswith("\N{HORIZONTAL ELLIPSIS}") is (left > MAX_QUOTED)


def test_a_very_long_place_is_cut_too() -> None:
    made = quoted(b"x" + b"y" * 9000, b"y" * 9000)
    assert len(made.text) <= MAX_QUOTED + 2
    assert re.fullmatch("y+\N{HORIZONTAL ELLIPSIS}", marked(made))


def test_no_name_of_a_line_is_made_from_a_file_with_a_secret() -> None:
    def name(data: bytes) -> str:
        return Quotes().line_hash(SourceSpan(Place(Source("f", data), Span(0, 1))))

    assert name(b"FROM nginx\nUSER 101\n") == "93bca9944cb7f70:1"
    assert name(b"FROM nginx\nENV DB_PASSWORD=x7Kq9pL2mN4v\n") == ""
