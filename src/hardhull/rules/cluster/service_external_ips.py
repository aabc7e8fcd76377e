"""Service claims addresses of the outside.

What it checks: Services with `externalIPs`.

Why it matters: every node takes traffic to these addresses and sends it to the Service's pods. Whoever may create
Services can thereby catch the traffic of pods to any address (CVE-2020-8554); nothing checks that the address belongs
to the cluster. New Kubernetes versions deprecate the field.

How to fix: use a load balancer (on bare metal MetalLB) or an ingress, and switch on the admission plugin
DenyServiceExternalIPs.

When it is fine: bare-metal clusters of a single team, whose nodes really have these addresses.

References: https://kubernetes.io/docs/concepts/services-networking/service/#external-ips
https://github.com/kubernetes/kubernetes/issues/97076
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_changes import TakeOut
from hardhull.model.change import Instruct
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Service
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule("HH-NET-304", "service-external-ips", dimension=NETWORK, severity=MEDIUM, also=["trivy:KSV-0108"])
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the first address of every such Service."""
    return each(cluster.services.value, _judge)


def _judge(service: Field[Service]) -> Iterator[Finding]:
    record = service.value
    if record.external_ips:
        first = record.external_ips[0]
        yield first.finding(
            f"{record!r} takes the traffic to {first.value} on every node",
            label="nothing checks whose address this is",
            also=(service.mark("this service"),),
            value=repr(record),
            fix=change(
                "claim no addresses of the outside",
                Instruct(TakeOut(service.place, ("spec", "externalIPs"))),
                risk=NEEDS_PROOF,
                mitigation="publish it through a load balancer or an ingress first, and move the clients there",
            ),
        )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  externalIPs:
    - 192.0.2.10  #! HH-NET-304
  ports:
    - port: 443
""",
        good="""
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - port: 443
""",
    ),
]
