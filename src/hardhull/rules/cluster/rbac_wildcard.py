"""Role grants everything by a wildcard.

What it checks: Roles and ClusterRoles with `*` for the verbs or for the resources of Kubernetes' own API groups. One
finding for each role, at its widest rule.

Why it matters: a wildcard also grants what was never thought of: reading Secrets, running commands in pods, changing
roles, and everything that later versions add. A ClusterRole of three stars is cluster-admin by another name.

How to fix: list the verbs and resources that the program uses; its audit log shows them. Restrict single objects with
`resourceNames`.

When it is fine: the cluster's administrators, and tools that deploy anything anywhere (GitOps controllers), on
clusters that run nothing which must be kept from them. Wildcards over the groups of an operator's own resources are
not reported.

References: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.cluster_parts import RbacRule, words
from hardhull.rules.each import each
from hardhull.rules.rule import CRITICAL, HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Role
    from hardhull.facts.fact import Items
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding, Severity
    from hardhull.rules.policy import Policy

BUILT_IN = frozenset(
    {
        "", "*", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
        "autoscaling", "batch", "certificates.k8s.io", "extensions", "networking.k8s.io", "policy",
        "rbac.authorization.k8s.io",
    }
)  # fmt: skip
"""Groups of Kubernetes' own in which a wildcard grants power over other people's objects."""


class Grant(NamedTuple):
    """What one rule of a role grants by its wildcards: how bad, in words, and the star to point at."""

    severity: Severity
    what: str
    star: Field[str]


@rule(
    "HH-PRV-301",
    "rbac-wildcard",
    dimension=PRIVILEGE,
    severity=CRITICAL,
    also=["trivy:KSV-0044", "trivy:KSV-0045", "trivy:KSV-0046", "checkov:CKV_K8S_49", "kube-linter:wildcard-in-rules"],
    by_hand="only whoever knows the program knows what it needs; the API server's audit log shows it",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the widest wildcard of every role."""
    return each(cluster.roles.value, _judge)


def _judge(role: Field[Role]) -> Iterator[Finding]:
    record = role.value
    grants = [grant for entry in record.rules if (grant := _grant(entry.get(RbacRule()), wide=record.cluster_wide))]
    if grants:
        worst = max(grants, key=lambda grant: grant.severity)
        where = "" if record.cluster_wide else " in its namespace"
        also = tuple(grant.star.mark("another wildcard") for grant in grants if grant is not worst)
        yield worst.star.finding(
            f"{record!r} may {worst.what}{where}",
            label="everything, also what is added later",
            also=(role.mark("this role"), *also[:3]),
            value=repr(record),
            severity=worst.severity,
        )


def _grant(entry: RbacRule, *, wide: bool) -> Grant | None:
    groups = words(entry.groups)
    if groups.isdisjoint(BUILT_IN):
        return None
    verbs, resources = _star(entry.verbs), _star(entry.resources)
    if verbs and resources and "*" in groups:
        return Grant(CRITICAL if wide else HIGH, "do everything", resources)
    if resources and not groups.isdisjoint({"", "*"}):
        return Grant(HIGH if wide else MEDIUM, _on_everything(words(entry.verbs)), resources)
    if resources:
        return Grant(MEDIUM, f"{_listed(words(entry.verbs))} every resource of {_listed(groups)}", resources)
    if verbs and entry.resources:
        return Grant(MEDIUM, f"do everything with {_listed(words(entry.resources))}", verbs)
    return None


def _on_everything(verbs: set[str]) -> str:
    if "*" in verbs:
        return "do everything with every core resource, Secrets too"
    if verbs & {"get", "list", "watch"}:
        return f"{_listed(verbs)} every core resource, Secrets too"
    return f"{_listed(verbs)} every core resource"


def _listed(items: set[str]) -> str:
    """Up to four words; the rest as a number."""
    names = sorted(items - {"", "*"}) or ["any"]
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def _star(items: Items[str]) -> Field[str] | None:
    return next((item for item in items if item.get("") == "*"), None)


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["*"]
    resources: ["*"]  #! HH-PRV-301
    verbs: ["*"]
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["apps"]
    resources: ["deployments"]
    verbs: ["get", "list", "patch"]
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources:
      - "*"  #! HH-PRV-301
    verbs: ["get", "list"]
""",
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
rules:
  - apiGroups: [""]
    resources:
      - pods
    verbs: ["get", "list"]
""",
    ),
]
