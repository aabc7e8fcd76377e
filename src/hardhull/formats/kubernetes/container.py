"""One container of a pod as a Workload: its own settings over those of the pod."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.parts import Port
from hardhull.facts.workload import Workload
from hardhull.formats.kubernetes.environment import environment
from hardhull.formats.kubernetes.known import (
    CONTAINER,
    CONTAINER_SECURITY,
    EPHEMERAL,
    keys,
    misplaced_in_container,
    unread,
)
from hardhull.formats.kubernetes.probes import PROBES, probes
from hardhull.formats.kubernetes.resources import resources
from hardhull.formats.kubernetes.security import container_level, from_annotations, user_of
from hardhull.formats.kubernetes.values import (
    WrongTypeError,
    boolean,
    described,
    integer,
    is_placeholder,
    lower,
    text,
    texts,
    word,
)
from hardhull.formats.kubernetes.volumes import mounts
from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.kubernetes.block import Block
    from hardhull.formats.kubernetes.manifest import Manifest
    from hardhull.formats.kubernetes.pod import Pod
    from hardhull.model.source import Place
    from hardhull.text.nodes import Node

CANNOT = keys(
    "build env_files init container_name depends_on profiles remove detach devices device_cgroup_rules networks"
    " publish_all uts cgroupns cgroup_parent links memory_swap cpu_shares pids ulimits block_io shm_size"
    " oom_kill_disable oom_score_adj log_driver log_options effective_log_driver effective_log_rotation"
)
"""Fields of a Workload that a Kubernetes manifest has no words for; the node's configuration decides them."""
_PROBES = frozenset(slot for _, slot in PROBES)
_LIMITS = keys("memory cpus memory_reservation cpu_reservation storage")


class Role(NamedTuple):
    """A list of containers in a pod.

    Attributes:
        key: of the list.
        name: for ``Workload.role``.
        title: how such a container is called in messages.
        cannot: fields that its containers cannot have.
        known: keys that its containers can have.
    """

    key: str
    name: str
    title: str
    cannot: frozenset[str]
    known: frozenset[str] = CONTAINER


APP = Role("containers", "app", "container", CANNOT)
INIT = Role("initContainers", "init", "init container", CANNOT | _PROBES)
SIDECAR = Role("initContainers", "sidecar", "sidecar container", CANNOT)
EPHEMERAL_ROLE = Role(
    "ephemeralContainers",
    "ephemeral",
    "ephemeral container",
    CANNOT | _PROBES | _LIMITS | {"ports", "expose"},
    EPHEMERAL,
)
ROLES = (INIT, APP, EPHEMERAL_ROLE)

_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")


def read_container(block: Block, number: int, role: Role, pod: Pod, manifest: Manifest) -> Workload:
    """Reads one container.

    Args:
        block: the container.
        number: its place in its list, from 1, for one without a name.
        role: the list it stands in.
        pod: what it inherits from.
        manifest: the object it belongs to.
    """
    if role is INIT and block.text("restartPolicy") == "Always":
        role = SIDECAR
    name = block.text("name") or f"#{number}"
    workload = Workload(
        name, f"{role.title} {name} of {manifest.title}", "kubernetes", place_of(block), runtime="kubernetes",
        cannot=role.cannot,
    )  # fmt: skip
    fields = workload.fields
    place = workload.place
    fields["role"] = Field("role", role.name, place)
    fields["controller"] = Field("controller", manifest.kind, manifest.kind_place)
    _object(workload, pod, manifest)
    above, below, hollow = from_annotations(pod.annotations, name)
    security = block.block("securityContext")
    own, prefixed = container_level(security) if security is not None else ({}, [])
    fields.update({**below, **pod.shared, **above, **own})
    user_of(fields)
    _simple(block, fields)
    if "image" not in fields:
        fields["image"] = Field.unknown("image", place, "no image is written")
    inner = block.block("resources")
    if inner is not None:
        fields.update(resources(inner))
    fields.update(probes(block))
    _ports(block, fields)
    _given(block, pod, fields)
    workload.unread = [*pod.unread, *unread(block, role.known), *unread(security, CONTAINER_SECURITY)]
    above_it = (*pod.hollow, *manifest.hollow)
    _hollow(fields, (*above_it, *misplaced_in_container(block, security), *prefixed, *hollow))
    return workload


def place_of(block: Block) -> Place:
    """What stands for a container: its name, else all of it."""
    named = block.field("name", "name", text)
    return block.place if named is None else named.place


def _hollow(fields: dict[str, Field[Any]], idle: tuple[Field[str], ...]) -> None:
    """Adds settings that do nothing to those that the volumes have."""
    volumes = fields.get("hollow")
    idle += tuple(volumes.value) if volumes is not None else ()
    if idle:
        fields["hollow"] = Field("hollow", idle, idle[0].place)


def _object(workload: Workload, pod: Pod, manifest: Manifest) -> None:
    """What the object says of all its containers."""
    fields = workload.fields
    if manifest.namespace is not None:
        fields["namespace"] = manifest.namespace
    if manifest.replicas is not None:
        fields["replicas"] = manifest.replicas
    if manifest.labels is not None:
        fields["labels"] = manifest.labels
    if pod.labels is not None:
        fields["pod_labels"] = pod.labels
    notes = [field for field in (manifest.annotations, pod.annotations) if field is not None]
    broken = next((field for field in notes if not field.known), None)
    if broken is not None:
        fields["annotations"] = broken
    elif notes:
        places = {item.place.span: item for field in notes for item in field.value}  # those of a Pod are its own
        fields["annotations"] = Field("annotations", tuple(places.values()), notes[0].place)


def image(node: Node) -> str:
    """An image reference; what cannot be one is a placeholder of some other tool."""
    found = text(node)
    if not _IMAGE.fullmatch(found):
        what = described(node) if is_placeholder(found) else "no image reference"
        raise WrongTypeError(f"is {what}")
    return found


_PULL = {"Always": "always", "IfNotPresent": "missing", "Never": "never"}


def _pull(node: Node) -> str:
    found = word(node)
    if found not in _PULL:
        raise WrongTypeError("is none of Always, IfNotPresent and Never")
    return _PULL[found]


_SIMPLE: tuple[tuple[str, str, Callable[[Node], Any]], ...] = (
    ("image", "image", image),
    ("imagePullPolicy", "pull_policy", _pull),
    ("command", "entrypoint", texts),
    ("args", "command", texts),
    ("workingDir", "working_dir", text),
    ("tty", "tty", boolean),
    ("stdin", "stdin_open", boolean),
    ("restartPolicy", "restart", lower),
)


def _simple(block: Block, fields: dict[str, Field[Any]]) -> None:
    for key, slot, convert in _SIMPLE:
        if block.why is not None or key in block.entries:
            field = block.field(key, slot, convert)
            if field is not None:
                fields[slot] = field
    lifecycle = block.block("lifecycle")
    signal = lifecycle.field("stopSignal", "stop_signal", word) if lifecycle is not None else None
    if signal is not None:
        fields["stop_signal"] = signal


def _given(block: Block, pod: Pod, fields: dict[str, Field[Any]]) -> None:
    """Variables and mounts, and the secrets and config maps that come with either."""
    variables, mounted = environment(block), mounts(block, pod.volumes)
    for slot in ("secrets", "configs"):
        one, other = variables.pop(slot, None), mounted.pop(slot, None)
        both = [field for field in (one, other) if field is not None]
        if both:
            fields[slot] = Field(slot, tuple(item for field in both for item in field.value), both[0].place)
    fields.update(variables)
    fields.update(mounted)


def _ports(block: Block, fields: dict[str, Field[Any]]) -> None:
    """Ports on the node as ``ports``, the others as ``expose``."""
    place = block.key_place("ports")
    published: list[Field[Port]] = []
    exposed: list[str] = []
    try:
        for port in block.blocks("ports"):
            field, container = _port(port)
            if field is None:
                exposed.append(container)
            else:
                published.append(field)
    except NotKnownError as error:
        fields["ports"] = Field.unknown("ports", place, error.why, written=True)
        fields["expose"] = Field.unknown("expose", place, error.why, written=True)
        return
    if published:
        fields["ports"] = Field("ports", tuple(published), place)
    if exposed:
        fields["expose"] = Field("expose", tuple(exposed), place)


def _port(port: Block) -> tuple[Field[Port] | None, str]:
    """A port at its ``hostPort``; None and the container's port where it has none.

    Raises:
        NotKnownError: the port of the container cannot be known, so the whole list is not.
    """
    number = port.get("containerPort", integer)
    if number is None:
        raise NotKnownError("ports", "one of its ports has no containerPort, which the API server refuses")
    inside = str(number)
    protocol = (port.get("protocol", text) or "TCP").lower()
    host = port.field("hostPort", "ports", integer)
    if host is None or (host.known and not host.value):
        return None, inside if protocol == "tcp" else f"{inside}/{protocol}"
    if not host.known:
        return Field.unknown("ports", host.place, host.why or "", written=True), inside
    return Field("ports", Port(inside, str(host.value), port.get("hostIP", text) or None, protocol), host.place), inside
