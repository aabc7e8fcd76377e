"""Mappings that Compose also takes as lists (``environment``, ``labels``, ``networks``), as one mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.compose.tree import Items, Pair, Table, Text, Tree
from hardhull.formats.compose.units import shown

if TYPE_CHECKING:
    from collections.abc import Callable


def assignments(tree: Tree) -> Table:
    """``K=V`` lists, or a mapping, as a mapping. A key without a value has null; a later one takes the earlier's place.

    Args:
        tree: a mapping, a list of assignments, or one assignment.
    """
    if isinstance(tree, Table):
        return tree
    pairs: dict[str, Pair] = {}
    for item in elements(tree):
        if isinstance(item, Text):
            name, value = _assignment(item)
            pairs[name] = Pair(item.source, item.start, item.end, value)
    return Table(tree.source, tree.start, tree.end, pairs)


def _assignment(item: Text) -> tuple[str, Text]:
    if item.why is not None:
        name, equals, raw = item.raw.partition("=")
        if equals and "$" not in name:
            return name, item.like(None, raw)
        return item.raw, item
    name, equals, value = shown(item.data).partition("=")
    return name, item.like(value if equals else None, item.raw.partition("=")[2])


def elements(tree: Tree) -> list[Tree]:
    """A list, or what stands for a list of one: the items; nothing for null."""
    if isinstance(tree, Items):
        return tree.items
    return [] if isinstance(tree, Text) and tree.null else [tree]


def as_list(tree: Tree) -> Items:
    """The same as a tree; a mapping becomes a list of ``K=V``."""
    if isinstance(tree, Items):
        return tree
    if isinstance(tree, Table):
        items = [made for name, pair in tree.pairs.items() for made in _assigned(name, pair)]
        return Items(tree.source, tree.start, tree.end, items)
    return Items(tree.source, tree.start, tree.end, elements(tree))


def _assigned(name: str, pair: Pair) -> list[Tree]:
    """The ``K=V`` of one key: several where its value is a list."""
    whole = Text(pair.source, pair.start, pair.end, name, raw=name)
    made: list[Tree] = []
    for value in elements(pair.value):
        if isinstance(value, Text) and value.why is not None:
            made.append(whole.like(None, f"{name}={value.raw}", value.why))
        elif isinstance(value, Text):
            made.append(value.like(f"{name}={shown(value.data)}", f"{name}={value.raw}"))
    return made or [whole]


def named(tree: Tree, value: Callable[[Text], Tree]) -> Table:
    """A list of names, one name, or a mapping, as a mapping.

    Args:
        tree: what is written.
        value: makes the value of a name that stands alone.
    """
    if isinstance(tree, Table):
        return tree
    pairs = {
        shown(item.data) or item.raw: Pair(item.source, item.start, item.end, value(item))
        for item in elements(tree)
        if isinstance(item, Text)
    }
    return Table(tree.source, tree.start, tree.end, pairs)


def nothing(item: Text) -> Tree:
    """Null, at the place of a name."""
    return Text(item.source, item.start, item.end, None, raw="")


def started(item: Text) -> Tree:
    """What ``depends_on: [name]`` stands for."""
    pairs = {
        "condition": Pair(item.source, item.start, item.end, item.like("service_started")),
        "required": Pair(item.source, item.start, item.end, item.like(data=True)),
    }
    return Table(item.source, item.start, item.end, pairs)
