"""How a later Compose file, or a service that extends another one, changes what came before.

The rules are compose-go's (``override/merge.go``): mappings merge, lists append, single values are replaced, and some
keys have rules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hardhull.formats.compose.pairs import as_list, assignments, elements, named, nothing, started
from hardhull.formats.compose.tree import Items, Made, Pair, Table, Text, Tree, frozen, same
from hardhull.formats.compose.units import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.convert import Path
    from hardhull.formats.compose.problem import Problems

Rule: TypeAlias = "Callable[[Tree, Tree, Problems], Tree]"


def merge_models(base: Table, over: Table, problems: Problems) -> Table:
    """Two whole files.

    Args:
        base: what came before.
        over: what is laid over it.
        problems: takes what Compose refuses to merge.
    """
    return _mapping(base, over, problems, _MODEL)


def merge_services(base: Table, over: Table, problems: Problems) -> Table:
    """Two definitions of one service; the result stands where ``over`` stands."""
    return _mapping(base, over, problems, _SERVICE)


def merge_resources(kind: str, base: Tree, over: Tree, problems: Problems) -> Tree:
    """Two definitions of one service, network, volume, secret or config (``kind`` is the section's key)."""
    return _RESOURCE.get(kind, _any)(base, over, problems)


def without(tree: Table, paths: set[Path]) -> Table:
    """A tree without what stands at some paths.

    Args:
        tree: the tree.
        paths: the keys on the way to each, from the top of the tree.
    """
    if not paths:
        return tree
    first: dict[str, set[Path]] = {}
    for path in paths:
        if path:
            first.setdefault(path[0], set()).add(path[1:])
    pairs = {}
    for name, pair in tree.pairs.items():
        inner = first.get(name)
        if inner is None:
            pairs[name] = pair
        elif () not in inner:
            value = pair.value
            pairs[name] = pair.with_value(without(value, inner)) if isinstance(value, Table) else pair
    return tree.with_pairs(pairs)


def _mapping(base: Table, over: Table, problems: Problems, rules: dict[str, Rule]) -> Table:
    pairs = dict(base.pairs)
    problems.spend(len(pairs) + len(over.pairs))
    for name, pair in over.pairs.items():
        before = pairs.get(name)
        if before is None:
            pairs[name] = pair
            continue
        rule = rules.get(name) or rules.get("*") or _any
        merged = rule(before.value, pair.value, problems)
        keep = merged is before.value or rules is _MODEL or rules is _SERVICES
        pairs[name] = (before if keep else pair).with_value(merged)
    return over.with_pairs(pairs)


def _within(rules: dict[str, Rule]) -> Rule:
    """The rule for a mapping whose keys have rules of their own (``*`` for all others)."""

    def merge(base: Tree, over: Tree, problems: Problems) -> Tree:
        if isinstance(base, Table) and isinstance(over, Table):
            return _mapping(base, over, problems, rules)
        return _any(base, over, problems)

    return merge


def _any(base: Tree, over: Tree, problems: Problems) -> Tree:
    if isinstance(over, Text) and over.null:
        return base
    if isinstance(base, Table) and isinstance(over, Table):
        return _mapping(base, over, problems, {})
    if isinstance(base, Items) and isinstance(over, Items):
        return _appended(base, over, problems)
    if isinstance(base, (Table, Items)):
        what = "a mapping" if isinstance(base, Table) else "a list"
        problems.refuse(over, f"this cannot be laid over {what} ({base.place})", f"write {what}")
    return over


def _appended(base: Items, over: Items, problems: Problems) -> Items:
    problems.spend(len(base.items) + len(over.items))
    known = set(map(frozen, base.items))
    return over.with_items(base.items + [item for item in over.items if frozen(item) not in known])


def _replaced(base: Tree, over: Tree, problems: Problems) -> Tree:  # noqa: ARG001  the shape of a rule
    return over


def _lists(base: Tree, over: Tree, problems: Problems) -> Tree:
    return _appended(as_list(base), as_list(over), problems)


def _assignments(base: Tree, over: Tree, problems: Problems) -> Tree:
    left, right = assignments(base), assignments(over)
    problems.spend(len(left.pairs) + len(right.pairs))
    return (right if right.pairs else left).with_pairs({**left.pairs, **right.pairs})


def _named(base: Tree, over: Tree, problems: Problems) -> Tree:
    return _mapping(named(base, nothing), named(over, nothing), problems, {})


def _depends_on(base: Tree, over: Tree, problems: Problems) -> Tree:
    return _mapping(named(base, started), named(over, started), problems, {})


def build_table(tree: Tree) -> Tree:
    """``build: folder`` as a mapping."""
    if isinstance(tree, Text) and not tree.null:
        pairs = {"context": Pair(tree.source, tree.start, tree.end, tree)}
        return Table(tree.source, tree.start, tree.end, pairs)
    return tree


def _build(base: Tree, over: Tree, problems: Problems) -> Tree:
    return _within(_BUILD)(build_table(base), build_table(over), problems)


def _logging(base: Tree, over: Tree, problems: Problems) -> Tree:
    """Options of another driver mean nothing, so they are not kept."""
    if isinstance(base, Table) and isinstance(over, Table):
        before, after = base.get("driver"), over.get("driver")
        if before is not None and after is not None and not same(before, after):
            return over
    return _any(base, over, problems)


def _ulimit(base: Tree, over: Tree, problems: Problems) -> Tree:
    return _any(base, over, problems) if isinstance(base, Table) and isinstance(over, Table) else over


def _pools(base: Tree, over: Tree, problems: Problems) -> Tree:
    """Address pools by subnet, with compose-go's own order of replacing them."""
    found: dict[str, Tree] = {}
    for original in elements(base):
        for other in elements(over):
            if not isinstance(original, Table) or not isinstance(other, Table):
                continue
            subnet = _subnet(other)
            if subnet != _subnet(original) and subnet not in found:
                found[subnet] = other
                continue
            merged = _mapping(original, other, problems, {})
            found[_subnet(merged)] = merged
    return Items(over.source, over.start, over.end, list(found.values()))


def _subnet(pool: Table) -> str:
    subnet = pool.get("subnet")
    return shown(subnet.data) or subnet.raw if isinstance(subnet, Text) else ""


_BUILD: dict[str, Rule] = {
    "args": _assignments,
    "additional_contexts": _assignments,
    "extra_hosts": _lists,
    "labels": _assignments,
}
_SERVICE: dict[str, Rule] = {
    "annotations": _assignments,
    "build": _build,
    "command": _replaced,
    "depends_on": _depends_on,
    "deploy": _within({"labels": _assignments}),
    "dns": _lists,
    "dns_opt": _lists,
    "dns_search": _lists,
    "entrypoint": _replaced,
    "env_file": _lists,
    "environment": _assignments,
    "extra_hosts": _lists,
    "healthcheck": _within({"test": _replaced}),
    "label_file": _lists,
    "labels": _assignments,
    "logging": _logging,
    "models": _named,
    "networks": _named,
    "sysctls": _assignments,
    "tmpfs": _lists,
    "ulimits": _within({"*": _ulimit}),
}
_RESOURCE: dict[str, Rule] = {
    "services": _within(_SERVICE),
    "jobs": _within(_SERVICE),
    "networks": _within({"labels": _assignments, "ipam": _within({"config": _pools})}),
    "volumes": _within({"labels": _assignments}),
    "secrets": _within({"labels": _assignments}),
    "configs": _within({"labels": _assignments}),
}
_SERVICES: dict[str, Rule] = {"*": _RESOURCE["services"]}
_MODEL: dict[str, Rule] = {
    "services": _within(_SERVICES),
    "jobs": _within(_SERVICES),
    **{kind: _within({"*": rule}) for kind, rule in _RESOURCE.items() if kind not in {"services", "jobs"}},
}


def unique(items: Items) -> Items:
    """A list in which a later item with the same key stands at the place of the first one."""
    found: dict[object, Tree] = {}
    for index, item in enumerate(items.items):
        found[item.key if isinstance(item, Made) else ("", index)] = item
    return items if len(found) == len(items.items) else items.with_items(list(found.values()))
