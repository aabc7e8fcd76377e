"""``env`` and ``envFrom`` of a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import EnvVar, Grant
from hardhull.formats.kubernetes.values import text
from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.block import Block

_REFERENCE = re.compile(r"\$(?:\$|\(([^()]*)\))")
_OUTSIDE = re.compile(r"\$\{[A-Za-z_][^{}]*\}|\{\{")
"""``${X}``: Kubernetes itself leaves it as it is, but whoever writes it has envsubst, Flux or a shell replace it."""
_LONGEST = 65_536
"""Characters of an expanded value; references to references can double it with every variable."""


def environment(container: Block) -> dict[str, Field[Any]]:
    """``env``, and ``secrets`` and ``configs`` that are given as variables."""
    variables: list[Field[EnvVar]] = []
    grants: dict[str, list[Field[Grant]]] = {"secrets": [], "configs": []}
    fields: dict[str, Field[Any]] = {}
    key = "env" if "env" in container else "envFrom"
    known: dict[str, str | None] = {}
    try:
        variables += (_all_keys(block, grants) for block in container.blocks("envFrom"))
        variables += (_variable(block, known, grants) for block in container.blocks("env"))
    except NotKnownError as error:
        return {"env": Field.unknown("env", container.key_place(error.name), error.why, written=True)}
    if variables:
        fields["env"] = Field("env", tuple(variables), container.key_place(key))
    for slot, items in grants.items():
        if items:
            fields[slot] = Field(slot, tuple(items), container.key_place(key))
    return fields


def _variable(block: Block, known: dict[str, str | None], grants: dict[str, list[Field[Grant]]]) -> Field[EnvVar]:
    """One item of ``env``, at its value where it has one."""
    try:
        name = block.get("name", text)
        if name is None:
            raise NotKnownError("env", "a variable has no name")  # noqa: TRY301
        known[name] = None
        origin = block.block("valueFrom")
        if origin is not None:
            return _reference(block, origin, name, grants)
        value = block.field("value", "env", text)
        if value is None:
            known[name] = ""
            return Field("env", EnvVar(name, ""), block.place)
        raw = value.value
        known[name] = expanded = _expanded(raw, known)
        source = "literal" if expanded is not None else "variable"
        return Field("env", EnvVar(name, expanded, raw, source), value.place)
    except NotKnownError as error:
        return Field.unknown("env", block.place, error.why, written=True)


def _reference(block: Block, origin: Block, name: str, grants: dict[str, list[Field[Grant]]]) -> Field[EnvVar]:
    if origin.why is not None:
        return Field.unknown("env", origin.place, origin.why, written=True)
    secret, config = origin.block("secretKeyRef"), origin.block("configMapKeyRef")
    for reference, slot in ((secret, "secrets"), (config, "configs")):
        found = reference.text("name") if reference is not None else None
        if found:
            grants[slot].append(Field(slot, Grant(found, name), block.place))
    return Field("env", EnvVar(name, None, source="secret" if secret is not None else "config"), block.place)


def _all_keys(block: Block, grants: dict[str, list[Field[Grant]]]) -> Field[EnvVar]:
    """One item of ``envFrom``: a variable for every key of a Secret or ConfigMap, named ``*`` after the prefix."""
    secret, config = block.block("secretRef"), block.block("configMapRef")
    reference = secret if secret is not None else config
    if reference is None or reference.why is not None:
        why = block.why or (reference.why if reference is not None else None) or "an item of envFrom names nothing"
        return Field.unknown("env", block.place, why, written=True)
    name = f"{block.text('prefix') or ''}*"
    slot = "secrets" if secret is not None else "configs"
    found = reference.text("name")
    if found:
        grants[slot].append(Field(slot, Grant(found, name), block.place))
    return Field("env", EnvVar(name, None, source="secret" if secret is not None else "config"), block.place)


def _expanded(raw: str, known: dict[str, str | None]) -> str | None:
    """The value with ``$(NAME)`` replaced as the kubelet does; None where that cannot be known.

    A name that is not defined above can come from ``envFrom`` or from a Service, so it is not known either.
    """
    if "$" not in raw and "{{" not in raw:
        return raw
    if _OUTSIDE.search(raw):
        return None
    left = _LONGEST  # below zero: too long, or a name that is not known

    def replaced(found: re.Match[str]) -> str:
        nonlocal left
        value = "$" if found[1] is None else known.get(found[1])
        left -= _LONGEST + 1 if value is None else len(value)
        return value or "" if left >= 0 else ""

    value = _REFERENCE.sub(replaced, raw)
    return value if left >= 0 else None
