"""Pod takes a port of its node.

What it checks: containers with a `hostPort` in Kubernetes. Pods in the host's network are reported by host-network
instead; database, administration and SSH ports by their own rules.

Why it matters: the port is open on every node that runs the pod, past Services and often past NetworkPolicies, and
only one such pod fits on a node.

How to fix: use a Service, and an Ingress or a load balancer in front of it.

When it is fine: ingress controllers and node agents.

References: https://kubernetes.io/docs/concepts/security/pod-security-standards/
https://kubernetes.io/docs/concepts/configuration/overview/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, drop
from hardhull.rules.ports import is_public, reported_elsewhere
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-006",
    "host-port",
    dimension=NETWORK,
    severity=MEDIUM,
    tags=["pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0024", "checkov:CKV_K8S_26"],
    about=["ports", "network_mode"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such port."""
    if workload.runtime != "kubernetes" or workload.network_mode.value == "host":
        return
    for item in known_first(workload.ports):
        port = item.value
        if port.host and not reported_elsewhere(workload, port):
            yield item.finding(
                f"{workload.subject} takes port {port.host} of every node it runs on",
                label="a port of the node",
                value=port.host,
                severity=None if is_public(workload, port) else LOW,
                fix=drop(
                    workload.ports,
                    [item],
                    "take no port of the node",
                    risk=NEEDS_PROOF,
                    mitigation="reach it through a Service (NodePort, LoadBalancer) or an Ingress instead",
                ),
            )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      ports:
        - containerPort: 8080
          hostPort: 8080  #! HH-NET-006
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      ports:
        - containerPort: 8080
""",
    ),
]
