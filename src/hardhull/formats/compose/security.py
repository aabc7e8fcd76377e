"""``security_opt`` and capabilities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.capabilities import normal
from hardhull.formats.compose.pairs import elements
from hardhull.formats.compose.places import from_root
from hardhull.formats.compose.tree import Text
from hardhull.formats.compose.units import shown
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.compose.fields import Fields
    from hardhull.formats.compose.tree import Pair

_OPTION = re.compile(r"([a-z-]+)(?:[=:](.*))?", re.DOTALL)
_SLOTS = {"no-new-privileges": "no_new_privileges", "seccomp": "seccomp", "apparmor": "apparmor"}


def capability(item: object) -> str:
    """A capability's name in upper case without ``CAP_``."""
    return normal(str(item))


def security_opt(fields: Fields, pair: Pair) -> None:
    """``security_opt``: each option sets a field of its own, at its own place.

    As in Docker Compose an option is split at its first ``=``, else at its first ``:``.
    """
    labels: list[Field[str]] = []
    for item in elements(pair.value):
        if not isinstance(item, Text):
            fields.refuse(item, "security_opt has a list or a mapping in it")
        elif item.why is not None:
            _unknown(fields, item)
        else:
            _option(fields, item, labels)
    if labels:
        fields.put("selinux", tuple(labels), pair.place)


def _unknown(fields: Fields, item: Text) -> None:
    """An option with a variable: the field of its name is unknown; all are, if the name is not known either."""
    match = _OPTION.match(item.raw)
    slot = _SLOTS.get(match[1]) if match else None
    for name in (slot,) if slot else _SLOTS.values():
        if name not in fields.workload.fields:
            fields.unknown(name, item.place, item.why or "")


def _option(fields: Fields, item: Text, labels: list[Field[str]]) -> None:
    text = shown(item.data)
    key, separator, value = text.partition("=")
    if not separator:
        key, _, value = text.partition(":")
    if key == "no-new-privileges":
        _no_new_privileges(fields, item, value)
    elif key == "label" and value:
        labels.append(Field("selinux", value, item.place))
    elif key == "seccomp" and value:
        fields.put("seccomp", _profile(fields, value), item.place)
    elif key == "apparmor" and value:
        fields.put("apparmor", value, item.place)
    elif text == "systempaths=unconfined":
        fields.put("unmasked_paths", True, item.place)
    elif not value:
        fields.refuse(item, f"{text!r} is no security option")
    else:
        fields.workload.unread.append(Field("unread", f"security_opt {key}", item.place))


def _no_new_privileges(fields: Fields, item: Text, value: str) -> None:
    if value.lower() in {"", "1", "t", "true"}:  # the engine reads it with Go's ParseBool
        fields.put("no_new_privileges", True, item.place)
    elif value.lower() in {"0", "f", "false"}:
        fields.put("no_new_privileges", False, item.place)
    else:
        why = fields.refuse(item, f"no-new-privileges is {value!r} and neither true nor false")
        fields.unknown("no_new_privileges", item.place, why)


def _profile(fields: Fields, value: str) -> str:
    if value == "builtin":
        return "default"
    return value if value == "unconfined" else from_root(fields.folder, value)
