"""Namespace has no limits of its own.

What it checks: Namespaces for which these manifests hold neither a LimitRange nor a ResourceQuota.

Why it matters: a container that states no limits gets none, and one team's memory leak evicts the pods of all others.

How to fix: a LimitRange with default requests and limits for containers, and a ResourceQuota for the whole namespace.

When it is fine: clusters of one team, where every container states its own limits.

References: https://kubernetes.io/docs/concepts/policy/limit-range/
https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.cluster import may_be_same
from hardhull.facts.cluster_changes import NewObject
from hardhull.model.change import Instruct
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.rule import INFO, LIMITS, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Namespace
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-LIM-301",
    "namespace-without-limits",
    dimension=LIMITS,
    severity=INFO,
    tags=["advice"],
    also=["trivy:KSV-0039", "trivy:KSV-0040"],
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every Namespace without either."""
    return each(cluster.namespaces.value, lambda namespace: _judge(cluster, namespace))


def _judge(cluster: Cluster, namespace: Field[Namespace]) -> Iterator[Finding]:
    name = namespace.value.name
    bounded = [bound.value.namespace for bound in cluster.limit_ranges.value]
    bounded += [bound.value.namespace for bound in cluster.resource_quotas.value]
    if name.startswith("kube-") or any(may_be_same(name, other) for other in bounded):
        return
    yield namespace.finding(
        f"{namespace.value!r} has neither a LimitRange nor a ResourceQuota",
        label="no default limits, no quota",
        value=name,
        fix=change(
            "give limits to containers that write none",
            Instruct(NewObject(namespace.place, _limits(name))),
            risk=NEEDS_PROOF,
            mitigation="state limits of their own where containers need more, or they are killed at these",
            basis="a starting point: half a processor and 256 MiB",
        ),
    )


def _limits(namespace: str) -> dict[str, Any]:
    given = {"type": "Container", "default": {"memory": "256Mi", "cpu": "500m"}}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "defaults", "namespace": namespace},
        "spec": {"limits": [given]},
    }


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop  #! HH-LIM-301
""",
        good="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: LimitRange
metadata:
  name: defaults
  namespace: shop
spec:
  limits:
    - type: Container
      default:
        memory: 256Mi
        cpu: 500m
""",
    ),
]
