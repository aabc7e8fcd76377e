"""Adding, dropping and swapping mounts of a container, with the volumes of its pod that they need."""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.editing import Editing, text_of
from hardhull.formats.kubernetes.volumes import READ_ONLY
from hardhull.formats.kubernetes.write_volumes import OWN, VOLUMES, made, volume_for, volumes_of
from hardhull.model.change import Add, Drop, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from hardhull.facts.parts import Mount
    from hardhull.model.field import Field

_MOUNTS, _DEVICES = ("volumeMounts",), ("volumeDevices",)
_PROPAGATION = {"rprivate": "None", "rslave": "HostToContainer", "rshared": "Bidirectional"}


def write_mounts(editing: Editing, change: Add | Drop | Swap) -> None:
    """Makes a change of ``volumeMounts``, and of the pod's ``volumes`` where one comes or is not used any more."""
    if isinstance(change, Add):
        _add(editing, change.item)
        return
    path, index, node = _item(editing, change.item)
    if isinstance(change, Drop):
        name = text_of(node.get("name"))
        editing.take(editing.container, path, index)
        _drop_unused(editing, name)
        return
    _swap(editing, node, change.item, change.value)


class _Added:
    """The mounts that fixes have asked for so far, by container and path in it."""

    def __init__(self) -> None:
        self.mounts: dict[tuple[int, str], Mount] = {}


def _add(editing: Editing, mount: Mount) -> None:
    added = editing.drafts.keep(editing.fact.place.source, _Added, lambda _: _Added()).mounts
    key = (id(editing.container), posixpath.normpath(mount.target))
    if key in added:
        if _same(added[key], mount):
            return
        raise UnwritableError(f"another fix mounts something else at {mount.target}")
    for field in editing.fact.mounts.value:
        if field.known and posixpath.normpath(field.value.target) == posixpath.normpath(mount.target):
            if _same(field.value, mount):
                return
            raise UnwritableError(f"something else is mounted at {mount.target}")
    if ":" in mount.target or not mount.target.startswith("/"):
        raise UnwritableError("Kubernetes takes absolute paths without a colon")
    name, volume = volume_for(editing, mount)
    wanted: dict[str, Any] = {"name": name, "mountPath": mount.target}
    if mount.read_only:
        wanted["readOnly"] = True
    if mount.propagation in _PROPAGATION and mount.propagation != "rprivate":
        wanted["mountPropagation"] = _PROPAGATION[mount.propagation]
    if volume is not None:
        editing.append(editing.pod, VOLUMES, {"name": name, **volume})
    editing.append(editing.container, _MOUNTS, wanted)
    added[key] = mount
    editing.drafts.log.did(partial(added.pop, key))


def _same(found: Mount, mount: Mount) -> bool:
    """Whether a mount does what one is wanted for."""
    if found.kind in OWN and mount.kind in OWN:
        return True
    return (found.kind, found.source, found.read_only) == (mount.kind, mount.source, mount.read_only)


def _item(editing: Editing, item: Field[Mount]) -> tuple[tuple[str, ...], int, Mapping]:
    """The mount that a field was read from: by its path in the container, since a volume can be mounted twice."""
    target = item.value.target if item.known else None
    for path in (_MOUNTS, _DEVICES):
        found = editing.node(editing.container, path)
        for index, node in enumerate(found.items if isinstance(found, Sequence) else ()):
            if isinstance(node, Mapping):
                inside = text_of(node.get("mountPath")) or text_of(node.get("devicePath"))
                if inside == target if target is not None else node.span == item.place.span:
                    return path, index, node
    raise UnwritableError("it does not stand in volumeMounts")


def _drop_unused(editing: Editing, name: str | None) -> None:
    """The volume goes too, where this was its only mount."""
    if name is None or _uses(editing, name):
        return
    found = editing.node(editing.pod, VOLUMES)
    for index, volume in enumerate(found.items if isinstance(found, Sequence) else ()):
        if isinstance(volume, Mapping) and text_of(volume.get("name")) == name:
            editing.take(editing.pod, VOLUMES, index)


def _uses(editing: Editing, name: str) -> int:
    """How many mounts of the pod refer to a volume, without those that go."""
    return sum(
        text_of(mount.get("name")) == name and not editing.tree.leaves(found, index)
        for one in editing.containers()
        for path in (_MOUNTS, _DEVICES)
        if isinstance(found := editing.node(one, path), Sequence)
        for index, mount in enumerate(found.items)
        if isinstance(mount, Mapping)
    )


def _swap(editing: Editing, node: Mapping, item: Field[Mount], new: Mount) -> None:
    """Only what is different; the volume itself is changed where no other mount uses it."""
    old = item.value
    if (old.kind, old.source) != (new.kind, new.source):
        _swap_volume(editing, node, new)
    if old.target != new.target:
        editing.set(node, ("mountPath",), new.target)
    if old.read_only != new.read_only:
        if new.read_only:
            editing.set(node, ("readOnly",), True)
        elif new.kind in READ_ONLY:
            raise UnwritableError("Kubernetes mounts it read-only whatever is written")
        else:
            editing.clear(node, ("readOnly",), False)
    if old.propagation != new.propagation:
        word = _PROPAGATION.get(new.propagation, "None")
        if word == "None":
            editing.clear(node, ("mountPropagation",), word)
        else:
            editing.set(node, ("mountPropagation",), word)


def _swap_volume(editing: Editing, node: Mapping, new: Mount) -> None:
    name = text_of(node.get("name")) or ""
    if _uses(editing, name) > 1:
        raise UnwritableError(f"the volume {name} is mounted elsewhere too")
    for volume in volumes_of(editing):
        if text_of(volume.get("name")) == name:
            for entry in volume:
                if entry.name not in {"name", *made(new)}:
                    editing.clear(volume, (entry.name or "",))
            for key, value in made(new).items():
                editing.set(volume, (key,), value)
            return
    raise UnwritableError(f"the volume {name} does not stand in this pod")
