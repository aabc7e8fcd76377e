"""Pod reaches and is reached by more than recorded runs needed.

What it checks: where runs of the workload were recorded: pods that no NetworkPolicy of these manifests restricts for
outgoing traffic, although the runs connected to nothing or to a few ports only.

Why it matters: a pod without a policy reaches every pod of the cluster, its API and the internet: whoever takes it over
goes on from there.

How to fix: a policy that lets in traffic to the ports that were listened on, and lets out traffic to the ports that
were connected to, and to the name servers. Addresses of a recording say nothing in a cluster, so the policy names none:
add who may talk to whom.

When it is fine: where a service mesh, or policies of the network plugin's own, restrict it.

References: https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.change import Make
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, is_loopback, learned, names
from hardhull.rules.observed_calls import OBJECTS, slug
from hardhull.rules.questions import is_minor_of_its_pod
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hardhull.facts.profile import Address
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.observed import Learned
    from hardhull.rules.policy import Policy


MOST = 8
"""A program that connects to more ports is a client of everything."""


@rule(
    "HH-NET-504",
    "pod-network-wider-than-needed",
    dimension=NETWORK,
    severity=LOW,
    checklist=[12],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the container, where nothing restricts its pod."""
    found = learned(workload)
    if found is None or workload.runtime != "kubernetes" or is_minor_of_its_pod(workload):
        return
    if not (found.sees("connects") and found.sees("listens")) or workload.network_mode.get(None) == "host":
        return
    cluster = workload.cluster.get(None)
    labels = dict(item.value for item in workload.pod_labels.value)
    if cluster is None or cluster.guarded("network"):
        return
    if cluster.policies_selecting(workload.namespace.get(None), labels, "Egress"):
        return
    out = sorted(
        {(one.protocol, one.port) for one in found.seen("connects") if _leads_out(one)},
        key=lambda end: (end[1], end[0]),
    )
    if len(out) > MOST:
        return
    said = [f"{port}/{protocol}" for protocol, port in out]
    yield workload.network_mode.finding(
        f"{workload.subject} may connect to everything, and connected to "
        f"{'port ' + names(said) if said else 'nothing'} {found.runs}",
        label="no NetworkPolicy for outgoing traffic",
        value="",
        confidence=found.confidence,
        fix=_fix(workload, found, labels, out),
    ).with_evidence(found.saw("ports connected to", said))


def _leads_out(one: Address) -> bool:
    return one.protocol in {"tcp", "udp"} and bool(one.port) and not is_loopback(one.address)


def _fix(workload: Workload, found: Learned, labels: dict[str, str], out: list[tuple[str, int]]) -> Fix:
    if not labels:
        return advise("give the pod labels, then a NetworkPolicy that selects them", "metadata.labels of the pod")
    namespace = workload.namespace.get(None)
    named = sorted(found.ports, key=lambda end: (end[1], end[0]))
    ways: list[dict[str, Any]] = [{"ports": [_port("udp", 53), _port("tcp", 53)]}]
    rest = [end for end in out if end[1] != 53]
    if rest:
        ways.append({"ports": [_port(*end) for end in rest]})
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": slug(workload), **({"namespace": namespace} if namespace else {})},
        "spec": {
            "podSelector": {"matchLabels": labels},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [_port(*end) for end in named]}] if named else [],
            "egress": ways,
        },
    }
    return change(
        "restrict its pod to the ports that were used, and the name servers",
        Make(f"{OBJECTS}/{slug(workload)}-network.yaml", policy),
        risk=NEEDS_PROOF,
        mitigation=f"{PROVE}; the other containers of the pod share its network: record them as well",
        basis=found.basis,
    )


def _port(protocol: str, port: int) -> dict[str, Any]:
    return {"protocol": protocol.upper(), "port": port}


POD = """
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app: web
spec:
  containers:
    - name: web{mark}
      image: shop:1
"""
RUN = recorded("manifest.yaml", "container web of Pod web", listens=(8080,), connects=("10.0.0.2:5432",))
EXAMPLES = [
    Example(
        "kubernetes",
        bad=POD.format(mark="  #! HH-NET-504") + RUN,
        good=POD.format(mark="")
        + RUN
        + """--- hardhull/kubernetes/web-network.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
  - Ingress
  - Egress
  ingress:
  - ports:
    - protocol: TCP
      port: 8080
  egress:
  - ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
  - ports:
    - protocol: TCP
      port: 5432
""",
    ),
]
