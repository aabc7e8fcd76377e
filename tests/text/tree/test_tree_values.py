"""Values that a plain dictionary cannot say: tags, lists on one line, copies, and what stays when it is empty."""

from __future__ import annotations

import pytest

from hardhull.model.source import Source
from hardhull.text.draft import Draft, Log, UnwritableError
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.draft import TreeDraft
from hardhull.text.tree.plain import Inline, Tagged, Verbatim


def tree_of(text: str) -> tuple[Draft, TreeDraft, Mapping]:
    """A file, its tree and its root."""
    draft = Draft(Source("a.yml", text.encode()), Log())
    tree = TreeDraft.of_yaml(draft)
    root = tree.layout.roots[0]
    assert isinstance(root, Mapping)
    return draft, tree, root


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Tagged("!reset", None), "b: !reset null\n"),
        (Tagged("!override", ["x", "z"]), "b: !override\n  - x\n  - z\n"),
        (Tagged("!override", []), "b: !override []\n"),
        (Inline(["a", "b c"]), 'b: [a, "b c"]\n'),
        (Verbatim("'1'", "1"), "b: '1'\n"),
        ("1m30s", "b: 1m30s\n"),
    ],
)
def test_new_values(value: object, written: str) -> None:
    draft, tree, root = tree_of("a: 1\n")
    tree.set(root, ("b",), value)  # type: ignore[arg-type]
    assert draft.result().decode() == "a: 1\n" + written


def test_an_alias_becomes_a_value_of_its_own() -> None:
    draft, tree, root = tree_of("a: &x {b: 1}\nc: *x # shared\nd: [*x, 2]\n")
    tree.unalias(root, 1, {"b": 2})
    assert draft.result() == b"a: &x {b: 1}\nc:\n  b: 2\n# shared\nd: [*x, 2]\n"


def test_a_list_that_hides_another_one_stays_when_it_is_empty() -> None:
    draft, tree, root = tree_of("a: !override [1, 2] # why\nb: 1\n")
    items = root.get("a")
    assert isinstance(items, Sequence)
    tree.stays(items, Tagged("!override", []))
    tree.take_item(items, 0)
    assert draft.result() == b"a: !override [2] # why\nb: 1\n"
    tree.take_item(items, 1)
    assert draft.result() == b"a: !override []\n# why\nb: 1\n"


def test_what_is_pending_can_be_seen_and_revised() -> None:
    draft, tree, root = tree_of("a: 1\n")
    tree.set(root, ("b", "c"), [1])
    assert tree.pending(root, ("b", "c")) == [1]
    mark = draft.log.mark()
    tree.revise(root, ("b", "c"), [2])
    assert draft.result() == b"a: 1\nb:\n  c:\n    - 2\n"
    draft.log.back_to(mark)
    assert tree.pending(root, ("b", "c")) == [1]
    assert tree.pending(root, ("b", "d")) is None


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("p:\n  - 80:80 # web\n", "127.0.0.1:80:80", "p:\n  - 127.0.0.1:80:80 # web\n"),
        ("p:\n  - ${D:-./d}:/d\n", "${D:-./d}:/d:ro,z", "p:\n  - ${D:-./d}:/d:ro,z\n"),
        ("p: [a:/b]\n", "a:/b:ro", "p: [a:/b:ro]\n"),
        ("p: [a]\n", "a,b", 'p: ["a,b"]\n'),
        ("p:\n  - 'a'\n", "a:ro", "p:\n  - 'a:ro'\n"),
    ],
)
def test_a_text_that_grows_keeps_its_form(text: str, value: str, written: str) -> None:
    draft, tree, root = tree_of(text)
    items = root.get("p")
    assert isinstance(items, Sequence)
    tree.put(items.items[0], value)
    assert draft.result().decode() == written


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("b: !!int '3' # three\n", 4, "b: !!int 4 # three\n"),
        ("b: !!int '-1' # none\n", "256M", "b: '256M' # none\n"),
        ("b: !!bool 'no'\n", "always", "b: 'always'\n"),
        ("b: !!int 0\n", True, "b: true\n"),
        ("b: !!str 0\n", 1000, "b: 1000\n"),
        ("b: !!float 1\n", 2, "b: !!float 2\n"),
        ("b: !!null\n", "x", "b: x\n"),
        ("b: !!int &n 1\n", "1m", "b: &n 1m\n"),
        ("b: &n !!int 1\n", "1m", "b: &n 1m\n"),
        ("b: !<tag:yaml.org,2002:int> 1\n", "1m", "b: 1m\n"),
        ("b: !mine 1\n", "1m", "b: !mine 1m\n"),
        ("{b: !!int 1, c: 2}\n", "1m", "{b: 1m, c: 2}\n"),
        ("{b: !!int 1, c: 2}\n", {"d": 1}, "{b: {d: 1}, c: 2}\n"),
        ("b: !!null ''\n", ["c"], "b:\n  - c\n"),
    ],
)
def test_a_tag_that_the_new_value_does_not_fit_goes(text: str, value: object, written: str) -> None:
    draft, tree, root = tree_of(text)
    tree.set(root, ("b",), value)  # type: ignore[arg-type]
    assert draft.result().decode() == written


def test_a_tag_on_another_line_is_left_to_a_person() -> None:
    _draft, tree, root = tree_of("b: !!int\n  1\n")
    with pytest.raises(UnwritableError) as refused:
        tree.set(root, ("b",), "1m")
    assert refused.value.why == "its tag tag:yaml.org,2002:int does not fit the new value"
