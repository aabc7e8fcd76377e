"""Role may read every Secret.

What it checks: Roles and ClusterRoles that name `secrets` with get, list or watch, without `resourceNames`. A list
shows the contents too. Roles that name everything by a wildcard are `rbac-wildcard`.

Why it matters: Secrets hold database passwords, certificates and the tokens of other service accounts. With a
ClusterRole those are of every namespace.

How to fix: name the Secrets with `resourceNames` and allow get alone, or mount them into the pod so that no API access
is needed. Bind the role in a single namespace.

When it is fine: controllers whose work is Secrets: certificate managers, ingress controllers, secret operators.

References: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import words
from hardhull.rules.each import each
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Role
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

READS = frozenset({"get", "list", "watch", "*"})


@rule(
    "HH-PRV-304",
    "secrets-readable",
    dimension=PRIVILEGE,
    severity=HIGH,
    also=["trivy:KSV-0041", "trivy:KSV-0113", "checkov:CKV2_K8S_5", "kube-linter:access-to-secrets"],
    by_hand="only whoever knows the program knows the names of the Secrets that it reads",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the word `secrets` of every such role, once for each role."""
    return each(cluster.roles.value, _judge)


def _judge(role: Field[Role]) -> Iterator[Finding]:
    record = role.value
    for field in record.rules:
        entry = field.value
        named = next((item for item in entry.resources if item.get("") == "secrets"), None)
        groups = words(entry.groups)
        if named is None or entry.names or groups.isdisjoint({"", "*"}) or READS.isdisjoint(words(entry.verbs)):
            continue
        where = "of every namespace" if record.cluster_wide else "of its namespace"
        yield named.finding(
            f"{record!r} may read every Secret {where}",
            label="not restricted by resourceNames",
            also=(role.mark("this role"),),
            value=repr(record),
            severity=HIGH if record.cluster_wide else MEDIUM,
        )
        return


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: backup
rules:
  - apiGroups: [""]
    resources: ["secrets"]  #! HH-PRV-304
    verbs: ["get", "list"]
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: backup
  namespace: shop
rules:
  - apiGroups: [""]
    resources: ["secrets"]
    resourceNames: ["backup-key"]
    verbs: ["get"]
""",
    ),
]
