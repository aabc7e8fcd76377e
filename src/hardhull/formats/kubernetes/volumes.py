"""``volumes`` of a pod and ``volumeMounts`` of its containers, brought together as mounts."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.parts import Grant, Mount
from hardhull.formats.kubernetes.values import boolean, text, word
from hardhull.model.field import Field, NotKnownError
from hardhull.text.nodes import Scalar

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.block import Block
    from hardhull.model.source import Place

READ_ONLY = frozenset({"config_map", "secret", "projected", "downward_api", "image"})
"""Kinds that the kubelet mounts read-only whatever is written (since Kubernetes 1.9.6)."""
_PROPAGATION = {"None": "rprivate", "HostToContainer": "rslave", "Bidirectional": "rshared"}


class Volume(NamedTuple):
    """A volume of a pod.

    Attributes:
        kind: as in :class:`hardhull.facts.parts.Mount`.
        source: host path, or the name of the claim, secret, config map or volume.
        options: what else is written of it.
        read_only: whether the volume as a whole is.
        place: what decides: the host path of a bind, else the volume's own key.
        grants: secrets and config maps in it, as (kind, name).
        hollow: settings of it that do nothing.
    """

    kind: str
    source: str
    options: tuple[str, ...]
    read_only: bool
    place: Place
    grants: tuple[tuple[str, str], ...] = ()
    hollow: tuple[Field[str], ...] = ()


class Volumes:
    """The volumes of a pod by name.

    Attributes:
        why: why volumes can be missing here, so that a mount of an unknown name is unknown for this reason.
    """

    def __init__(self) -> None:
        self.why = ""
        self._known: dict[str, Volume] = {}
        self._broken: dict[str, str] = {}

    def read(self, spec: Block) -> None:
        """Takes the ``volumes`` of a pod."""
        try:
            for block in spec.blocks("volumes"):
                self._add(block)
        except NotKnownError as error:
            self.why = error.why

    def claim(self, templates: Block) -> None:
        """Takes the ``volumeClaimTemplates`` of a StatefulSet."""
        try:
            for block in templates.blocks("volumeClaimTemplates"):
                metadata = block.block("metadata")
                name = metadata.text("name") if metadata is not None else None
                if name:
                    self._known[name] = Volume("claim", name, (), read_only=False, place=block.place)
        except NotKnownError as error:
            self.why = self.why or error.why

    @property
    def kinds(self) -> list[tuple[str, tuple[str, ...]]]:
        """Kind and options of every volume of the pod.

        Raises:
            NotKnownError: one of them cannot be known.
        """
        if self.why or self._broken:
            raise NotKnownError("mounts", self.why or next(iter(self._broken.values())))
        return [(volume.kind, volume.options) for volume in self._known.values()]

    def find(self, name: str) -> Volume:
        """The volume of this name.

        Raises:
            NotKnownError: there is none, or it cannot be known.
        """
        volume = self._known.get(name)
        if volume is None:
            why = self._broken.get(name) or self.why or f"the pod has no volume {name}"
            raise NotKnownError("mounts", why)
        return volume

    def _add(self, block: Block) -> None:
        name = block.text("name")
        if name is None:
            self.why = self.why or "a volume of the pod has no readable name"
            return
        try:
            self._known[name] = _volume(block, name)
        except NotKnownError as error:
            self._broken[name] = error.why


def _volume(block: Block, name: str) -> Volume:
    sources = [key for key in block.entries if key != "name" and key in block]
    if not sources:
        return Volume("empty_dir", name, (), read_only=False, place=block.place)  # what the API server makes of it
    if len(sources) > 1:
        raise NotKnownError("mounts", f"the volume {name} has more than one source")
    key = sources[0]
    inner = block.block(key)
    assert inner is not None  # noqa: S101  `key in block` above
    if inner.why is not None:
        raise NotKnownError("mounts", inner.why)
    read = _READERS.get(key)
    if read is not None:
        return read(inner, name)
    read_only = bool(inner.get("readOnly", boolean))
    kind = {"downwardAPI": "projected", "ephemeral": "claim", "image": "image"}.get(key, "other")
    if kind == "projected":
        read_only = True
    return Volume(kind, name, (key,), read_only, block.key_place(key))


def _host_path(block: Block, _name: str) -> Volume:
    path = block.field("path", "mounts", word)
    if path is None:
        raise NotKnownError("mounts", "hostPath has no path")
    kind = block.get("type", text)
    idle = tuple(
        Field("hollow", f"{key} has no effect in hostPath: Kubernetes has it at the volumeMount", block.key_place(key))
        for key in ("readOnly", "mountPropagation")
        if key in block.entries
    )
    options = (f"type={kind}",) if kind else ()
    return Volume("bind", path.value, options, read_only=False, place=path.place, hollow=idle)


def _empty_dir(block: Block, name: str) -> Volume:
    medium, limit = block.get("medium", text), block.node("sizeLimit")
    options = [f"medium={medium}"] if medium else []
    if isinstance(limit, Scalar):
        options.append(f"size={limit.text}")
    return Volume("empty_dir", name, tuple(options), read_only=False, place=block.place)


def _claim(block: Block, name: str) -> Volume:
    read_only = bool(block.get("readOnly", boolean))
    return Volume("claim", block.get("claimName", text) or name, (), read_only, block.place)


def _secret(block: Block, name: str) -> Volume:
    found = block.get("secretName", text) or name
    return Volume("secret", found, (), read_only=True, place=block.place, grants=(("secrets", found),))


def _config_map(block: Block, name: str) -> Volume:
    found = block.get("name", text) or name
    return Volume("config_map", found, (), read_only=True, place=block.place, grants=(("configs", found),))


def _projected(block: Block, name: str) -> Volume:
    grants = []
    options = []
    for source in block.blocks("sources"):
        for key, slot in (("secret", "secrets"), ("configMap", "configs")):
            inner = source.block(key)
            found = inner.text("name") if inner is not None else None
            if found:
                grants.append((slot, found))
        if "serviceAccountToken" in source:
            options.append("serviceAccountToken")
    return Volume("projected", name, tuple(options), read_only=True, place=block.place, grants=tuple(grants))


_READERS = {
    "hostPath": _host_path,
    "emptyDir": _empty_dir,
    "persistentVolumeClaim": _claim,
    "secret": _secret,
    "configMap": _config_map,
    "projected": _projected,
}


def mounts(container: Block, volumes: Volumes) -> dict[str, Field[Any]]:
    """``mounts``, ``secrets`` and ``configs`` that are mounted, and settings of volumes that are ``hollow``.

    A mount of a host path stands where the path is written, because that is what matters; any other at its
    ``mountPath``.
    """
    fields: dict[str, Field[Any]] = {}
    found: list[Field[Mount]] = []
    grants: dict[str, list[Field[Grant]]] = {"secrets": [], "configs": []}
    hollow: dict[int, Field[str]] = {}  # by identity: a volume can be mounted twice
    try:
        for block in container.blocks("volumeMounts"):
            try:
                field, volume = _mount(block, volumes)
                hollow.update((id(idle), idle) for idle in volume.hollow)
                for slot, name in volume.grants:
                    grants[slot].append(Field(slot, Grant(name, field.value.target), field.place))
            except NotKnownError as error:
                field = Field.unknown("mounts", block.place, error.why, written=True)
            found.append(field)
        found += _devices(container, volumes)
    except NotKnownError as error:
        fields["mounts"] = Field.unknown("mounts", container.key_place("volumeMounts"), error.why, written=True)
        return fields
    if found:
        fields["mounts"] = Field("mounts", tuple(found), container.key_place("volumeMounts"))
    for slot, items in (*grants.items(), ("hollow", hollow.values())):
        if items:
            fields[slot] = Field(slot, tuple(items), container.key_place("volumeMounts"))
    return fields


def _mount(block: Block, volumes: Volumes) -> tuple[Field[Mount], Volume]:
    name, target = block.get("name", text), block.field("mountPath", "mounts", text)
    if name is None or target is None:
        raise NotKnownError("mounts", "a volumeMount has no name or no mountPath")
    volume = volumes.find(name)
    read_only = bool(block.get("readOnly", boolean)) or volume.read_only or volume.kind in READ_ONLY
    propagation = _PROPAGATION.get(block.get("mountPropagation", text) or "", "")
    options = list(volume.options)
    host = volume.source if volume.kind == "bind" else None
    sub_path, expression = block.get("subPath", text), block.get("subPathExpr", text)
    if sub_path:
        options.append(f"subPath={sub_path}")
        host = posixpath.normpath(f"{host}/{sub_path}") if host else None
    if expression:
        options.append(f"subPathExpr={expression}")
    mount = Mount(volume.kind, volume.source, target.value, read_only, propagation, tuple(options), host)
    if volume.kind == "bind":
        return Field("mounts", mount, volume.place, origin=f"the volume {name} of the pod"), volume
    return Field("mounts", mount, target.place), volume


def _devices(container: Block, volumes: Volumes) -> list[Field[Mount]]:
    """Raw block volumes; their ``block`` option tells them from file systems."""
    found: list[Field[Mount]] = []
    for block in container.blocks("volumeDevices"):
        try:
            name, path = block.get("name", text), block.field("devicePath", "mounts", text)
            if name is None or path is None:
                raise NotKnownError("mounts", "a volumeDevice has no name or no devicePath")  # noqa: TRY301
            volume = volumes.find(name)
            found.append(Field("mounts", Mount(volume.kind, volume.source, path.value, options=("block",)), path.place))
        except NotKnownError as error:
            found.append(Field.unknown("mounts", block.place, error.why, written=True))
    return found
