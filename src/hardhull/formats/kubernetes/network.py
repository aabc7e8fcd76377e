"""Network policies, services and ingresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster_parts import Ingress, IngressTls, NetworkPolicy, Peers, Service, ServicePort
from hardhull.formats.kubernetes.selectors import located, plain_pairs, selector, words
from hardhull.formats.kubernetes.values import integer, text, text_or_integer, texts
from hardhull.model.field import Field, NotKnownError

if TYPE_CHECKING:
    from hardhull.facts.fact import Items
    from hardhull.formats.kubernetes.block import Block
    from hardhull.formats.kubernetes.manifest import Manifest


def network_policy(manifest: Manifest) -> NetworkPolicy:
    """A NetworkPolicy.

    Raises:
        NotKnownError: it has no spec, or its policyTypes cannot be read, so that nothing can be said of it.
    """
    spec = manifest.block.block("spec")
    if spec is None or spec.why is not None:
        raise NotKnownError("spec", (spec.why if spec is not None else None) or "it has no spec")
    ingress = located(spec, "ingress", lambda block: _peers(block, "from"))
    egress = located(spec, "egress", lambda block: _peers(block, "to"))
    types = spec.get("policyTypes", texts) or (("Ingress", "Egress") if egress else ("Ingress",))
    pods = selector(spec.block("podSelector"))
    return NetworkPolicy(manifest.namespace_name, manifest.name, pods, frozenset(types), ingress, egress)


def _peers(block: Block, key: str) -> Peers:
    if block.why is not None:
        raise NotKnownError(key, block.why)
    peers, ports = list(block.blocks(key)), block.sequence("ports")
    blocks = []
    for peer in peers:
        addresses = peer.block("ipBlock")
        cidr = addresses.get("cidr", text) if addresses is not None else None
        if cidr:
            blocks.append(cidr)
    return Peers(not peers, not ports, tuple(blocks), len(peers) - len(blocks))


def service(manifest: Manifest) -> Service:
    """A Service. Without a spec it is one with Kubernetes' defaults and no selector."""
    spec = manifest.block.block("spec")
    annotations = _annotations(manifest)
    if spec is None:
        kind = Field("type", "ClusterIP", manifest.place, written=False)
        return Service(manifest.namespace_name, manifest.name, kind, annotations=annotations)
    kind = spec.field("type", "type", text) or Field("type", "ClusterIP", manifest.place, written=False)
    return Service(
        manifest.namespace_name,
        manifest.name,
        kind,
        () if spec.why is not None else plain_pairs(spec.block("selector")),
        located(spec, "ports", _service_port),
        words(spec, "externalIPs"),
        words(spec, "loadBalancerSourceRanges"),
        annotations,
    )


def _service_port(block: Block) -> ServicePort:
    return ServicePort(
        str(block.get("port", integer) or ""),
        block.get("targetPort", text_or_integer) or "",
        str(block.get("nodePort", integer) or ""),
        (block.get("protocol", text) or "TCP").lower(),
    )


def ingress(manifest: Manifest) -> Ingress:
    """An Ingress of any API version; a default backend counts as a rule for every host."""
    spec = manifest.block.block("spec")
    annotations = _annotations(manifest)
    if spec is None:
        return Ingress(manifest.namespace_name, manifest.name, annotations=annotations)
    hosts: list[Field[str]] = []
    try:
        hosts += (
            block.field("host", "hosts", text) or Field("hosts", "", block.place) for block in spec.blocks("rules")
        )
    except NotKnownError as error:
        hosts.append(Field.unknown("hosts", spec.key_place("rules"), error.why, written=True))
    for key in ("defaultBackend", "backend"):
        if key in spec and not hosts:
            hosts.append(Field("hosts", "", spec.key_place(key)))
    chosen = spec.text("ingressClassName")
    return Ingress(
        manifest.namespace_name, manifest.name, tuple(hosts), located(spec, "tls", _tls), chosen, annotations
    )


def _host(rule: Block) -> Field[str]:
    return rule.field("host", "hosts", text) or Field("hosts", "", rule.place)


def _tls(block: Block) -> IngressTls:
    return IngressTls(block.get("hosts", texts) or (), block.get("secretName", text) or "")


def _annotations(manifest: Manifest) -> Items[tuple[str, str]]:
    field = manifest.metadata.pairs("annotations", "annotations") if manifest.metadata is not None else None
    return () if field is None else tuple(field.value) if field.known else (field,)
