"""The keys that Kubernetes knows, to name those that have no effect where they stand.

From the API reference of Kubernetes 1.34 (PodSpec v1, Container v1, SecurityContext v1, PodSecurityContext v1). An API
server refuses an unknown key with strict validation and drops it silently without; either way it protects nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.formats.kubernetes.block import Block


def keys(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


POD = keys(
    "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks"
    " ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets"
    " initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates"
    " resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext"
    " serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain"
    " terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes workloadRef"
)
CONTAINER = keys(
    "args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy"
    " resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath"
    " terminationMessagePolicy tty volumeDevices volumeMounts workingDir"
)
EPHEMERAL = CONTAINER | {"targetContainerName"}
_BOTH = "appArmorProfile runAsGroup runAsNonRoot runAsUser seLinuxOptions seccompProfile windowsOptions"
POD_SECURITY = keys(
    f"{_BOTH} fsGroup fsGroupChangePolicy seLinuxChangePolicy supplementalGroups supplementalGroupsPolicy sysctls"
)
CONTAINER_SECURITY = keys(f"{_BOTH} allowPrivilegeEscalation capabilities privileged procMount readOnlyRootFilesystem")
RESOURCES = frozenset({"limits", "requests", "claims"})

PER_CONTAINER = CONTAINER - POD
PER_POD = POD - CONTAINER
_SPEC_OF_CONTROLLERS = frozenset({"activeDeadlineSeconds"})


def unread(block: Block | None, known: frozenset[str]) -> Iterator[Field[str]]:
    """The keys of a block that Kubernetes does not have there, each at its place."""
    if block is not None:
        for name in block.entries:
            if name not in known:
                yield Field("unread", name, block.key_place(name))


def misplaced_in_pod(spec: Block, security: Block | None) -> Iterator[Field[str]]:
    """Settings of containers that stand at the pod, where they have no effect."""
    for name in spec.entries:
        if name in PER_CONTAINER or name in CONTAINER_SECURITY:
            yield _hollow(spec, name, "in the pod's spec: Kubernetes has it at the container only")
    for name in () if security is None else security.entries:
        if security is not None and name not in POD_SECURITY:
            where = "a container's securityContext" if name in CONTAINER_SECURITY else "no securityContext"
            yield _hollow(security, name, f"in the pod's securityContext: {where} has it")


def misplaced_in_container(container: Block, security: Block | None) -> Iterator[Field[str]]:
    """Settings of pods that stand at a container, and of securityContext that stand beside it."""
    for name in container.entries:
        if name in PER_POD:
            yield _hollow(container, name, "at a container: Kubernetes has it in the pod's spec only")
        elif name in CONTAINER_SECURITY or name in POD_SECURITY:
            yield _hollow(container, name, "beside securityContext instead of in it")
    for name in () if security is None else security.entries:
        if security is not None and name not in CONTAINER_SECURITY:
            where = "the pod's securityContext" if name in POD_SECURITY else "no securityContext"
            yield _hollow(security, name, f"in a container's securityContext: {where} has it")


def misplaced_in_controller(spec: Block, kind: str) -> Iterator[Field[str]]:
    """Settings of pods that stand in the spec of what makes the pods."""
    for name in spec.entries:
        if name in POD and name not in _SPEC_OF_CONTROLLERS:
            yield _hollow(spec, name, f"in the spec of the {kind}: it belongs into the spec of its pod template")


def _hollow(block: Block, name: str, why: str) -> Field[str]:
    return Field("hollow", f"{name} has no effect {why}", block.key_place(name))
