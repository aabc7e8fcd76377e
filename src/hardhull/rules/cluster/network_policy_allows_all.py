"""NetworkPolicy lets everyone in.

What it checks: NetworkPolicies for all pods of a namespace (`podSelector: {}`) whose rule for incoming traffic names
neither sources nor ports.

Why it matters: it looks like isolation and is the opposite: policies add up, so this one makes every other policy of
the namespace for incoming traffic void.

How to fix: name the sources (`from`) and the ports, or remove the rule, so that the policy denies.

When it is fine: during a migration, to keep a namespace open while the cluster's default is closed.

References: https://kubernetes.io/docs/concepts/services-networking/network-policies/#allow-all-ingress-traffic
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_changes import SetIn
from hardhull.model.change import Instruct
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import NetworkPolicy
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-302",
    "network-policy-allows-all",
    dimension=NETWORK,
    severity=MEDIUM,
    checklist=[12],
    tags=["hollow"],
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the rule that lets everyone in."""
    return each(cluster.network_policies.value, _judge)


def _judge(policy: Field[NetworkPolicy]) -> Iterator[Finding]:
    record = policy.value
    if "Ingress" not in record.types or not record.selector.empty:
        return
    rule_ = record.open_rule("Ingress")
    if rule_ is not None:
        yield rule_.finding(
            f"{record!r} lets everyone reach every pod of its namespace, whatever other policies say",
            label="no source and no port is named",
            also=(policy.mark("this policy"),),
            value=repr(record),
            fix=change(
                "let in the pods of the same namespace only",
                Instruct(SetIn(rule_.place, ("from",), [{"podSelector": {}}])),
                risk=NEEDS_PROOF,
                mitigation="name who else calls (namespaceSelector, ipBlock) before it is applied",
            ),
        )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: base
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - {}  #! HH-NET-302
""",
        good="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: base
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - {from: [{podSelector: {}}]}
""",
    ),
]
