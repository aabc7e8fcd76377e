"""A role is bound to everybody.

What it checks: bindings whose subject is nobody in particular: `system:anonymous` and `system:unauthenticated` (no
login at all), `system:authenticated` (every account of the cluster, on some clouds of the provider) and
`system:serviceaccounts` (every pod).

Why it matters: what such a role allows, every visitor or every hijacked pod may do. Open dashboards and anonymous
API servers are how clusters are taken over for mining.

How to fix: bind the role to the accounts or groups that need it.

When it is fine: the roles that Kubernetes itself gives to everybody to ask for versions and their own permissions
(system:discovery, system:basic-user, system:public-info-viewer), kubeadm's cluster-info, and roles that only allow to
use a PodSecurityPolicy; those are not reported.

References: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_changes import TakeItem
from hardhull.facts.cluster_parts import RbacRule, Subject, words
from hardhull.model.change import Instruct
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.rule import CRITICAL, HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Binding
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

EVERYBODY = {
    "system:anonymous": (CRITICAL, "anyone who reaches the API server, without a login,"),
    "system:unauthenticated": (CRITICAL, "anyone who reaches the API server, without a login,"),
    "system:authenticated": (HIGH, "every account of the cluster"),
    "system:serviceaccounts": (HIGH, "every pod of the cluster"),
}
KUBERNETES_OWN = frozenset(
    {
        "system:discovery",
        "system:basic-user",
        "system:public-info-viewer",
        "system:service-account-issuer-discovery",
        "kubeadm:bootstrap-signer-clusterinfo",
    }
)
"""Roles that Kubernetes and kubeadm bind to everybody, and why that is: versions, own permissions, public keys."""


@rule(
    "HH-PRV-303",
    "everybody-bound",
    dimension=PRIVILEGE,
    severity=CRITICAL,
    also=["trivy:KSV-0122", "trivy:KSV-0123"],
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every subject that is everybody."""
    return each(cluster.bindings.value, lambda binding: _judge(cluster, binding))


def _judge(cluster: Cluster, binding: Field[Binding]) -> Iterator[Finding]:
    record = binding.value
    role = record.role.get("a role")
    if role in KUBERNETES_OWN or role == "cluster-admin" or _harmless(cluster, record):
        return
    for subject in record.subjects:
        who = subject.get(Subject("", ""))
        if subject.known and who.name in EVERYBODY and who.kind in {"User", "Group"}:
            severity, whom = EVERYBODY[who.name]
            reach = "" if record.cluster_wide else f" in the namespace of {record!r}"
            yield subject.finding(
                f"{whom} has the role {role}{reach}",
                label="everybody",
                also=(record.role.mark("what everybody may do"),),
                value=f"{record!r} {who.name}",
                severity=severity if record.cluster_wide or severity is CRITICAL else MEDIUM,
                fix=change(
                    f"bind the role {role} to {who.name} no longer",
                    Instruct(TakeItem(subject.place)),
                    risk=NEEDS_PROOF,
                    mitigation="bind it to the accounts or groups that need it; the audit log shows who uses it",
                ),
            )


def _harmless(cluster: Cluster, binding: Binding) -> bool:
    """Whether the role is here and only allows to use a PodSecurityPolicy."""
    role = cluster.role(binding)
    return role is not None and all(words(entry.get(RbacRule()).verbs) == {"use"} for entry in role.value.rules)


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: dashboards
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: Group  #! HH-PRV-303
    name: system:unauthenticated
    apiGroup: rbac.authorization.k8s.io
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: dashboards
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
""",
    ),
]
