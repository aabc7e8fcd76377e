"""Adding, dropping and swapping environment variables of a container."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.editing import Editing, text_of
from hardhull.model.change import Add, Drop, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.pending import differs

if TYPE_CHECKING:
    from hardhull.facts.parts import EnvVar
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node

_PATH = ("env",)


def write_env(editing: Editing, change: Add | Drop | Swap) -> None:
    """Makes a change of ``env``.

    A variable whose source is ``secret`` is written as a ``secretKeyRef``. Its ``raw`` says which, as ``name/key``;
    where it is empty, the Secret is named after the object (``web-env``) and the key after the variable.
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
        thing = text_of(editing.node(editing.thing, ("metadata", "name"))) or editing.fact.name
        name, key = f"{thing}-env", _key(editing, variable.name)
    space = text_of(editing.node(editing.thing, ("metadata", "namespace")))
    where = f" -n {shlex.quote(space)}" if space else ""
    made = f"kubectl create secret generic {shlex.quote(name)}{where} --from-literal={shlex.quote(key)}=NEW-VALUE"
    editing.drafts.note(
        f"the Secret {name} has to have the key {key} before this is applied: `{made}`, "
        "with one more --from-literal for each other key that this plan names",
        (),
    )
    return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _key(editing: Editing, name: str) -> str:
    """The key for a variable; with the container in front where another one of the pod sets it to something else."""
    own = _texts(editing.container, name)
    others = [_texts(one, name) for one in editing.containers() if one is not editing.container]
    return name if all(one in ([], own) for one in others) else f"{editing.fact.name}.{name}"


def _texts(container: Mapping, name: str) -> list[str | None]:
    """What a container sets a variable to."""
    items = container.get("env")
    found = [one for one in items.items if isinstance(one, Mapping)] if isinstance(items, Sequence) else []
    return [text_of(one.get("value")) for one in found if text_of(one.get("name")) == name]


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
