"""Unit files: what systemd.syntax(7) says, with exact places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.unit import Unit


def unit(*texts: str) -> Unit:
    found = Unit()
    for text in texts:
        found.add(Fragment.of(Source("x.service", text.encode())))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[A]\nK=v\n", [("A", "K", "v")]),
        ("[A]\n  K =  v w  \n", [("A", "K", "v w")]),
        ("[A]\nK=\n", [("A", "K", "")]),
        ("[A]\nK=a \\\n  b\\\nc\n", [("A", "K", "a    b c")]),
        ("[A]\nK=a \\\n# no\n; no\n  b\n", [("A", "K", "a    b")]),
        ("# x\n; y\n[A]\nK=v # kept\n", [("A", "K", "v # kept")]),
        ("[A]\r\nK=a \\\r\n b\r\n", [("A", "K", "a   b")]),
        ("[A]\nK=v=w\n[B]\nK=x", [("A", "K", "v=w"), ("B", "K", "x")]),
        ("[A]\nK=a\\", [("A", "K", "a")]),
        ("", []),
    ],
)
def test_entries(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = unit(text)
    assert [(entry.section, entry.key, entry.text) for entry in found.entries] == expected
    assert not found.problems


def test_repeated_and_reset() -> None:
    found = unit("[S]\nE=a\nE=b\nF=x\n", "[S]\nE=\nE=c\n")
    assert [entry.text for entry in found.all("S", "E")] == ["c"]
    assert [entry.text for entry in found.all("S", "F", "E")] == ["x", "c"]
    last = found.last("S", "E")
    assert last is not None
    assert last.text == "c"
    assert found.last("S", "G") is None


def test_places() -> None:
    text = "[Service]\nExecStart=/bin/a \\\n  é b\n"
    found = unit(text)
    (entry,) = found.entries
    assert found.sections["Service"].text == "[Service]"
    assert entry.key_place.text == "ExecStart"
    assert entry.place.text == "/bin/a \\\n  é b"
    at = entry.text.index("b", 6)
    assert entry.value.place(at, at + 1).start == (3, 5)


def test_problems() -> None:
    assert [place.text for place in unit("[A]\nnonsense\nK=v\n").problems] == ["nonsense"]


@settings(max_examples=200, deadline=None)
@given(st.text("[]AK=v \\\n#;\réx", max_size=60))
def test_anything_is_read(text: str) -> None:
    for entry in unit(text).entries:
        assert entry.key_place.text == entry.key
        assert entry.place.source.data
