"""Manual pages: taken apart at their headings."""

from __future__ import annotations

import pytest

from hardhull.report.manual import first_sentence, opening, references, section, sections
from made_results import RULES

PAGE = RULES["HH-PRV-001"].manual


def test_sections_in_their_order() -> None:
    assert [part.heading for part in sections(PAGE)] == [
        "What it checks", "Why it matters", "How to fix", "When it is fine", "References",
    ]  # fmt: skip


def test_lines_of_the_source_flow_together() -> None:
    assert "sentence that is long enough to be broken over two lines." in section(PAGE, "What it checks")
    assert section("Title.\n\nHow to fix: one\ntwo\n\nthree", "How to fix") == "one two\n\nthree"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("remove it. Then look.", "remove it"),
        (
            "write `user: 1.2`, e.g. in v1.2 of the file. `docker run` too.",
            "write `user: 1.2`, e.g. in v1.2 of the file",
        ),
        ("one", "one"),
        ("", ""),
    ],
)
def test_the_first_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first


def test_an_opening_says_enough() -> None:
    assert opening("remove it. Ask the engine for less, through a proxy. Then look.") == (
        "remove it. Ask the engine for less, through a proxy"
    )
    assert opening("remove the setting, then grant only what a recorded run needs. Then look.") == (
        "remove the setting, then grant only what a recorded run needs"
    )
    assert opening("one.\n\nAnother paragraph.") == "one"
    assert opening("") == ""


def test_references() -> None:
    assert references(PAGE) == ("https://docs.docker.com/engine/security/",)
    assert references("T.\n\nReferences: see (https://a.b/c), https://d.e/f.") == ("https://a.b/c", "https://d.e/f")
    assert references("T.") == ()


def test_a_page_without_headings_has_no_sections() -> None:
    assert sections("Title.\n\nSome text.") == ()
