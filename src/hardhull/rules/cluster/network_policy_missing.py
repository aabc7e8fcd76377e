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

from typing import TYPE_CHECKING, Any

from hardhull.facts.cluster import may_be_same
from hardhull.facts.cluster_changes import NewObject
from hardhull.model.change import Instruct
from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import PodSet
    from hardhull.model.change import Fix
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
        fix=_fix(cluster, namespace, first),
    )


def _fix(cluster: Cluster, namespace: str, first: Field[PodSet]) -> Fix:
    """A policy that denies, and those that let in; not where the cluster's own pods are, of which no manifest tells."""
    if namespace.startswith("kube-"):
        return advise(
            "let in only who uses it, by a policy for these pods alone",
            f"a policy for all of {namespace} would cut every pod of the cluster off from its name server: give one a "
            "podSelector with the labels of these pods",
        )
    return change(
        "deny incoming traffic but that of its Services",
        *(Instruct(NewObject(first.place, policy)) for policy in policies(cluster, namespace or None)),
        risk=NEEDS_PROOF,
        mitigation="list who calls from other namespaces and from the nodes (webhooks, metrics), and pods that an "
        "operator makes: what no Service of these manifests shows is refused",
        basis="the Services of these manifests",
    )


def policies(cluster: Cluster, namespace: str | None) -> Iterator[dict[str, Any]]:
    """One policy that denies, and one for each Service that lets its callers in at its ports."""
    taken = {policy.value.name for policy in cluster.network_policies.value}
    yield _policy(_free("default-deny", taken), namespace, {}, [])
    routed = any(may_be_same(namespace, one.value.namespace) for one in cluster.ingresses.value)
    for field in cluster.services.value:
        service = field.value
        if service.namespace != namespace or not service.selector:
            continue
        rule_: dict[str, Any] = {}
        if service.type.get("") in {"ClusterIP", "ExternalName"}:
            rule_["from"] = [{"namespaceSelector": {}} if routed else {"podSelector": {}}]
        ports = [port.value for port in service.ports if port.known]
        if ports:
            rule_["ports"] = [
                {
                    **({} if port.protocol == "tcp" else {"protocol": port.protocol.upper()}),
                    "port": int(target) if (target := port.target or port.port).isdecimal() else target,
                }
                for port in ports
            ]
        if rule_:
            yield _policy(_free(f"to-{service.name}", taken), namespace, dict(service.selector), [rule_])


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "-2"
    taken.add(name)
    return name


def _policy(name: str, namespace: str | None, labels: dict[str, str], rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "spec": {
            "podSelector": {"matchLabels": labels} if labels else {},
            "policyTypes": ["Ingress"],
            **({"ingress": rules} if rules else {}),
        },
    }


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
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: []
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Ingress
""",
    ),
]
