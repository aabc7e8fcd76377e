"""JSON: exact places, clear complaints, and bounds."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.source import Source
from hardhull.text import jsondoc, limits
from hardhull.text.errors import UnreadableError
from hardhull.text.nodes import Mapping, Node, Scalar, Sequence


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {entry.name: plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return jsondoc.value_of(node)


def walk(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [node, *(n for entry in node.entries for n in (entry.key, *walk(entry.value)))]
    return [node, *(n for item in node.items for n in walk(item))] if isinstance(node, Sequence) else [node]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans(), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=200, deadline=None)
def test_reads_what_json_reads_and_every_span_is_exact(
    value: object, indent: int | str | None, ascii_only: bool, end: str
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("\n", end)
    source = Source("a.json", b"\xef\xbb\xbf" + text.encode() if ascii_only else text.encode())
    if "\x7f" in text:  # the only character that JSON has and we refuse
        return
    root = jsondoc.load(source)
    assert plain(root) == value
    for node in walk(root):
        assert json.loads(source.data[node.start : node.end]) == plain(node)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ('{"a": 1,}', "1:8", "a trailing comma"),
        ("[1, 2,\n]", "1:6", "a trailing comma"),
        ('{"a": 1 "b": 2}', "1:9", "a comma is missing"),
        ("[1 2]", "1:4", "a comma is missing"),
        ("// x\n{}", "1:1", "a comment"),
        ('{\n  "a": 1, # x\n}', "2:11", "a comment"),
        ('{"a": 1 /* x */}', "1:9", "a comment"),
        ("{'a': 1}", "1:2", "single quotes"),
        ("{a: 1}", "1:2", "without quotes"),
        ("[NaN]", "1:2", "NaN"),
        ("[-Infinity]", "1:2", "NaN and Infinity"),
        ("[True]", "1:2", "a word"),
        ("[01]", "1:2", "a number in another form"),
        ("[0x1F]", "1:2", "a number in another form"),
        ("[1.]", "1:2", "a number in another form"),
        ('["a\nb"]', "1:2", "not closed"),
        ('["\\x"]', "1:2", "wrong escape"),
        ('["a', "1:2", "not closed"),
        ('{"a" 1}', "1:6", "':' is missing"),
        ("[1] x", "1:5", "after the end"),
        ("[1", "1:3", "ends too early"),
        ("", "1:1", "ends too early"),
        ('{"é": ]', "1:7", "a value is missing"),
        ("[" * 10_000, "1:201", "limit of 200"),
        ('["a\0"]', "1:4", "NUL"),
    ],
)
def test_mistakes_are_named(text: str, where: str, why: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        jsondoc.load(Source("bad.json", text.encode()))
    assert str(caught.value).startswith(f"bad.json:{where}:")
    assert why in caught.value.why


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.MAX_NODES == 400_000
    monkeypatch.setattr(jsondoc, "MAX_NODES", 1000)
    with pytest.raises(UnreadableError, match=r"^a.json:1:2000: the file has more than 1,000 values"):
        jsondoc.load(Source("a.json", b"[" + b"1," * 1001 + b"1]"))


def test_duplicates_are_listed() -> None:
    source = Source("a.json", b'{"a": 1, "b": {}, "a": 2}')
    root = jsondoc.load(source)
    assert isinstance(root, Mapping)
    assert [source.text(entry.value.span) for entry in root.duplicates] == ["2"]
    assert root.get("a") is root.entries[2].value


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert plain(jsondoc.load(Source("a.json", rb'"a\ud800b"'))) == "a\ufffdb"


@given(st.text(st.sampled_from('{}[]",:0a\\ \nu1e.-/t')))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    source = Source("a.json", text.encode())
    refusal = None
    try:
        assert plain(jsondoc.load(source)) == json.loads(text)
    except UnreadableError as error:
        refusal = error
    assert refusal is None or 0 <= refusal.offset <= len(source.data)


def test_a_large_file_takes_linear_time() -> None:
    text = json.dumps([{"name": "x" * 60, "list": [1, 2.5, None, "y" * 40]}] * 8_000)
    started = time.process_time()
    jsondoc.load(Source("big.json", text.encode()))
    assert len(text) > 1_000_000
    assert time.process_time() - started < 4
