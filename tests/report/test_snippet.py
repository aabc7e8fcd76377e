"""Snippets: the carets stand under exactly the text that was found, whatever characters the line has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardhull.model.result import Location
from hardhull.report.cells import lay, width
from hardhull.report.snippet import snippet
from hardhull.report.view import View
from made_results import SHOP, place

EIGHTY = View(width=80)


def rows(*locations: Location, view: View = EIGHTY) -> list[str]:
    return list(snippet(locations, "high", view))


def screen_cells(text: str) -> list[str]:
    """What stands in each cell of the screen; the right half of a wide character is empty."""
    cells: list[str] = []
    laid = lay(text)
    for index, piece in enumerate(laid.pieces):
        size = laid.edges[index + 1] - laid.edges[index]
        if size:
            cells += [piece] + [""] * (size - 1)
        elif cells:
            cells[-1] += piece
    return cells


WORD = st.text(st.sampled_from("ab-=\tü日本e\u0301\u202e\x1b😀\u200d각"), min_size=1, max_size=12)


@given(WORD, WORD, WORD)
def test_carets_stand_under_the_marked_text(before: str, marked: str, after: str) -> None:
    start, end = len(before) + 1, len(before) + len(marked) + 1
    text = before + marked + after
    quoted, carets = rows(Location("f", 1, start, 1, end, text), view=View(width=400))[1:3]
    quoted, carets = quoted[4:], carets[4:]
    laid = lay(text)
    assert len(carets) - carets.index("^") == max(laid.edges[end - 1] - laid.edges[start - 1], 1)
    assert carets.index("^") == laid.edges[start - 1]
    assert quoted == laid.text.rstrip()


@given(WORD, WORD, WORD, st.integers(0, 60), st.integers(0, 60))
def test_a_long_line_is_cut_around_the_marked_text(b: str, marked: str, a: str, left: int, right: int) -> None:
    before, after = b * left, a * right
    start = len(before) + 1
    view = View(width=60)
    made = rows(Location("f", 1, start, 1, start + len(marked), before + marked + after), view=view)
    assert all(width(row) <= view.width for row in made)
    quoted, carets = made[1].removeprefix("1 | "), made[2].removeprefix("  | ")
    first = lay(marked).pieces[0]
    at = carets.index("^")
    if first.strip() and lay(marked).edges[1]:
        assert "".join(screen_cells(quoted)[at : at + len(first)]).startswith(first[: 56 - at])


def test_places_in_one_file_are_shown_together_in_their_order() -> None:
    assert rows(*SHOP.findings[0].locations, view=View(width=100)) == [
        "  --> docker-compose.yml:9:9",
        "4 |     privileged: true",
        "  |     ---------------- also runs privileged",
        "9 |       - /var/run/docker.sock:/var/run/docker.sock   # needed for autoscaling",
        "  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any code in web can start a root container",
    ]


def test_a_label_without_room_stands_below() -> None:
    assert rows(SHOP.findings[0].locations[0])[2:] == [
        "  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  |         any code in web can start a root container",
    ]


def test_places_in_other_files_follow() -> None:
    assert rows(*SHOP.findings[2].locations) == [
        "  --> docker-compose.yml:2:3",
        "2 |   web:",
        "  |   ^^^ no `user:` here",
        "  ::: web/Dockerfile:1:6",
        "1 | FROM python:latest",
        "  |      ------------- its default user is root",
    ]


def test_two_places_on_one_line_quote_it_once() -> None:
    text = "RUN curl http://a | sh"
    assert rows(
        place("Dockerfile", 12, text, "sh", "runs it"), place("Dockerfile", 12, text, "http://a", "no TLS")
    ) == [
        "   --> Dockerfile:12:21",
        "12 | RUN curl http://a | sh",
        "   |                     ^^ runs it",
        "   |          -------- no TLS",
    ]


def test_a_place_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert rows(Location("f", 3, 5, 6, 2, "RUN apt-get install \\", "four lines"))[2] == (
        "  |     ^^^^^^^^^^^^^^^^^\N{HORIZONTAL ELLIPSIS} four lines"
    )


def test_an_empty_place_has_one_caret() -> None:
    assert rows(Location("f", 1, 1, 1, 1, ""))[1:] == ["1 |", "  | ^"]
    assert rows(Location("f", 1, 3, 1, 3, "ab"))[2] == "  |   ^"


def test_a_window_of_a_very_long_line_has_its_own_columns() -> None:
    text = "\N{HORIZONTAL ELLIPSIS}{a:bcd}"
    assert rows(Location("f", 1, 5003, 1, 5006, text, text_column=5, text_end_column=8))[1:] == [
        "1 | \N{HORIZONTAL ELLIPSIS}{a:bcd}",
        "  |     ^^^",
    ]


def test_a_place_outside_of_the_quoted_text_is_no_error() -> None:
    made = rows(Location("f", 1, 9000, 1, 9010, "x" * 400))
    assert made[2].endswith("^")
    assert all(width(row) <= 80 for row in made)


def test_ascii_alone() -> None:
    made = rows(Location("ü", 1, 100, 1, 103, "日" * 200), view=View(width=40, unicode=False))
    assert all(row.isascii() and len(row) <= 40 for row in made)
