"""Role may run commands in pods.

What it checks: Roles and ClusterRoles that may create `pods/exec` or `pods/attach`, or change
`pods/ephemeralcontainers`, without `resourceNames`. Roles that name everything by a wildcard are `rbac-wildcard`.

Why it matters: whoever runs commands in a pod has its service account, its Secrets and its network. Where any pod of
the cluster is privileged, that is root on a node.

How to fix: give it to people for single tasks, not to programs. Let programs use Jobs of their own, or name the pods
with `resourceNames`.

When it is fine: operators that have no other way into the databases they manage, in a namespace of their own.

References: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
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

NEEDED = {
    "pods/exec": frozenset({"create", "get", "*"}),
    "pods/attach": frozenset({"create", "get", "*"}),
    "pods/ephemeralcontainers": frozenset({"update", "patch", "*"}),
}
"""The verbs with which each is used; a WebSocket client is checked for get, others for create."""


@rule(
    "HH-PRV-305",
    "exec-into-pods",
    dimension=PRIVILEGE,
    severity=HIGH,
    also=["trivy:KSV-0053"],
    by_hand="only whoever knows the program knows whether it runs commands in pods, and in which",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the resource of every such role, once for each role."""
    return each(cluster.roles.value, _judge)


def _judge(role: Field[Role]) -> Iterator[Finding]:
    record = role.value
    for field in record.rules:
        entry = field.value
        verbs = words(entry.verbs)
        found = next((item for item in entry.resources if verbs & NEEDED.get(item.get(""), frozenset())), None)
        if found is None or entry.names:
            continue
        where = "every pod of the cluster" if record.cluster_wide else "every pod of its namespace"
        yield found.finding(
            f"{record!r} may run commands in {where}",
            label=f"{', '.join(sorted(verbs))} {found.value}",
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
  name: helpdesk
rules:
  - apiGroups: [""]
    resources: ["pods"]
    verbs: ["get", "list"]
  - apiGroups: [""]
    resources: ["pods/exec"]  #! HH-PRV-305
    verbs: ["create"]
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: helpdesk
rules:
  - apiGroups: [""]
    resources: ["pods", "pods/log"]
    verbs: ["get", "list"]
""",
    ),
]
