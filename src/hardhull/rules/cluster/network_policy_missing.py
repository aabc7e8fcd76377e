"""No NetworkPolicy restricts who reaches the pods.

What it checks: namespaces with pods that no NetworkPolicy of these manifests selects for incoming traffic. One
finding for each namespace, at the first such pod. Pods in the node's own network are left out, no policy reaches them.

Why it matters: a pod that is selected by no policy accepts connections from every pod of the cluster. Whoever takes
over one of them tries all databases.

How to fix: a policy for the whole namespace that denies incoming traffic, and one for each service that lets in those
who use it. The network plugin has to enforce policies; plain flannel does not.

When it is fine: where policies are applied from another repository, or a service mesh or the plugin's own policies
decide. Where these manifests hold policies of Cilium, Calico or Antrea, this rule is silent.

References: https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import PodSet
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-301",
    "network-policy-missing",
    dimension=NETWORK,
    severity=MEDIUM,
    confidence=Confidence.MEDIUM,
    checklist=[12],
    also=["checkov:CKV2_K8S_6", "kube-linter:non-isolated-pod", "kube-score:pod-networkpolicy"],
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields one pod of every namespace that has pods which no policy selects."""
    if cluster.guarded("network"):
        return iter(())
    groups: dict[str, list[Field[PodSet]]] = {}
    for pods in cluster.pods.value:
        groups.setdefault(pods.value.namespace or "", []).append(pods)
    return each(groups.items(), lambda group: _judge(cluster, *group))


def _judge(cluster: Cluster, namespace: str, group: list[Field[PodSet]]) -> Iterator[Finding]:
    loose = [pods for pods in group if not pods.value.host_network and not _selected(cluster, pods.value)]
    if not loose:
        return
    where = f"namespace {namespace}" if namespace else "pods without a namespace"
    first = loose[0]
    count = "" if len(loose) == 1 else f" and {len(loose) - 1} more"
    yield first.finding(
        f"{where}: every pod of the cluster reaches {first.value!r}{count}, no NetworkPolicy selects them",
        label="accepts connections from everywhere",
        also=tuple(pods.mark("likewise") for pods in loose[1:4]),
        value=namespace,
    )


def _selected(cluster: Cluster, pods: PodSet) -> bool:
    return bool(cluster.policies_selecting(pods.namespace, dict(pods.labels), "Ingress"))


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata:
  name: db  #! HH-NET-301
  namespace: shop
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: postgres:17.2
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: []
""",
        good="""
apiVersion: apps/v1
kind: Deployment
metadata:
  name: db
  namespace: shop
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: postgres:17.2
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
""",
    ),
]
