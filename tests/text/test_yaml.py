"""YAML: the span of every node, the things PyYAML's marks get wrong, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.source import Source
from hardhull.text import yamldoc
from hardhull.text.errors import UnreadableError
from hardhull.text.limits import MAX_NODES
from hardhull.text.nodes import Mapping, Node, Scalar, Sequence


def load(text: str | bytes) -> tuple[Node, Source]:
    source = Source("a.yml", text.encode() if isinstance(text, str) else text)
    roots = yamldoc.load(source)
    assert len(roots) == 1
    assert roots[0] is not None
    return roots[0], source


def at(text: str | bytes, *path: str | int) -> tuple[Node, str]:
    node, source = load(text)
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            found = node.get(step)
            assert found is not None
            node = found
        else:
            assert isinstance(node, Sequence)
            assert isinstance(step, int)
            node = node.items[step]
    return node, source.text(node.span)


def walk(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [node, *(n for entry in node.entries for part in entry[:2] for n in walk(part))]
    if isinstance(node, Sequence):
        return [node, *(n for item in node.items for n in walk(item))]
    return [node]


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return [(plain(entry.key), plain(entry.value)) for entry in node.entries]
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return (node.text, bool(node.style), node.tag) if isinstance(node, Scalar) else ("", False, None)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: 1\n# the end\n\n", (), "a: 1"),
        ("a:\n  b: 1 # why\n\n# c\nd: 2\n", ("a",), "b: 1"),
        ("a:\n- 1\n- 'x'\n# c\nd: 2\n", ("a",), "- 1\n- 'x'"),
        ("a: &x !!str\n  # why\n  v\n", ("a",), "v"),
        ("a: &x\n  b: 1\n", ("a",), "b: 1"),
        ("a: !<tag:yaml.org,2002:str> 1\n", ("a",), "1"),
        ('é: "ü" # ö\nb: ß', ("b",), "ß"),
        ("a: [1, {b: c}] # x\n", ("a", 1), "{b: c}"),
        ("a: [b: c , d]\n", ("a", 0), "b: c"),
        ("a: |\n  x\n  y\n\n# c\nb: 1\n", ("a",), "|\n  x\n  y"),
        ("a: |-\n  x\n", ("a",), "|-\n  x"),
        ("a: one\n  two\nb: 1\n", ("a",), "one\n  two"),
        ("a:\n# c\nb: 1\n", ("a",), ""),
        ("? a\n# c\n? b\n", ("a",), ""),
        ("a: {b: , c: 1}\n", ("a", "b"), ""),
    ],
)
def test_span_is_what_is_written(text: str, path: tuple[str | int, ...], expected: str, end: str, bom: str) -> None:
    node, cut = at(bom + text.replace("\n", end), *path)
    assert cut.replace("\r\n", "\n") == expected
    if not expected:
        assert node.start == node.end


def test_an_absent_value_stands_right_after_its_colon() -> None:
    node, _ = at("a:   # nothing\n\n# c\nb: 1\n", "a")
    assert node.start == 2


def test_documents() -> None:
    roots = yamldoc.load(Source("a.yml", b"# only\n---\na: 1\n---\n---\n- b\n...\n"))
    assert [plain(root) for root in roots] == [
        [(("a", False, None), ("1", False, None))],
        ("", False, None),
        [("b", False, None)],
    ]
    assert roots[1] is None
    assert yamldoc.load(Source("a.yml", b"# only a comment\n")) == []


def test_aliases_are_seen_through_and_listed() -> None:
    root, source = load("base: &b\n  list: [x, *n]\nuse: *b\nmore: [&n 1]\n".replace(", *n", ""))
    assert isinstance(root, Mapping)
    base, use = root.entry("base"), root.entry("use")
    assert base is not None
    assert use is not None
    assert base.value is use.value
    assert use.alias is not None
    assert source.text(use.alias) == "*b"
    assert base.alias is None
    inner = walk(base.value)[-1]
    assert [source.text(span) for span in inner.shared_by] == ["*b"]
    assert base.value.anchor == "b"
    assert inner.anchor is None
    assert root.entries[2].value.shared_by == []


def test_alias_in_a_list() -> None:
    node, _ = at("a: &a 1\nb: [x, *a]\n", "b")
    assert isinstance(node, Sequence)
    assert list(node.aliases) == [1]
    assert plain(node.items[1]) == ("1", False, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b: &b {a: 1, z: 9}\nc: {a: 2, <<: *b}\n", {"a": "2", "z": "9"}),
        ("b: &b {a: 1, z: 9}\nd: &d {a: 3, y: 4}\nc: {<<: [*b, *d], k: 2}\n", {"a": "1", "k": "2", "y": "4", "z": "9"}),
        ("c: {<<: {a: 1}, b: 2}\n", {"a": "1", "b": "2"}),
        ("b: &b {a: 1}\nd: &d {<<: *b, q: 1}\nc: {<<: *d, a: 3}\n", {"a": "3", "q": "1"}),
    ],
)
def test_merge_keys_as_go_yaml_has_them(text: str, expected: dict[str, str]) -> None:
    node, _ = at(text, "c")
    assert isinstance(node, Mapping)
    assert {entry.name: entry.value.text for entry in node if isinstance(entry.value, Scalar)} == expected
    assert len(node) == len(expected)


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    node, _ = at('b: &b {a: 1}\nc: {"<<": *b}\n', "c")
    assert isinstance(node, Mapping)
    assert [entry.name for entry in node] == ["<<"]


def test_duplicates_are_listed_and_the_last_one_counts() -> None:
    node, source = load("a: 1\nb: 2\na: 3\n")
    assert isinstance(node, Mapping)
    assert [source.text(entry.value.span) for entry in node.duplicates] == ["3"]
    assert plain(node.get("a")) == ("3", False, None)


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("data", "where", "why"),
    [
        (b"x" * 10_000_001, "1:10000001", "limit of 10,000,000"),
        (b"a:\n" + b"- " * 10_000 + b"x", "2:399", "limit of 200"),
        (b"a: " + b"[" * 10_000, "1:", "limit of 200"),  # libyaml 0.2.6 looks 1,000 brackets ahead
        (b"a: " + b"[" * 900, "1:203", "limit of 200"),
        (BOMB.encode(), "6:", "200,000 nodes"),
        (
            (
                "a0: &a0 "
                + "[" * 90
                + "]" * 90
                + "\n"
                + "".join(f"a{n}: &a{n} {'[' * 90}*a{n - 1}{']' * 90}\n" for n in (1, 2))
            ).encode(),
            "3:",
            "limit of 200",
        ),
        (b"a: 1\nb: \xff", "2:4", "not valid UTF-8"),
        ("a: 1".encode("utf-16"), "1:1", "UTF-16"),
        (b"a: 1\nb: x\0", "2:5", "NUL"),
        (b"a: \x1b[0m", "1:4", "0x1b"),
        (b"a: b: c", "1:5", "not YAML"),
        (b"a: *b", "1:4", "anchor"),
        (b"a: &a [*a]", "1:8", "contains itself"),
        (b"\xef\xbb\xbf'\xc3\xa9': @", "1:6", "not YAML"),
    ],
)
def test_refused_with_file_line_and_reason(data: bytes, where: str, why: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        yamldoc.load(Source("bad.yml", data))
    assert str(caught.value).startswith(f"bad.yml:{where}")
    assert why in str(caught.value)
    assert not caught.value.template


def test_too_many_nodes() -> None:
    assert MAX_NODES == 400_000
    with pytest.raises(UnreadableError, match=r"^a.yml:1000:3: the file has more than 1,000 values"):
        yamldoc.load(Source("a.yml", b"- x\n" * 1001), 1000)


@pytest.mark.parametrize("text", ["a: {{ .Values.x }}\n", "{{- if .x }}\na: 1\n{{- end }}\n", "a: b\n{{ x }}: y\n"])
def test_templates_are_told_apart(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        yamldoc.load(Source("t.yaml", text.encode()))
    assert caught.value.template


def test_a_template_in_quotes_is_text() -> None:
    assert at("a: '{{ x }}'\n", "a")[1] == "'{{ x }}'"


def test_a_long_chain_of_merges_does_not_recurse() -> None:
    chain = "m0: &m0 {k: 1}\n" + "".join(f"m{n}: &m{n}\n  <<: *m{n - 1}\n" for n in range(1, 400))
    node, _ = at(chain, "m399")
    assert isinstance(node, Mapping)
    assert [entry.name for entry in node] == ["k"]


LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))
VALUES: st.SearchStrategy[Any] = st.deferred(
    lambda: LEAVES | st.lists(VALUES, max_size=4) | st.dictionaries(st.text("ab é:#-", max_size=5), VALUES, max_size=4)
)
DOCUMENTS = st.builds(
    lambda value, style, flow, indent: str(
        yaml.safe_dump(value, default_style=style, default_flow_style=flow, indent=indent, allow_unicode=True, width=30)
    ),
    VALUES,
    st.sampled_from(["", "'", '"', "|", ">"]),
    st.sampled_from([True, False, None]),
    st.integers(2, 5),
)
SOUP = st.lists(
    st.sampled_from(
        [*"ab:-?[]{},#&*!|>'\"%@ \t\n", "\r\n", "  ", ": ", "- ", "\n  ", "&a ", "*a", "!t ", "é", "|\n", "<<: "]
    ),
    max_size=30,
).map("".join)


def check_spans(text: str) -> None:
    source = Source("a.yml", text.encode())
    try:
        roots = yamldoc.load(source)
    except UnreadableError as error:
        refusal = error
    else:
        check_nodes(source, roots)
        return
    assert 0 <= refusal.offset <= len(source.data)
    assert refusal.line >= 1


def check_nodes(source: Source, roots: list[Node | None]) -> None:
    for root in filter(None, roots):
        for node in walk(root):
            assert 0 <= node.start <= node.end <= len(source.data)
            cut = source.data[node.start : node.end]
            # an alias alone, a directive that renames tags, a block whose indentation counts from its parent
            if b"*a" in cut or b"%" in source.data or re.search(rb"[|>][-+]?[1-9]", cut):
                continue
            if isinstance(node, Scalar) and not node.style and "\n" not in node.text and b"\n" not in cut:
                assert cut.decode() == node.text
                continue
            final = b"" if node.end == len(source.data) or cut.endswith(b"\n") else b"\n"
            column = source.position(node.start).column - 1
            again = yamldoc.load(Source("cut.yml", b" " * column + cut + final))
            tag, node.tag = node.tag, None
            assert plain(again[0] if again else None) == plain(node), cut
            node.tag = tag


@given(DOCUMENTS, st.sampled_from(["", "\ufeff"]), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=150, deadline=None)
def test_every_span_reads_again_as_the_same_value(text: str, bom: str, end: str) -> None:
    check_spans(bom + text.replace("\n", end))


@given(SOUP)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    check_spans(text)


@pytest.mark.parametrize(
    "text", ["a: &x !!str\n  # c\n  v\r\nb: *x\n", "\ufeffé: |\n  ü\n\n# c\nb: [x: y , z]\n? q\n# c\n? w\n"]
)
def test_without_libyaml_everything_is_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast, _ = load(text)
    monkeypatch.setattr(yamldoc, "_Parser", yaml.SafeLoader)
    slow, _ = load(text)
    assert [(node.span, plain(node)) for node in walk(slow)] == [(node.span, plain(node)) for node in walk(fast)]
