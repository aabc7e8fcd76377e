"""Which reader makes which record of a Cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import Part
from hardhull.formats.kubernetes import network, objects, rbac
from hardhull.formats.kubernetes.kinds import CONSTRAINTS, GUARDS, TEMPLATES, split_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple

    from hardhull.formats.kubernetes.manifest import Manifest

_RBAC = "rbac.authorization.k8s.io"
_READERS: dict[tuple[str, str], tuple[str, Callable[[Manifest], NamedTuple]]] = {
    ("", "Namespace"): ("namespaces", objects.namespace),
    ("", "Secret"): ("secrets", objects.data),
    ("", "ConfigMap"): ("config_maps", objects.data),
    ("", "LimitRange"): ("limit_ranges", objects.limit_range),
    ("", "ResourceQuota"): ("resource_quotas", objects.resource_quota),
    ("", "Service"): ("services", network.service),
    ("", "ServiceAccount"): ("service_accounts", rbac.service_account),
    (_RBAC, "Role"): ("roles", rbac.role),
    (_RBAC, "ClusterRole"): ("roles", rbac.role),
    (_RBAC, "RoleBinding"): ("bindings", rbac.binding),
    (_RBAC, "ClusterRoleBinding"): ("bindings", rbac.binding),
    ("networking.k8s.io", "NetworkPolicy"): ("network_policies", network.network_policy),
    ("extensions", "NetworkPolicy"): ("network_policies", network.network_policy),
    ("networking.k8s.io", "Ingress"): ("ingresses", network.ingress),
    ("extensions", "Ingress"): ("ingresses", network.ingress),
    ("policy", "PodSecurityPolicy"): ("pod_security_policies", lambda manifest: manifest.summary),
    ("extensions", "PodSecurityPolicy"): ("pod_security_policies", lambda manifest: manifest.summary),
}


def part_of(manifest: Manifest) -> Part:
    """The record of an object that is no workload; of a kind for which :func:`is_read` holds.

    Raises:
        NotKnownError: the object cannot be read.
    """
    group, kind = manifest.group, manifest.kind
    found = _READERS.get((group, kind))
    if found is not None:
        slot, read = found
        return Part(slot, read(manifest), manifest.place)
    about = "admission" if group == CONSTRAINTS else GUARDS[group, kind]
    return Part("guards", objects.guard(manifest, about), manifest.place)


def is_read(kind: str, api_version: str) -> bool:
    """Whether anything is made of an object of this kind and ``apiVersion``."""
    if kind.endswith("List"):
        return True
    found = split_version(api_version)
    if found is None:
        return False
    key = (found[0], kind)
    return key in TEMPLATES or key in _READERS or key in GUARDS or found[0] == CONSTRAINTS
