"""Addresses for a new network that nothing on the machine uses yet."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

POOLS: Final = ("172.30.0.0/16", "172.29.0.0/16", "172.28.0.0/16", "192.168.240.0/20", "10.213.0.0/16")
"""Where they are looked for: parts of the private addresses (RFC 1918) that engines give away last."""
PREFIX: Final = 24
"""Of a network: 253 containers, and small enough for many networks."""


def free(networks: Sequence[Mapping[str, Any]], routes: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """Subnets that meet neither a network of the engine nor a route of the host, one after the other.

    Args:
        networks: ``GET /networks``.
        routes: of the host, as :func:`hardhull.hosts.routes.routes_of` reads them.
    """
    used = [*_subnets(networks), *routes]
    for pool in POOLS:
        for each in IPv4Network(pool).subnets(new_prefix=PREFIX):
            if not any(each.overlaps(one) for one in used):
                yield each


def _subnets(networks: Sequence[Mapping[str, Any]]) -> Iterator[IPv4Network]:
    for network in networks:
        for config in (network.get("IPAM") or {}).get("Config") or ():
            found = ip_network(config["Subnet"], strict=False) if config.get("Subnet") else None
            if isinstance(found, IPv4Network):
                yield found
