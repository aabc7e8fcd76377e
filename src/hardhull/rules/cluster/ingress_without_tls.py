"""Ingress serves plain HTTP.

What it checks: Ingresses without a `tls` entry and without an annotation that speaks of certificates or HTTPS.

Why it matters: passwords and cookies cross every network between the visitor and the cluster readable by all.

How to fix: a `tls` entry with the host names and the Secret of a certificate; cert-manager obtains and renews it.

When it is fine: where something in front of the ingress ends TLS (a load balancer with a certificate, a tunnel), or
the controller has a default certificate and redirects; the manifest cannot show that.

References: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.fix import advise
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.cluster_parts import Ingress
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ENCRYPTED = re.compile(
    r"tls|ssl|cert|lets.?encrypt|websecure|https|acme|frontendconfig|tailscale|cloudflare", re.IGNORECASE
)
"""Words in annotations that say that something ends TLS."""


@rule(
    "HH-NET-305",
    "ingress-without-tls",
    dimension=NETWORK,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    also=["polaris:tlsSettingsMissing"],
    by_hand="the certificate and its Secret have to exist, or an issuer that makes them",
)
def check(cluster: Cluster, _policy: Policy) -> Iterator[Finding]:
    """Yields every Ingress that nothing encrypts."""
    return each(cluster.ingresses.value, _judge)


def _judge(ingress: Field[Ingress]) -> Iterator[Finding]:
    record = ingress.value
    if record.tls or not record.hosts or ENCRYPTED.search(record.ingress_class or ""):
        return
    for annotation in record.annotations:
        if ENCRYPTED.search(" ".join(annotation.value)):
            return
    hosts = [host.get("") for host in record.hosts]
    if all(host.endswith(("localhost", ".local", ".test")) for host in hosts):
        return
    yield ingress.finding(
        f"{record!r} serves {hosts[0] or 'every host'} without TLS",
        label="no tls entry",
        value=repr(record),
        fix=advise("encrypt it", _advice(hosts, record.name)),
    )


def _advice(hosts: list[str], name: str) -> str:
    named = ", ".join(host for host in hosts if host)
    line = f"    - {{hosts: [{named}], secretName: {name}-tls}}" if named else f"    - secretName: {name}-tls"
    issuer = "metadata.annotations with cert-manager.io/cluster-issuer has cert-manager make the certificate"
    return f"spec:\n  tls:\n{line}\n{issuer}"


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web  #! HH-NET-305
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 8080}}}
""",
        good="""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  tls:
    - hosts: [shop.example.com]
      secretName: shop-tls
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 8080}}}
""",
    ),
]
