"""Namespaces, data, limits and guards: the objects of a cluster that need no module of their own."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import DataKey, DataObject, GuardPolicy, LimitRange, Namespace, ResourceQuota
from hardhull.formats.kubernetes.values import boolean, cores, is_placeholder, size
from hardhull.model.field import Field, NotKnownError
from hardhull.text.nodes import Scalar
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.block import Block
    from hardhull.formats.kubernetes.manifest import Manifest
    from hardhull.text.nodes import Node


def namespace(manifest: Manifest) -> Namespace:
    """A Namespace."""
    field = manifest.metadata.pairs("labels", "labels") if manifest.metadata is not None else None
    return Namespace(manifest.name, () if field is None else tuple(field.value) if field.known else (field,))


def data(manifest: Manifest) -> DataObject:
    """A Secret or ConfigMap: its keys, and whether a real value stands at each. No value leaves this function."""
    block = manifest.block
    secret = manifest.kind == "Secret"
    encrypted = "sops" in block
    keys: list[Field[DataKey]] = []
    for part in ("data", "stringData", "binaryData"):
        inner = block.block(part)
        if inner is not None and inner.why is not None:
            keys.append(Field.unknown("keys", inner.place, inner.why, written=True))
        elif inner is not None:
            encoded = secret and part == "data"
            for key, entry in inner.entries.items():
                literal = not encrypted and _literal(entry.value, encoded=encoded)
                kind = _secret(key, entry.value, encoded=encoded) if literal else ""
                keys.append(Field("keys", DataKey(key, literal, kind), inner.key_place(key)))
    kind = (block.text("type") or "Opaque") if secret else ""
    immutable = block.field("immutable", "immutable", boolean)
    return DataObject(
        manifest.kind,
        manifest.namespace_name,
        manifest.name,
        kind,
        tuple(keys),
        immutable=immutable is not None and immutable.get(False),
    )


_NOT_REAL = re.compile(
    r"\s*(?:ENC\[|vault:|ref\+|op://|[xX*.]+\s*$|(?:replace|insert|fill|add|put|enter|your|todo|tbd|placeholder|redacted)"
    r"(?:[ _.\-]|me\b|$))",
    re.IGNORECASE,
)
"""An encrypted value, a reference that something resolves, or words that ask for a value."""
_LONGEST = 4_096
"""Bytes of a value that are looked at; a placeholder is short."""


def _literal(node: Node, *, encoded: bool) -> bool:
    """Whether a real value stands there."""
    if not isinstance(node, Scalar):
        return False
    written = node.text.strip()
    return _real(written) and (not encoded or _real(_decoded(written)))


def _real(value: str) -> bool:
    short = value[:_LONGEST].strip()
    replaced = len(short) < _LONGEST and "\n" not in short and is_placeholder(short)
    return bool(short) and not replaced and not _NOT_REAL.match(short)


def _secret(key: str, node: Node, *, encoded: bool) -> str:
    """What kind of secret a value is, in words; of a long value only the beginning is looked at."""
    if not isinstance(node, Scalar):
        return ""
    value = node.text.strip()[: _LONGEST * 4]
    found = secret_in(key, _decoded(value) if encoded else value)
    return found.title if found else ""


def _decoded(value: str) -> str:
    """The beginning of the text behind base64, or the value itself where it is none."""
    try:
        return binascii.a2b_base64(value[: _LONGEST * 2]).decode("utf-8", "replace")
    except ValueError:  # no base64, or not even ASCII
        return value


def limit_range(manifest: Manifest) -> LimitRange:
    """A LimitRange: what it gives to containers by default. What cannot be read counts as not given."""
    memory: int | None = None
    cpu: float | None = None
    spec = manifest.block.block("spec")
    try:
        for block in spec.blocks("limits") if spec is not None else ():
            default = block.block("default") if block.text("type") == "Container" else None
            if default is not None:
                memory, cpu = default.get("memory", size), default.get("cpu", cores)
    except NotKnownError:
        memory = cpu = None
    return LimitRange(manifest.namespace_name, manifest.name, memory, cpu)


def resource_quota(manifest: Manifest) -> ResourceQuota:
    """A ResourceQuota."""
    spec = manifest.block.block("spec")
    hard = spec.block("hard") if spec is not None else None
    return ResourceQuota(manifest.namespace_name, manifest.name, tuple(hard.entries) if hard is not None else ())


def guard(manifest: Manifest, about: str) -> GuardPolicy:
    """A policy of another controller; one of Kyverno that verifies images is about images."""
    if manifest.group == "kyverno.io" and _verifies_images(manifest.block):
        about = "image"
    return GuardPolicy(manifest.kind, manifest.group, manifest.namespace_name, manifest.name, about)


def _verifies_images(block: Block) -> bool:
    spec = block.block("spec")
    try:
        return spec is not None and any("verifyImages" in rule for rule in spec.blocks("rules"))
    except NotKnownError:
        return False
