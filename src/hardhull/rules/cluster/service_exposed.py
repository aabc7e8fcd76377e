"""Service is reachable from outside of the cluster.

What it checks: Services of the type NodePort, and of the type LoadBalancer without `loadBalancerSourceRanges` and
without an annotation that makes the load balancer internal. Worse where the port is one of a database, a message
broker or an API of the cluster itself.

Why it matters: a NodePort is open on every address of every node, past the ingress with its TLS, its log-in and its
limits. A load balancer is open to the internet unless something says otherwise.

How to fix: make it ClusterIP and publish it through an ingress; or give the load balancer `loadBalancerSourceRanges`
or the cloud's annotation for internal ones.

When it is fine: the ingress controller's own Service, and clusters of one machine in a private network.

References: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.cluster_changes import InsideOnly
from hardhull.facts.cluster_parts import ServicePort
from hardhull.model.change import Instruct
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Service
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

PRIVATE = {
    "1433": "SQL Server", "1521": "Oracle", "2375": "the Docker engine", "2379": "etcd", "3306": "MySQL",
    "5432": "PostgreSQL", "5672": "AMQP", "5984": "CouchDB", "6379": "Redis", "8086": "InfluxDB", "9042": "Cassandra",
    "9092": "Kafka", "9200": "Elasticsearch", "10250": "the kubelet", "11211": "Memcached", "27017": "MongoDB",
}  # fmt: skip
"""Ports of services that are not made for strangers."""
INTERNAL = re.compile(r"internal|private|load-balancer-type|lb-type|address-type|scheme|network-type", re.IGNORECASE)
IS_INTERNAL = re.compile(r"true|internal|intranet|private|0\.0\.0\.0/0", re.IGNORECASE)


@rule(
    "HH-NET-303",
    "service-exposed",
    dimension=NETWORK,
    severity=MEDIUM,
    also=["kube-linter:exposed-services", "kube-score:service-type"],
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields the type of every Service that is open to the outside."""
    return each(cluster.services.value, _judge)


def _judge(service: Field[Service]) -> Iterator[Finding]:
    record = service.value
    kind = record.type.value
    if kind == "NodePort":
        where = "on every node"
    elif kind == "LoadBalancer" and not record.source_ranges and not _internal(record):
        where = "through a load balancer that lets everyone in"
    else:
        return
    ports = [port.get(ServicePort("")) for port in record.ports]
    private = next(
        (name for port in ports for name in (PRIVATE.get(port.target) or PRIVATE.get(port.port),) if name), ""
    )
    yield record.type.finding(
        f"{record!r} is open {where}" + (f", and its port is that of {private}" if private else ""),
        label="reachable from outside of the cluster",
        also=(service.mark("this service"),),
        value=repr(record),
        severity=MEDIUM if private else LOW,
        fix=_fix(service, kind, private=bool(private)),
    )


def _fix(service: Field[Service], kind: str, *, private: bool) -> Fix:
    """What strangers have no business with is closed; what may be the way in for everybody is left to a person."""
    if not private:
        return advise(
            "publish it through an ingress, or name who may come",
            "spec:\n  loadBalancerSourceRanges: [192.0.2.0/24]   # the networks that may reach it"
            if kind == "LoadBalancer"
            else "take `type: NodePort` away once an Ingress or a Gateway leads to it",
        )
    return change(
        "make it reachable from inside of the cluster only",
        Instruct(InsideOnly(service.place)),
        risk=NEEDS_PROOF,
        mitigation="publish it through an ingress first, or name who may come with loadBalancerSourceRanges",
    )


def _internal(service: Service) -> bool:
    """Whether an annotation makes the load balancer internal; what cannot be read may be one."""
    return any(
        not each_.known or (INTERNAL.search(each_.value[0]) and IS_INTERNAL.search(each_.value[1]))
        for each_ in service.annotations
    )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Service
metadata:
  name: db
spec:
  type: NodePort  #! HH-NET-303
  selector: {app: db}
  ports:
    - port: 5432
""",
        good="""
apiVersion: v1
kind: Service
metadata:
  name: db
spec:
  selector: {app: db}
  ports:
    - port: 5432
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer  #! HH-NET-303
  selector: {app: web}
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
