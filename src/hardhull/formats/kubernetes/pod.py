"""What a pod gives to all of its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.kubernetes.known import POD, POD_SECURITY, misplaced_in_pod, unread
from hardhull.formats.kubernetes.resources import resources
from hardhull.formats.kubernetes.security import Fields, pod_level
from hardhull.formats.kubernetes.values import boolean, integer, lower, text, texts, word
from hardhull.formats.kubernetes.volumes import Volumes
from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.kubernetes.block import Block
    from hardhull.text.nodes import Node


class Pod(NamedTuple):
    """A pod template.

    Attributes:
        spec: its PodSpec.
        shared: what its containers inherit, by slot; ``uid`` and ``group`` still apart.
        labels: of the pods.
        annotations: of the pods.
        volumes: by name.
        unread: keys that Kubernetes does not have in a pod.
        hollow: settings that do nothing where they stand.
    """

    spec: Block
    shared: Fields
    labels: Field[Any] | None
    annotations: Field[Any] | None
    volumes: Volumes
    unread: tuple[Field[str], ...]
    hollow: tuple[Field[str], ...]


def read_pod(metadata: Block | None, spec: Block) -> Pod:
    """Reads a pod template, all but its containers."""
    security = spec.block("securityContext")
    shared = _from_spec(spec)
    if security is not None:
        shared.update(pod_level(security))
    limits = spec.block("resources")
    if limits is not None:
        shared.update(resources(limits))
    for field in shared.values():
        field.origin = field.origin or "the pod"
    labels = metadata.pairs("labels", "pod_labels") if metadata is not None else None
    annotations = metadata.pairs("annotations", "annotations") if metadata is not None else None
    volumes = Volumes()
    volumes.read(spec)
    unknown = (*unread(spec, POD), *unread(security, POD_SECURITY))
    return Pod(spec, shared, labels, annotations, volumes, unknown, tuple(misplaced_in_pod(spec, security)))


def _when(name: str | None) -> Callable[[Node], str | None]:
    """``name`` where a switch is on, None (the runtime's default) where it is off."""
    return lambda node: name if boolean(node) else None


def _users(node: Node) -> str:
    return "host" if boolean(node) else "private"


def _grace(node: Node) -> float:
    return float(integer(node))


_SIMPLE: tuple[tuple[str, str, Callable[[Node], Any]], ...] = (
    ("hostNetwork", "network_mode", _when("host")),
    ("hostIPC", "ipc", _when("host")),
    ("hostUsers", "userns", _users),
    ("hostname", "hostname", text),
    ("restartPolicy", "restart", lower),
    ("terminationGracePeriodSeconds", "stop_grace", _grace),
    ("runtimeClassName", "runtime_name", word),
    ("serviceAccount", "service_account", word),
    ("serviceAccountName", "service_account", word),
    ("automountServiceAccountToken", "automount_token", boolean),
)
"""Key, slot, conversion; of two keys with one slot the later one wins, as in the API."""


def _from_spec(spec: Block) -> Fields:
    fields: Fields = {}
    for key, slot, convert in _SIMPLE:
        if key in spec.entries:
            field = spec.field(key, slot, convert)
            if field is not None:
                fields[slot] = field
    for key, name in (("shareProcessNamespace", "pod"), ("hostPID", "host")):
        field = spec.field(key, "pid", _when(name))
        if field is not None and not (field.known and field.value is None and "pid" in fields):
            fields["pid"] = field
    _platform(spec, fields)
    _hosts(spec, fields)
    settings = spec.block("dnsConfig")
    servers = settings.field("nameservers", "dns", texts) if settings is not None else None
    if servers is not None:
        fields["dns"] = servers
    return fields


def _platform(spec: Block, fields: Fields) -> None:
    """``windows`` or ``linux``, where the pod says on which nodes it runs."""
    for key, inner in (("nodeSelector", "beta.kubernetes.io/os"), ("nodeSelector", "kubernetes.io/os"), ("os", "name")):
        block = spec.block(key) if key in spec.entries else None
        field = block.field(inner, "platform", lower) if block is not None else None
        if field is not None:
            fields["platform"] = field


def _hosts(spec: Block, fields: Fields) -> None:
    """``hostAliases`` as ``name:address``."""
    if "hostAliases" not in spec.entries:
        return
    found: list[Field[str]] = []
    try:
        for block in spec.blocks("hostAliases"):
            address, names = block.get("ip", text), block.get("hostnames", texts)
            found += (Field("extra_hosts", f"{name}:{address}", block.place) for name in names or ())
    except NotKnownError as error:
        fields["extra_hosts"] = Field.unknown("extra_hosts", spec.key_place("hostAliases"), error.why, written=True)
        return
    fields["extra_hosts"] = Field("extra_hosts", tuple(found), spec.key_place("hostAliases"))
