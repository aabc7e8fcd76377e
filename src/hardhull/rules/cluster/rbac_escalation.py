"""Role can make itself more powerful.

What it checks: Roles and ClusterRoles that may `escalate` or `bind` roles, `impersonate` others, make tokens of
service accounts, approve certificates, or reach the kubelet through `nodes/proxy`, each without `resourceNames`.

Why it matters: these are the ways around RBAC: with any of them a program that was given little becomes
administrator, or acts on a node past the API server's log.

How to fix: remove the verb or resource. Where a controller must hand out one role, name that role with
`resourceNames`.

When it is fine: controllers whose work is roles, certificates or tokens, in a namespace that only administrators
reach.

References: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.cluster_parts import words
from hardhull.rules.each import each
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import RbacRule, Role
    from hardhull.facts.fact import Items
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


class Way(NamedTuple):
    """A way around RBAC: the verb and the resources with which it is open, and what it gives."""

    verbs: frozenset[str]
    resources: frozenset[str]
    what: str
    by_verb: bool = False


ROLES = frozenset({"roles", "clusterroles"})
WRITE = frozenset({"create", "update", "patch", "*"})
WAYS = (
    Way(frozenset({"escalate"}), ROLES, "give roles more than it has itself", by_verb=True),
    Way(frozenset({"bind"}), ROLES, "bind any role to itself", by_verb=True),
    Way(
        frozenset({"impersonate"}),
        frozenset({"users", "groups", "serviceaccounts"}),
        "act as anybody else",
        by_verb=True,
    ),
    Way(frozenset({"create", "*"}), frozenset({"serviceaccounts/token"}), "make tokens of other service accounts"),
    Way(WRITE | {"get"}, frozenset({"nodes/proxy"}), "run commands in every pod through the kubelet"),
    Way(
        frozenset({"update", "patch", "*"}),
        frozenset({"certificatesigningrequests/approval"}),
        "approve certificates for any user",
    ),
)


@rule(
    "HH-PRV-306",
    "rbac-escalation",
    dimension=PRIVILEGE,
    severity=HIGH,
    also=["trivy:KSV-0043", "trivy:KSV-0047", "checkov:CKV_K8S_157", "checkov:CKV_K8S_158"],
    by_hand="only whoever knows the program knows whether it needs this, and for which names",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every way that a role opens, at its verb or resource."""
    return each(cluster.roles.value, _judge)


def _judge(role: Field[Role]) -> Iterator[Finding]:
    record = role.value
    rules = [field.value for field in record.rules if field.known]
    for way in WAYS:
        place = next((place for entry in rules if (place := _opens(entry, way))), None)
        if place is not None:
            where = "" if record.cluster_wide else " in its namespace"
            yield place.finding(
                f"{record!r} may {way.what}{where}",
                label="a way around RBAC",
                also=(role.mark("this role"),),
                value=f"{record!r} {place.value}",
                severity=HIGH if record.cluster_wide else MEDIUM,
            )
    for field in record.rules:
        _ = field.value  # what could not be read is not passed over in silence


def _opens(entry: RbacRule, way: Way) -> Field[str] | None:
    """The word to point at, where the rule opens this way."""
    verb = _first(entry.verbs, way.verbs)
    resource = _first(entry.resources, way.resources)
    if verb is None or resource is None or words(entry.names):
        return None
    return verb if way.by_verb else resource


def _first(items: Items[str], wanted: frozenset[str]) -> Field[str] | None:
    return next((item for item in items if item.get("") in wanted), None)


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: tenant-operator
rules:
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["clusterroles"]
    verbs:
      - get
      - bind  #! HH-PRV-306
  - apiGroups: [""]
    resources:
      - nodes/proxy  #! HH-PRV-306
    verbs: ["get"]
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: tenant-operator
rules:
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["clusterroles"]
    resourceNames: ["tenant-view"]
    verbs:
      - get
      - bind
  - apiGroups: [""]
    resources:
      - nodes/metrics
    verbs: ["get"]
""",
    ),
]
