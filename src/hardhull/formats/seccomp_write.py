"""Writes Changes of a seccomp profile: its default action, and groups of calls that come, go or name other calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.facts.seccomp import SeccompProfile, SyscallRule
from hardhull.formats.jsonread import fold, fold_entry
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.model.field import Field
    from hardhull.text.draft import Drafts
    from hardhull.text.tree.plain import Plain

_OPERATORS = {
    "!=": "SCMP_CMP_NE",
    "<": "SCMP_CMP_LT",
    "<=": "SCMP_CMP_LE",
    "==": "SCMP_CMP_EQ",
    ">=": "SCMP_CMP_GE",
    ">": "SCMP_CMP_GT",
    "&==": "SCMP_CMP_MASKED_EQ",
}


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of a profile.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, SeccompProfile)  # noqa: S101  the syntax says so
    tree = drafts.keep(fact.place.source, TreeDraft, TreeDraft.of_json)
    profile = _profile(tree, fact)
    if isinstance(change, SetTo) and change.field == "default_action":
        tree.set(profile, (_key(profile, "defaultAction"),), _action(change.value))
    elif isinstance(change, Add) and change.field == "rules":
        _add(tree, profile, fact, change.item)
    elif isinstance(change, Drop) and change.field == "rules":
        node, at = _group(tree, change.item)
        tree.take_item(node, at)
    elif isinstance(change, Swap) and change.field == "rules":
        _swap(tree, change.item, change.value)
    else:
        raise UnwritableError(f"a change of {getattr(change, 'field', 'it')} is not written in a seccomp profile")


def _profile(tree: TreeDraft, fact: SeccompProfile) -> Mapping:
    """The object of the profile: the root, or ``linux.seccomp`` in it."""
    root = tree.layout.roots[0]
    node = fold(fold(root, "linux"), "seccomp") or root
    if not isinstance(node, Mapping) or node.start != fact.place.span.start:
        raise UnwritableError("the profile does not stand in this file by itself")
    return node


def _key(mapping: Mapping, name: str) -> str:
    """A key as it is spelt, since it is read without regard to case.

    Raises:
        UnwritableError: it is written twice.
    """
    if sum((entry.name or "").lower() == name.lower() for entry in mapping.entries) > 1:
        raise UnwritableError(f"the key {name} is written twice")
    entry = fold_entry(mapping, name)
    return name if entry is None or entry.name is None else entry.name


def _action(word: str) -> str:
    return f"SCMP_ACT_{word.upper()}"


def _add(tree: TreeDraft, profile: Mapping, fact: SeccompProfile, rule: SyscallRule) -> None:
    if any(item.known and item.value == rule for item in fact.rules.get(())):
        return
    value = _spelt(rule)
    try:
        tree.append(profile, (_key(profile, "syscalls"),), value)
    except UnwritableError as error:
        raise UnwritableError(error.why, json.dumps(value)) from None


def _group(tree: TreeDraft, item: Field[Any]) -> tuple[Sequence, int]:
    node = tree.layout.node_at(item.place.span)
    parent = None if node is None else tree.layout.parent(node)
    if parent is None or not isinstance(parent.node, Sequence):
        raise UnwritableError("the calls do not stand in this file by themselves")
    return parent.node, parent.at


def _swap(tree: TreeDraft, item: Field[Any], rule: SyscallRule) -> None:
    """Other names are written as items of the list of names; everything else as a new group."""
    sequence, at = _group(tree, item)
    node = sequence.items[at]
    if not isinstance(node, Mapping) or not item.known or rule._replace(names=item.value.names) != item.value:
        tree.put(node, _spelt(rule))
        return
    single = fold_entry(node, "name")
    names = fold(node, "names")
    if single is not None or not isinstance(names, Sequence):
        tree.put(node, _spelt(rule))
        return
    for index, name in enumerate(names.items):
        if getattr(name, "text", None) not in rule.names:
            tree.take_item(names, index)
    for word in rule.names:
        tree.extend(names, word)


def _spelt(rule: SyscallRule) -> dict[str, Any]:
    """A group of calls as JSON."""
    made: dict[str, Any] = {"names": list(rule.names), "action": _action(rule.action)}
    if rule.conditions:
        made["args"] = [_condition(one) for one in rule.conditions]
    for key, caps, arches, kernel in (
        ("includes", rule.caps, rule.arches, rule.kernel),
        ("excludes", rule.no_caps, rule.no_arches, rule.before_kernel),
    ):
        part: dict[str, Plain] = {}
        if caps:
            part["caps"] = [f"CAP_{name}" for name in sorted(caps)]
        if arches:
            part["arches"] = sorted(arches)
        if kernel:
            part["minKernel"] = f"{kernel[0]}.{kernel[1]}"
        if part:
            made[key] = part
    return made


def _condition(one: Any) -> dict[str, Any]:
    operator = _OPERATORS.get(one.operator)
    if operator is None:
        raise UnwritableError(f"{one.operator!r} is no operator")
    if one.operator == "&==":
        return {"index": one.argument, "value": one.mask, "valueTwo": one.value, "op": operator}
    return {"index": one.argument, "value": one.value, "op": operator}
