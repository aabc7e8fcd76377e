"""The way from the text of a scalar back to its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.source import Source
from hardhull.text import jsondoc, yamldoc
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment


def fragment(text: str) -> Fragment:
    source = Source("a.yml", text.encode())
    root = yamldoc.load(source)[0]
    assert isinstance(root, Mapping)
    node = root.get("a")
    assert isinstance(node, Scalar)
    return node.fragment(source)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("a: one word\n", True),
        ("a: 'one word'\n", True),
        ('é: ü\na: "öne word" # c\n', True),
        ("a: 'it''s one word'\n", False),
        ('a: "\\tone\\u00e9 word\\n"\n', False),
        ("a: |\n  x öne\n\n    word\n  y\nb: 1\n", True),
        ("x:\n  y: 1\na: |2\n    one\n   word", True),
        ("a: |+\n  one word\n\n\nb: 1\n", True),
        ("a: >-\n  one\n  two\n\n  word\n", False),
        ("a: one\n  two\n  word\n", False),
        ('a: "one\n  two \\\n  word"\n', False),
    ],
)
def test_every_word_has_its_place(text: str, literal: bool, end: str) -> None:
    found = fragment("\ufeff" + text.replace("\n", end))
    assert found.literal is literal
    for word in ("one", "öne", "two", "word"):
        if word in found.text:
            index = found.text.index(word)
            assert found.place(index, index + len(word)).text == word


def test_an_edit_of_a_block_is_an_edit_of_the_file() -> None:
    text = "a: |\n  docker run \\\n    --privileged x\nb: 1\n"
    found = fragment(text)
    index = found.text.index("--privileged")
    span = found.span(index, index + len("--privileged "))
    data = text.encode()
    assert (data[: span.start] + data[span.end :]).decode() == "a: |\n  docker run \\\n    x\nb: 1\n"


def test_escapes_in_json() -> None:
    source = Source("a.json", rb'["\ud83d\ude00 \"word\" \u00e9 end"]')
    root = jsondoc.load(source)
    assert isinstance(root, Sequence)
    node = root.items[0]
    assert isinstance(node, Scalar)
    found = node.fragment(source)
    assert found.text == '\U0001f600 "word" é end'
    assert [found.place(i, i + 4).text for i in (3,)] == ["word"]
    assert found.place(11, 14).text == "end"
    assert not found.literal


@given(
    st.text(st.sampled_from("ab é\n:'\"\\#"), min_size=1, max_size=40),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.integers(10, 40),
)
@settings(max_examples=300, deadline=None)
def test_literal_fragments_stand_in_the_file(text: str, style: str | None, width: int) -> None:
    dumped = yaml.safe_dump({"a": text}, default_style=style, allow_unicode=True, width=width)
    source = Source("a.yml", dumped.encode())
    root = yamldoc.load(source)[0]
    assert isinstance(root, Mapping)
    node = root.entries[0].value
    assert isinstance(node, Scalar)
    found = node.fragment(source)
    assert found.text == node.text
    offsets = [found.offset(index) for index in range(len(text))]
    assert offsets == sorted(offsets)
    assert all(node.start <= offset <= node.end for offset in offsets)
    if found.literal:
        for index, letter in enumerate(found.text):
            if letter != "\n":
                assert found.place(index, index + 1).text == letter
