"""The volumes of a pod: those that a mount can use, and new ones with free names."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.editing import Editing, text_of
from hardhull.formats.kubernetes.write_resources import bytes_text
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Mount

VOLUMES = ("volumes",)
OWN = frozenset({"tmpfs", "empty_dir"})
"""What is an ``emptyDir`` here. Not one in memory: that would count as the container's own memory, up to its limit."""


def volume_for(editing: Editing, mount: Mount) -> tuple[str, dict[str, Any] | None]:
    """The name of the volume, and what it is made of; None where it is there already."""
    if mount.kind not in OWN and mount.source:
        for volume in volumes_of(editing):
            if _source_of(volume) == (mount.kind, mount.source):
                return text_of(volume.get("name")) or "", None
    return _names(editing).free(mount.target), made(mount)


def made(mount: Mount) -> dict[str, Any]:
    """What a new volume for a mount is made of."""
    if mount.kind in OWN:
        options = dict(option.partition("=")[::2] for option in mount.options)
        body = {"medium": options["medium"]} if options.get("medium") else {}
        if options.get("size"):
            body["sizeLimit"] = _size(options["size"])
        return {"emptyDir": body}
    if not mount.source:
        raise UnwritableError("a volume in Kubernetes needs a source")
    if mount.kind == "bind":
        return {"hostPath": {"path": mount.source}}
    if mount.kind in {"claim", "volume"}:
        return {"persistentVolumeClaim": {"claimName": mount.source}}
    if mount.kind == "secret":
        return {"secret": {"secretName": mount.source}}
    if mount.kind == "config_map":
        return {"configMap": {"name": mount.source}}
    raise UnwritableError(f"hardhull adds no volume of the kind {mount.kind}")


_SIZE = re.compile(r"([0-9]+)([bkmg]?)b?", re.IGNORECASE)


def _size(text: str) -> str:
    """``64m`` as mount takes it (mebibytes) as a quantity, in which m are thousandths."""
    found = _SIZE.fullmatch(text)
    if not found:
        return text
    return bytes_text(int(found[1]) << {"": 0, "b": 0, "k": 10, "m": 20, "g": 30}[found[2].lower()])


class _Names:
    """The names of volumes that are taken, by pod, with those that fixes have asked for so far."""

    def __init__(self) -> None:
        self.taken: dict[int, set[str]] = {}


class _Free:
    """Finds a free name for a volume of one pod."""

    def __init__(self, editing: Editing, taken: set[str]) -> None:
        self.editing = editing
        self.taken = taken

    def free(self, target: str) -> str:
        """``/var/cache/nginx`` is ``var-cache-nginx``; with the container's name behind it where that is taken."""
        base = re.sub(r"[^a-z0-9]+", "-", target.lower()).strip("-") or "root"
        own = re.sub(r"[^a-z0-9]+", "-", self.editing.fact.name.lower()).strip("-")
        tries = [base, f"{base}-{own}".strip("-"), *(f"{base}-{number}" for number in range(2, 100))]
        for name in (one[:63].strip("-") for one in tries):
            if name not in self.taken:
                self.taken.add(name)
                self.editing.drafts.log.did(partial(self.taken.discard, name))
                return name
        raise UnwritableError(f"the pod has too many volumes named {base}")


def _names(editing: Editing) -> _Free:
    kept = editing.drafts.keep(editing.fact.place.source, _Names, lambda _: _Names())
    if id(editing.pod) not in kept.taken:
        names = {text_of(volume.get("name")) or "" for volume in volumes_of(editing)}
        names |= {text_of(mount.get("name")) or "" for one in editing.containers() for mount in mounts_of(one)}
        kept.taken[id(editing.pod)] = names
    return _Free(editing, kept.taken[id(editing.pod)])


def volumes_of(editing: Editing) -> Iterator[Mapping]:
    """The volumes of the pod."""
    found = editing.node(editing.pod, VOLUMES)
    yield from (node for node in (found.items if isinstance(found, Sequence) else ()) if isinstance(node, Mapping))


def mounts_of(container: Mapping) -> Iterator[Mapping]:
    """The mounts of a container."""
    for path in (("volumeMounts",), ("volumeDevices",)):
        found = container.get(path[0])
        yield from (node for node in (found.items if isinstance(found, Sequence) else ()) if isinstance(node, Mapping))


_SOURCES = {
    "bind": ("hostPath", "path"),
    "claim": ("persistentVolumeClaim", "claimName"),
    "secret": ("secret", "secretName"),
    "config_map": ("configMap", "name"),
}


def _source_of(volume: Mapping) -> tuple[str, str] | None:
    """Kind and source of a volume that could serve another mount too."""
    for kind, (key, inner) in _SOURCES.items():
        body = volume.get(key)
        found = body.get(inner) if isinstance(body, Mapping) else None
        if isinstance(found, Scalar):
            return kind, found.text
    return None
