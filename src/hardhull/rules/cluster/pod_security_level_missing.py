"""Namespace admits privileged pods.

What it checks: Namespaces without the label `pod-security.kubernetes.io/enforce`, or with the level `privileged`.

Why it matters: without the label the cluster's default counts, and that is `privileged` unless somebody changed it:
whoever may create pods there mounts the disk of a node. The labels `warn` and `audit` stop nothing.

How to fix: label the namespace with `pod-security.kubernetes.io/enforce: restricted`, or `baseline` at least; try it
with `kubectl label --dry-run=server`, which lists the pods that would be refused.

When it is fine: namespaces of network, storage and monitoring agents, to which only administrators have access, and
clusters where another admission controller checks all pods (then the finding is of low confidence).

References: https://kubernetes.io/docs/concepts/security/pod-security-admission/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_changes import SetIn
from hardhull.facts.pod_security import BASELINE, PRIVILEGED, RESTRICTED
from hardhull.model.change import Instruct
from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Namespace
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

LABEL = "pod-security.kubernetes.io/enforce"
SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})
"""Kubernetes' own: the first must be privileged, the others hold no pods."""


@rule("HH-PRV-307", "pod-security-level-missing", dimension=PRIVILEGE, severity=MEDIUM, confidence=Confidence.MEDIUM)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every Namespace, or its label."""
    confidence = Confidence.LOW if cluster.guarded("admission") else None
    return each(cluster.namespaces.value, lambda namespace: _judge(cluster, namespace, confidence))


def _judge(cluster: Cluster, namespace: Field[Namespace], confidence: Confidence | None) -> Iterator[Finding]:
    record = namespace.value
    if record.name in SYSTEM:
        return
    label = record.level("enforce")
    if label is None:
        for field in record.labels:
            _ = field.value  # labels that cannot be read may hold it
        yield namespace.finding(
            f"{record!r} admits pods that are privileged: it enforces no Pod Security level",
            label="no pod-security.kubernetes.io/enforce",
            value=record.name,
            confidence=confidence,
            fix=_fix(cluster, namespace),
        )
    elif label.value[1] == "privileged":
        yield label.finding(
            f"{record!r} admits pods that are privileged",
            label="the level that forbids nothing",
            value=record.name,
            severity=LOW,
            confidence=confidence,
            fix=_fix(cluster, namespace),
        )


def _fix(cluster: Cluster, namespace: Field[Namespace]) -> Fix:
    """The strictest level that admits the pods that these manifests put there, at most what the standard calls best."""
    name = namespace.value.name
    known = {pods.value.level for pods in cluster.pods.value if pods.value.namespace == name}
    if known & {None, PRIVILEGED}:
        return advise(
            "bring its pods to the level baseline first",
            f"kubectl label --dry-run=server namespace {name} {LABEL}=baseline lists those that are refused",
        )
    level = RESTRICTED if known == {RESTRICTED} else BASELINE
    return change(
        f"enforce the level {level}",
        Instruct(SetIn(namespace.place, ("metadata", "labels", LABEL), level)),
        risk=NEEDS_PROOF,
        mitigation=f"`kubectl label --dry-run=server namespace {name} {LABEL}={level}` lists what would be refused",
        basis="what the pods of these manifests need" if known else "what most programs run under",
    )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop  #! HH-PRV-307
  labels:
    pod-security.kubernetes.io/warn: restricted
""",
        good="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/warn: restricted
    pod-security.kubernetes.io/enforce: baseline
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: privileged  #! HH-PRV-307
""",
        good="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
""",
    ),
]
