"""The names of lines are exactly those that GitHub's upload action computes."""

import pytest

from hardhull.model.linehash import LineHashes
from hardhull.model.source import Source


def names(text: str) -> list[str]:
    hashes = LineHashes(Source("f", text.encode()))
    return [hashes.of(line) for line in range(1, text.count("\n") + 2)]


# Computed by `Sarif.Multitool rewrite --insert RollingHashPartialFingerprints` 5.7.0, which carries GitHub's algorithm.
ORACLE = {
    "": ["c129715d7a2bc9a3:1"],
    "FROM nginx\nUSER 101\n": ["93bca9944cb7f70:1", "af2e53116493d1e6:1", "c129715d7a2bc9a3:1"],
    "FROM nginx\r\n\r\nRUN a  b\t\\\r\n  c\r\n": [
        "9c0eff822e41fb6:1",
        "b88552e1e6847f7c:1",
        "b324d4a05205da82:1",
        "3791504be0bd17cc:1",
        "c129715d7a2bc9a3:1",
    ],
    "# größe 日本語 😀\nENV a=b": ["69368891c2221c24:1", "ff072d1814d69f74:1"],
    ("x" * 101 + "\n") * 3 + "y": [
        "52b56201ffb58620:1",
        "52b56201ffb58620:2",
        "52b56201ffb58620:3",
        "ed3261245082261c:1",
    ],
    "\n\n\n": ["4e5d562094661a0d:1", "5b5d4caf73a13177:1", "3c5bef55b72b93c9:1", "c129715d7a2bc9a3:1"],
}


@pytest.mark.parametrize("text", ORACLE)
def test_equal_to_the_oracle(text: str) -> None:
    assert names(text) == ORACLE[text]


def test_blanks_and_line_ends_do_not_count() -> None:
    assert names("FROM a\n  USER b\n") == names("FROM  a\r\nUSER\tb\r\n")


def test_the_following_text_counts() -> None:
    assert names("FROM a\nUSER b\n")[0] != names("FROM a\nUSER c\n")[0]


def test_equal_lines_are_counted() -> None:
    text = "x" * 120 + "\n"
    assert [name[-2:] for name in names(text * 3)] == [":1", ":2", ":3", ":1"]


def test_a_lone_carriage_return_has_no_names() -> None:
    assert names("a\rb\nc") == ["", ""]


def test_a_byte_order_mark_counts_as_it_does_for_node() -> None:
    assert names("\ufeffFROM a\n")[0] != names("FROM a\n")[0]


def test_outside_of_the_file_is_nothing() -> None:
    assert [LineHashes(Source("f", b"a")).of(line) for line in (-1, 0, 2)] == ["", "", ""]
