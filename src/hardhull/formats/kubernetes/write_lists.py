"""Adding, dropping and swapping items of lists: capabilities, labels, groups, sysctls, SELinux options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.kubernetes.editing import SECURITY, Editing, Path
from hardhull.formats.kubernetes.write_env import write_env
from hardhull.formats.kubernetes.write_mounts import write_mounts
from hardhull.formats.kubernetes.write_ports import write_ports
from hardhull.model.change import Add, Drop, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


class Listed(NamedTuple):
    """A list under one key.

    Attributes:
        level: ``container`` or ``pod``.
        path: down to it.
        convert: an item as the manifest has it.
    """

    level: str
    path: Path
    convert: Callable[[Any], Plain]

    def write(self, editing: Editing, change: Add | Drop | Swap) -> None:
        """Makes the change."""
        base = getattr(editing, self.level)
        if isinstance(change, Add):
            editing.append(base, self.path, self.convert(change.item))
            return
        index, node = editing.item(base, self.path, change.item)
        if isinstance(change, Drop):
            editing.take(base, self.path, index)
        else:
            _put(editing, node, self.convert(change.value))


def _put(editing: Editing, node: Node, value: Plain) -> None:
    """A new value; of a mapping only what is different."""
    if isinstance(node, Mapping) and isinstance(value, dict):
        for key, inner in value.items():
            editing.set(node, (key,), inner)
    else:
        editing.put(node, value)


def _group(text: str) -> Plain:
    if not text.isdecimal():
        raise UnwritableError("Kubernetes takes groups as numbers only")
    return int(text)


def _sysctl(pair: tuple[str, str]) -> Plain:
    return {"name": pair[0], "value": pair[1]}


def _capability(name: str) -> Plain:
    return name


_SYSCTLS = Listed("pod", (SECURITY, "sysctls"), _sysctl)


def _sysctls(editing: Editing, change: Add | Drop | Swap) -> None:
    """Each kernel setting once: an API server refuses a second one of the same name."""
    if isinstance(change, Add):
        for item in editing.fact.sysctls.value:
            if item.known and item.value[0] == change.item[0]:
                raise UnwritableError(f"{change.item[0]} has another value already")
    _SYSCTLS.write(editing, change)


_GROUPS = Listed("pod", (SECURITY, "supplementalGroups"), _group)


def _groups(editing: Editing, change: Add | Drop | Swap) -> None:
    """``supplementalGroups``; ``fsGroup``, which also owns the volumes, only where it is what is meant."""
    owner = editing.node(editing.pod, (SECURITY, "fsGroup"))
    if not isinstance(change, Add) and owner is not None and owner.span == change.item.place.span:
        if isinstance(change, Drop):
            editing.clear(editing.pod, (SECURITY, "fsGroup"))
        else:
            editing.put(owner, _group(change.value))
        return
    _GROUPS.write(editing, change)


def _selinux(editing: Editing, change: Add | Drop | Swap) -> None:
    """``type:x`` and the like are keys of one mapping; that of a container hides that of its pod as a whole."""
    path = (SECURITY, "seLinuxOptions")
    base = editing.holder(path)
    if base is editing.container and editing.node(base, path) is None and editing.node(editing.pod, path) is not None:
        raise UnwritableError("other containers of the pod inherit its seLinuxOptions too")
    old = None if isinstance(change, Add) else change.item.value.partition(":")[0]
    new = None if isinstance(change, Drop) else change.item if isinstance(change, Add) else change.value
    key, colon, value = (new or "").partition(":")
    if new is not None and (not colon or key not in {"user", "role", "type", "level"}):
        raise UnwritableError(f"Kubernetes has no SELinux option {new}")
    if isinstance(change, Add) and editing.node(base, (*path, key)) is not None:
        raise UnwritableError(f"seLinuxOptions has another {key} already")
    if new is None and base is editing.container and editing.node(editing.pod, path) is not None:
        own = editing.node(base, path)
        if isinstance(own, Mapping) and len(own.effective) == 1:
            raise UnwritableError("without its only SELinux option the container would get those of its pod")
    if old is not None and old != key:
        editing.clear(base, (*path, old))
    if new is not None:
        editing.set(base, (*path, key), value)


def _pairs(path: Path, level: str) -> Callable[[Editing, Add | Drop | Swap], None]:
    """Labels or annotations; an item is changed where it stands, a new one is written at ``level``."""

    def write(editing: Editing, change: Add | Drop | Swap) -> None:
        new = None if isinstance(change, Drop) else change.item if isinstance(change, Add) else change.value
        if isinstance(change, Add):
            editing.set(getattr(editing, level), (*path, change.item[0]), change.item[1])
            return
        base = _holding(editing, path, change.item.place.span)
        key = change.item.value[0]
        if new is None or new[0] != key:
            editing.clear(base, (*path, key))
        if new is not None:
            editing.set(base, (*path, new[0]), new[1])

    return write


def _holding(editing: Editing, path: Path, span: tuple[int, int]) -> Mapping:
    """The object or the template of its pods: whichever has the pair."""
    for base in (editing.template, editing.thing):
        found = editing.node(base, path)
        if isinstance(found, Mapping) and any(entry.value.span == span for entry in found):
            return base
    raise UnwritableError("it does not stand in the metadata of this object")


def _hollow(editing: Editing, change: Add | Drop | Swap) -> None:
    """What has no effect where it stands goes."""
    if not isinstance(change, Drop):
        raise UnwritableError("a setting without effect can only go")
    span = change.item.place.span
    layout = editing.tree.layout
    at = layout.key_at(span.start)
    if at is None:
        node = layout.node_at(span)
        at = layout.parent(node) if isinstance(node, Scalar) else None
    if at is None:
        raise UnwritableError("it does not stand in this file by itself")
    if isinstance(at.node, Sequence):
        editing.tree.take_item(at.node, at.at)
    else:
        editing.tree.take_entry(at.node, at.at)


LISTS: dict[str, Callable[[Editing, Add | Drop | Swap], None]] = {
    "cap_add": Listed("container", (SECURITY, "capabilities", "add"), _capability).write,
    "cap_drop": Listed("container", (SECURITY, "capabilities", "drop"), _capability).write,
    "group_add": _groups,
    "sysctls": _sysctls,
    "selinux": _selinux,
    "labels": _pairs(("metadata", "labels"), "thing"),
    "pod_labels": _pairs(("metadata", "labels"), "template"),
    "annotations": _pairs(("metadata", "annotations"), "template"),
    "env": write_env,
    "mounts": write_mounts,
    "ports": write_ports,
    "hollow": _hollow,
}
"""Field with a list -> what changes its items."""
