"""PodSecurityPolicy does nothing any more.

What it checks: objects of the kind PodSecurityPolicy.

Why it matters: Kubernetes 1.25 (August 2022) removed it. On any supported cluster the object cannot even be created,
so whatever it was meant to forbid is allowed.

How to fix: label the namespaces with `pod-security.kubernetes.io/enforce`, and write what that cannot say as a
ValidatingAdmissionPolicy or for a policy engine.

When it is fine: manifests that also serve clusters older than 1.25.

References: https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.each import each
from hardhull.rules.fix import advise
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import KubeObject
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ADVICE = "kubectl label --dry-run=server namespace NAME pod-security.kubernetes.io/enforce=restricted"


@rule(
    "HH-PRV-308",
    "pod-security-policy-removed",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["hollow"],
    by_hand="the namespaces of the pods that it was for have to be labelled in its place",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every PodSecurityPolicy."""
    return each(cluster.pod_security_policies.value, _judge)


def _judge(policy: Field[KubeObject]) -> Iterator[Finding]:
    yield policy.finding(
        f"{policy.value!r} is refused by Kubernetes 1.25 and later, which enforce nothing in its place",
        label="a kind that no longer exists",
        value=repr(policy.value),
        fix=advise("label the namespaces, and remove the policy", ADVICE),
    )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: restricted  #! HH-PRV-308
spec:
  privileged: false
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
""",
        good="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
""",
    ),
]
