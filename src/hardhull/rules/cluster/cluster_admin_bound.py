"""Programs or groups are bound to cluster-admin.

What it checks: bindings of the role cluster-admin. Worst where every pod of a namespace gets it: the default service
account, or the groups of service accounts.

Why it matters: whoever takes over one such pod reads every Secret, runs commands in every container and mounts the
disk of every node.

How to fix: bind a role of its own with the verbs and resources that the program uses, in its namespace where that is
enough (RoleBinding). Give people cluster-admin for single tasks, through a group that their identity provider grants
for a time.

When it is fine: one group for the cluster's administrators, and a GitOps controller that deploys everything on a
cluster of a single team.

References: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import Subject
from hardhull.rules.each import each
from hardhull.rules.rule import CRITICAL, HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Binding
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding, Severity
    from hardhull.rules.policy import Policy

MASTERS = "system:masters"
"""The group that is administrator whatever is bound to it; Kubernetes binds it itself."""


@rule(
    "HH-PRV-302",
    "cluster-admin-bound",
    dimension=PRIVILEGE,
    severity=HIGH,
    also=["trivy:KSV-0111", "kube-linter:cluster-admin-role-binding"],
    by_hand="a role that replaces cluster-admin has to be written first, from what the audit log shows",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every subject that is bound to cluster-admin."""
    return each(cluster.bindings.value, _judge)


def _judge(binding: Field[Binding]) -> Iterator[Finding]:
    record = binding.value
    if record.role_kind != "ClusterRole" or record.role.value != "cluster-admin":
        return
    for subject in record.subjects:
        who = subject.get(Subject("", ""))
        if not subject.known or who.name == MASTERS:
            continue
        severity, whom = _whom(who)
        reach = "of the whole cluster" if record.cluster_wide else f"of the namespace of {record!r}"
        yield subject.finding(
            f"{whom} is administrator {reach}",
            label="is bound to cluster-admin",
            also=(record.role.mark("the role that may do everything"),),
            value=f"{record!r} {who.kind} {who.namespace or ''}/{who.name}",
            severity=severity if record.cluster_wide else min(severity, MEDIUM),
        )


def _whom(subject: Subject) -> tuple[Severity, str]:
    if subject.kind == "ServiceAccount":
        where = f" of {subject.namespace}" if subject.namespace else ""
        if subject.name == "default":
            return CRITICAL, f"every pod{where} that names no service account"
        return HIGH, f"service account {subject.name}{where}"
    if subject.name.startswith(("system:serviceaccounts", "system:authenticated", "system:unauth", "system:anonymous")):
        return CRITICAL, f"everyone in {subject.name}"
    return MEDIUM, f"{subject.kind.lower() or 'subject'} {subject.name}"


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ci
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - kind: ServiceAccount  #! HH-PRV-302
    name: default
    namespace: ci
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ci
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: deployer
subjects:
  - kind: ServiceAccount
    name: ci
    namespace: ci
""",
    ),
]
