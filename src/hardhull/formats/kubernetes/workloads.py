"""The containers of an object that makes pods, if it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.cluster_parts import PodSet
from hardhull.facts.pod_security import level_of
from hardhull.formats.kubernetes.container import APP, ROLES, image, read_container
from hardhull.formats.kubernetes.kinds import TEMPLATES
from hardhull.formats.kubernetes.manifest import NotWholeError
from hardhull.formats.kubernetes.pod import read_pod
from hardhull.model.field import NotKnownError

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.formats.kubernetes.block import Block
    from hardhull.formats.kubernetes.manifest import Manifest
    from hardhull.formats.kubernetes.pod import Pod

MAX_CONTAINERS = 2_000
"""Containers of one object. A pod of more does not fit into etcd's 1.5 MB."""

_STUB = (
    "it has no pod template with containers, so it is a stub or a patch",
    "scan the manifest that it belongs to; patches take effect in what `kubectl kustomize` renders",
)
_PATCH_HOW = "render the whole with `kubectl kustomize FOLDER` and pipe the output to `hardhull scan -`"


class Pods(NamedTuple):
    """What an object makes: its containers, and its pods as policies and services see them."""

    workloads: list[Workload]
    pods: PodSet


def pods_of(manifest: Manifest) -> Pods:
    """Reads the containers of an object.

    Raises:
        NotWholeError: it is a stub or a patch, so that what is missing in it means nothing.
    """
    template = _template(manifest)
    spec = template.block("spec")
    if spec is None or spec.why is not None:
        raise NotWholeError(spec.why, _STUB[1]) if spec is not None and spec.why else NotWholeError(*_STUB)
    _check_whole(manifest, spec)
    manifest.read_owner()
    pod = read_pod(template.block("metadata"), spec)
    own = manifest.block.block("spec")
    if manifest.kind == "StatefulSet" and own is not None:
        pod.volumes.claim(own)
    workloads = _containers(manifest, spec, pod)
    return Pods(workloads, _pod_set(manifest, pod)._replace(level=_level(workloads, pod)))


def _level(workloads: list[Workload], pod: Pod) -> str | None:
    try:
        return level_of(workloads, pod.volumes.kinds)
    except NotKnownError:
        return None


def _template(manifest: Manifest) -> Block:
    block = manifest.block
    for key in TEMPLATES[manifest.group, manifest.kind]:
        inner = block.block(key)
        if inner is None:
            raise NotWholeError(*_STUB)
        block = inner
    return block


def _check_whole(manifest: Manifest, spec: Block) -> None:
    try:
        containers = list(spec.blocks("containers"))
    except NotKnownError as error:
        raise NotWholeError(error.why, "correct the manifest") from None
    if not containers:
        raise NotWholeError(*_STUB)
    if not manifest.name:
        raise NotWholeError("it has no name, so it is a patch or a stub", _PATCH_HOW)
    for number, container in enumerate(containers, 1):
        if container.why is None and container.field("image", "image", image) is None:
            name = container.text("name") or f"#{number}"
            raise NotWholeError(f"its container {name} has no image, so it is a patch", _PATCH_HOW)


def _containers(manifest: Manifest, spec: Block, pod: Pod) -> list[Workload]:
    workloads: list[Workload] = []
    for role in ROLES:
        try:
            blocks = list(spec.blocks(role.key)) if role is APP or role.key in spec.entries else []
        except NotKnownError as error:
            raise NotWholeError(error.why, "correct the manifest") from None
        if len(workloads) + len(blocks) > MAX_CONTAINERS:
            raise NotWholeError(f"it has more than {MAX_CONTAINERS:,} containers", "split it")
        workloads += (read_container(block, number, role, pod, manifest) for number, block in enumerate(blocks, 1))
    return workloads


def _pod_set(manifest: Manifest, pod: Pod) -> PodSet:
    labels = pod.labels.get(()) if pod.labels is not None else ()
    account = pod.shared.get("service_account")
    token = pod.shared.get("automount_token")
    network = pod.shared.get("network_mode")
    return PodSet(
        manifest.kind,
        manifest.namespace_name,
        manifest.name,
        tuple(label.value for label in labels if label.known),
        account.get(None) if account is not None else None,
        token.get(None) if token is not None else None,
        host_network=network is not None and network.get(None) == "host",
    )
