"""Adding, dropping and swapping environment variables of a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.editing import Editing, text_of
from hardhull.model.change import Add, Drop, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping
from hardhull.text.tree.pending import differs

if TYPE_CHECKING:
    from hardhull.facts.parts import EnvVar
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node

_PATH = ("env",)


def write_env(editing: Editing, change: Add | Drop | Swap) -> None:
    """Makes a change of ``env``.

    A variable whose source is ``secret`` is written as a ``secretKeyRef``. Its ``raw`` says which, as ``name/key``;
    where it is empty, the Secret is named after the object and the key after the variable.
    """
    if isinstance(change, Add):
        wanted = {"name": change.item.name, **_value(editing, change.item)}
        if not _stands(editing, wanted):
            editing.append(editing.container, _PATH, wanted)
        return
    if isinstance(change, Drop):
        base, index, _ = _item(editing, change.item)
        if change.item.known:
            _refuse_used(editing, change.item.value.name)
        editing.take(editing.container, (base,), index)
        return
    _swap(editing, change)


def _swap(editing: Editing, change: Swap) -> None:
    base, _, node = _item(editing, change.item)
    if base != "env" or not isinstance(node, Mapping):
        raise UnwritableError("it brings all variables of a Secret or ConfigMap")
    new: EnvVar = change.value
    if text_of(node.get("name")) != new.name:
        raise UnwritableError("a variable of another name is another variable")
    ((key, value),) = _value(editing, new).items()
    if key == "valueFrom" and node.get("value") is not None:
        _refuse_used(editing, new.name)
    other = "value" if key == "valueFrom" else "valueFrom"
    editing.set(node, (key,), value)
    editing.clear(node, (other,))


def _value(editing: Editing, variable: EnvVar) -> dict[str, Any]:
    if variable.source == "literal" and variable.value is not None:
        return {"value": variable.raw or variable.value.replace("$(", "$$(")}
    if variable.source != "secret" or variable.name.endswith("*"):
        raise UnwritableError("hardhull writes variables with a literal value or from a Secret")
    name, slash, key = variable.raw.partition("/")
    if not slash:
        name, key = text_of(editing.node(editing.thing, ("metadata", "name"))) or editing.fact.name, variable.name
    editing.drafts.note(f"the Secret {name} has to have the key {key} before this is applied", ())
    return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _item(editing: Editing, item: Field[EnvVar]) -> tuple[str, int, Node]:
    """The list that a variable stands in, its index and its node."""
    for key in ("env", "envFrom"):
        if editing.node(editing.container, (key,)) is not None:
            try:
                return key, *editing.item(editing.container, (key,), item)
            except UnwritableError:
                continue
    raise UnwritableError("it does not stand in env")


def _stands(editing: Editing, wanted: dict[str, Any]) -> bool:
    """Whether the variable is there already.

    Raises:
        UnwritableError: it is, with something else.
    """
    for field in editing.fact.env.value:
        if field.known and field.value.name == wanted["name"]:
            if differs(_item(editing, field)[2], wanted):
                raise UnwritableError(f"the variable {wanted['name']} has another value already")
            return True
    return False


def _refuse_used(editing: Editing, name: str) -> None:
    """Refuses to change what other variables and the command are made of."""
    reference = re.compile(rf"(?<!\$)(?:\$\$)*\$\({re.escape(name)}\)")
    fact = editing.fact
    texts = [field.value.raw for field in fact.env.value if field.known]
    texts += [*(fact.command.get(None) or ()), *(fact.entrypoint.get(None) or ())]
    if any(reference.search(text) for text in texts):
        raise UnwritableError(f"$({name}) is used in the same container")
