"""Changing YAML and JSON in place: the outcome is what a plain model says, and every other byte stays."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.draft import SharedError, TreeDraft

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.nodes import Node

KEYS = ("image", "ports", "deploy", "limits", "a-b", "x", "true", "80")
texts = st.sampled_from(
    ["nginx:1.27", "80:80", "yes", "", "a b", "#no", "x: y", "it's", '"', "256M", "- a", "*x", "ü", "no"]
)
atoms = st.one_of(texts, st.booleans(), st.integers(-5, 500))
values = st.recursive(
    atoms,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=8,
)
models = st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=5)
COMMENT = "# kept "


class Case:
    """A text with its model and the tree over it."""

    def __init__(self, text: str, *, is_json: bool = False) -> None:
        self.drafts = Drafts()
        self.source = Source("file", text.encode())
        self.draft = self.drafts.of(self.source)
        self.tree = (TreeDraft.of_json if is_json else TreeDraft.of_yaml)(self.draft)
        root = self.tree.layout.roots[0]
        assert isinstance(root, Mapping)
        self.root = root

    @property
    def result(self) -> str:
        return self.draft.result().decode()


def plain(text: str) -> Any:
    return yaml.load(text, Loader=_Core)  # noqa: S506  a safe loader with fewer types


class _Core(yaml.SafeLoader):
    """YAML whose plain scalars are only booleans, integers, null and texts, as both consumers have it."""


_Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("null", r"", ("",)),
):
    import re

    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def dumped(model: Any, how: str) -> str:
    """The model as a file of some style; in block styles, comments stand at line ends and between lines."""
    if how == "json":
        return json.dumps(model)
    if how == "json lines":
        return json.dumps(model, indent=2) + "\n"
    if how == "json tabs":
        return json.dumps(model, indent="\t")
    flow = {"flow": True, "block": False, "mixed": None, "crlf": False, "no end": False}[how]
    text = str(yaml.safe_dump(model, default_flow_style=flow, allow_unicode=True, sort_keys=False, width=1000))
    if flow is False:
        lines = [
            f"{line}  {COMMENT}{n}" if n % 3 == 0 and _may_have(line) else line
            for n, line in enumerate(text.splitlines())
        ]
        text = "\n".join(lines) + "\n"
    if how == "crlf":
        return text.replace("\n", "\r\n")
    return text.rstrip("\n") if how == "no end" else text


def _may_have(line: str) -> bool:
    return "|" not in line and ">" not in line and line.count("'") % 2 == 0 and line.count('"') % 2 == 0


STYLES = st.sampled_from(["json", "json lines", "json tabs", "flow", "block", "mixed", "crlf", "no end"])


def paths_of(model: Any, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every path of keys."""
    found = []
    if isinstance(model, dict):
        for key, value in model.items():
            found.append((*prefix, key))
            found += paths_of(value, (*prefix, key))
    return found


def has_comments(text: str) -> list[str]:
    return sorted(part.split("\n")[0].strip() for part in text.split(COMMENT)[1:])


@settings(max_examples=400, deadline=None)
@given(models, STYLES, st.data())
def test_setting_appending_and_removing_do_what_the_model_says(model: Any, how: str, data: st.DataObject) -> None:
    text = dumped(model, how)
    is_json = how.startswith("json")
    case = Case(text, is_json=is_json)
    read = json.loads if is_json else plain
    assert read(text) == model
    wanted = copy.deepcopy(model)
    case.tree.keeps(case.root)
    for _ in range(data.draw(st.integers(1, 5))):
        step = data.draw(st.sampled_from(["set", "append", "remove"]))
        known = paths_of(wanted) or [("new",)]
        path = data.draw(st.sampled_from(known))
        if step != "remove" and data.draw(st.booleans()):
            path = (*path, "fresh") if data.draw(st.booleans()) else (*path[:-1], "fresh")
        after = copy.deepcopy(wanted)
        try:
            if step == "set":
                value = data.draw(values)
                case.tree.set(case.root, path, value)
                _set(after, path, value)
            elif step == "append":
                item = data.draw(texts)
                case.tree.append(case.root, path, item)
                _append(after, path, item)
            else:
                case.tree.remove(case.root, path)
                _remove(after, path)
        except UnwritableError:
            continue
        wanted = after
    result = case.result
    assert read(result) == wanted, f"{text!r} became {result!r}"
    if how in {"block", "no end"}:
        assert has_comments(result) == has_comments(text)
    if how == "crlf":
        assert "\n" not in result.replace("\r\n", "")


def _holder(model: Any, path: tuple[str, ...]) -> Any:
    for key in path[:-1]:
        if not model.get(key):
            model[key] = model.get(key) if isinstance(model.get(key), dict) else {}
        model = model[key]
    return model


def _set(model: Any, path: tuple[str, ...], value: Any) -> None:
    _holder(model, path)[path[-1]] = value


def _append(model: Any, path: tuple[str, ...], item: Any) -> None:
    items = _holder(model, path).setdefault(path[-1], [])
    if not items:
        _holder(model, path)[path[-1]] = items = []
    if item not in items:
        items.append(item)


def _remove(model: Any, path: tuple[str, ...]) -> None:
    """Takes the key, and the mappings above it that are empty then."""
    chain = [model]
    for key in path[:-1]:
        chain.append(chain[-1][key])
    chain[-1].pop(path[-1], None)
    for depth in range(len(path) - 1, 0, -1):
        if not chain[depth]:
            chain[depth - 1].pop(path[depth - 1], None)
        else:
            break


@settings(max_examples=150, deadline=None)
@given(models, STYLES)
def test_asking_for_what_is_there_changes_nothing(model: Any, how: str) -> None:
    text = dumped(model, how)
    case = Case(text, is_json=how.startswith("json"))
    for path in paths_of(model):
        value = model
        for key in path:
            value = value[key]
        case.tree.set(case.root, path, value)
    assert case.result == text


@settings(max_examples=150, deadline=None)
@given(models, STYLES, st.data())
def test_a_group_is_taken_back_as_a_whole(model: Any, how: str, data: st.DataObject) -> None:
    text = dumped(model, how)
    case = Case(text, is_json=how.startswith("json"))
    mark = case.drafts.log.mark()
    for path in data.draw(st.lists(st.sampled_from(paths_of(model)), max_size=4)):
        for act in _acts(case, path):
            try:
                act()
            except UnwritableError:
                continue
    case.drafts.log.back_to(mark)
    assert case.result == text


def _acts(case: Case, path: tuple[str, ...]) -> list[Callable[[], None]]:
    return [
        lambda: case.tree.set(case.root, (*path[:-1], "more"), {"a": 1}),
        lambda: case.tree.append(case.root, (*path[:-1], "list"), "one"),
        lambda: case.tree.append(case.root, (*path[:-1], "list"), "two"),
        lambda: case.tree.remove(case.root, path),
        lambda: case.tree.set(case.root, path, "other"),
    ]


def items_of(node: Node | None) -> Sequence:
    assert isinstance(node, Sequence)
    return node


def test_comments_of_what_goes_stay_as_lines_of_their_own() -> None:
    case = Case("a:\n  b:  # why\n    # inner\n    c: 1 # one\n  d: 2\n")
    case.tree.remove(case.root, ("a", "b"))
    assert case.result == "a:\n  # why\n  # inner\n  # one\n  d: 2\n"


def test_the_first_key_of_an_item_goes_without_its_dash() -> None:
    case = Case("l:\n- a: 1  # x\n  b: 2\n- c: 3\n")
    first = items_of(case.root.get("l")).items[0]
    assert isinstance(first, Mapping)
    case.tree.remove(first, ("a",))
    assert case.result == "l:\n- # x\n  b: 2\n- c: 3\n"


def test_a_list_that_becomes_empty_goes_with_its_key() -> None:
    case = Case("a: 1\nl:\n  - x\n  - y  # last\nb: 2\n")
    items = items_of(case.root.get("l"))
    case.tree.take_item(items, 0)
    case.tree.take_item(items, 1)
    assert case.result == "a: 1\n# last\nb: 2\n"


@pytest.mark.parametrize("indent", ["", "  ", "    "])
def test_new_lists_are_indented_as_the_others_of_the_file(indent: str) -> None:
    case = Case(f"l:\n{indent}- x\n")
    case.tree.append(case.root, ("m",), "z")
    assert case.result == f"l:\n{indent}- x\nm:\n{indent}- z\n"


def test_new_mappings_are_indented_as_the_others_around_them() -> None:
    case = Case("a:\n    b:\n        c: 1\n")
    case.tree.set(case.root, ("a", "d", "e"), 2)
    assert case.result == "a:\n    b:\n        c: 1\n    d:\n        e: 2\n"


def test_what_an_anchor_shares_is_refused_unless_it_is_wanted() -> None:
    text = "a: &x\n  b: 1\nc:\n  <<: *x\n  d: 2\ne: *x\n"
    case = Case(text)
    with pytest.raises(SharedError) as caught:
        case.tree.set(case.root, ("a", "new"), 1)
    assert len(caught.value.uses) == 2
    with pytest.raises(SharedError):
        case.tree.set(case.root, ("e", "new"), 1)
    case.tree.set(case.root, ("c", "b"), 5)  # an own key goes before a merged one
    case.tree.set(case.root, ("a", "new"), 1, shared=True)
    assert case.result == "a: &x\n  b: 1\n  new: 1\nc:\n  <<: *x\n  d: 2\n  b: 5\ne: *x\n"


def test_an_anchor_that_others_refer_to_is_not_removed() -> None:
    case = Case("a:\n  b: &x 1\n  c: 2\nd: *x\n")
    with pytest.raises(UnwritableError):
        case.tree.remove(case.root, ("a", "b"))
    assert case.result == "a:\n  b: &x 1\n  c: 2\nd: *x\n"


def test_what_has_to_stay_is_not_emptied() -> None:
    case = Case("a:\n  b: 1\n")
    inner = case.root.get("a")
    assert isinstance(inner, Mapping)
    with pytest.raises(UnwritableError):
        case.tree.remove(inner, ("b",))
    assert case.result == "a:\n  b: 1\n"


def test_what_goes_already_may_go_again() -> None:
    case = Case("a:\n  b: 1\n  c: 2\nd: 3\n")
    for _ in range(2):
        case.tree.remove(case.root, ("a", "b"))
    assert case.result == "a:\n  c: 2\nd: 3\n"


def test_two_wishes_for_one_place_are_a_conflict() -> None:
    case = Case("a: 1\n")
    case.tree.set(case.root, ("a",), 2)
    case.tree.set(case.root, ("new",), {"m": 1})
    with pytest.raises(UnwritableError):
        case.tree.set(case.root, ("a",), 3)
    with pytest.raises(UnwritableError):
        case.tree.set(case.root, ("new", "m"), 2)
    with pytest.raises(UnwritableError):
        case.tree.remove(case.root, ("a",))
    assert case.result == "a: 2\nnew:\n  m: 1\n"


def test_block_scalars_and_byte_order_marks_survive() -> None:
    case = Case("\ufeffa: |+\n  x\n\nb: >-\n  folded\n  text\n")
    case.tree.set(case.root, ("c",), "d")
    assert case.result == "\ufeffa: |+\n  x\n\nb: >-\n  folded\n  text\nc: d\n"
