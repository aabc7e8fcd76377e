"""Which connections are worth a try from a place: the ports of containers, at every address that may lead to them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.network import spelled
from hardhull.hosts.proc import lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.hosts.networks import End

ANY = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  what is read, not what is listened on
OUTWARD = 2
"""Addresses of the host, beside those of its bridges, at which a published port is tried."""


class Attempt(NamedTuple):
    """One connection.

    Attributes:
        address: where to.
        port: likewise.
        target: the container that should answer.
        inner: its own port.
    """

    address: str
    port: int
    target: str
    inner: int

    @property
    def shown(self) -> str:
        """``172.17.0.2:80``, ``[fd00::2]:80``."""
        return spelled(self.address, self.port)


def attempts_from(
    source: End, targets: Sequence[End], networks: Sequence[dict[str, Any]], addresses: Sequence[str]
) -> list[Attempt]:
    """What is tried from a namespace.

    Args:
        source: the namespace.
        targets: those of containers.
        networks: ``docker network inspect`` of all.
        addresses: of the host.
    """
    found: dict[tuple[str, int], Attempt] = {}
    doors = _doors(source, networks, addresses)
    for target in targets:
        if target.net == source.net:
            continue
        for one in (*_direct(target), *_through(target, doors, near=not source.answers)):
            found.setdefault((one.address, one.port), one)
    return list(found.values())


def attempts_outside(targets: Sequence[End], doors: Sequence[str]) -> list[Attempt]:
    """What is tried from another machine: the containers by a route, and their published ports at the engine's machine.

    Args:
        targets: namespaces of containers.
        doors: addresses of the engine's machine that the other one knows.
    """
    found: dict[tuple[str, int], Attempt] = {}
    for target in targets:
        for one in (*_direct(target), *_through(target, doors, near=False)):
            found.setdefault((one.address, one.port), one)
    return list(found.values())


def addresses_of(end: End) -> list[str]:
    """The addresses of a container in its networks."""
    settings = end.answers[0]["NetworkSettings"].get("Networks") or {} if end.answers else {}
    return [
        str(one[key]) for one in settings.values() for key in ("IPAddress", "GlobalIPv6Address") if one and one.get(key)
    ]


def _direct(target: End) -> Iterator[Attempt]:
    """Its listening ports at its own addresses."""
    for where in addresses_of(target):
        for port in sorted(_ports_at(target, where)):
            yield Attempt(where, port, target.name, port)


def _ports_at(target: End, where: str) -> set[int]:
    """Ports that listen at an address: what listens at [::] may take IPv4 as well, and only trying tells."""
    return {port for bound, port in target.listens if bound in {where, "::"} or (bound in ANY and ":" not in where)}


def _through(target: End, doors: Sequence[str], *, near: bool) -> Iterator[Attempt]:
    """Its published ports, at the host's addresses.

    Args:
        target: the container.
        doors: addresses of the host, as they are seen from the source.
        near: whether the source is the host, for which loopback is its own.
    """
    listening = {port for bound, port in target.listens if not ip_address(bound).is_loopback}
    for inner, host_ip, port in published(target.answers[0]):
        if inner not in listening:
            continue  # a proxy would take the connection although nobody is behind it
        for where in _places(host_ip, doors, near=near):
            yield Attempt(where, port, target.name, inner)


def published(answer: dict[str, Any]) -> Iterator[tuple[int, str, int]]:
    """The TCP ports that a container publishes: its own, the host's address, the host's."""
    for name, bindings in (answer["NetworkSettings"].get("Ports") or {}).items():
        number, _, protocol = name.partition("/")
        for one in bindings or ():
            if protocol == "tcp" and number.isdigit() and str(one.get("HostPort", "")).isdigit():
                yield int(number), str(one.get("HostIp") or ""), int(one["HostPort"])


def _places(host_ip: str, doors: Sequence[str], *, near: bool) -> list[str]:
    if host_ip not in ANY and not ip_address(host_ip).is_loopback:
        return [host_ip]
    family = ":" in host_ip
    loopback = (["::1"] if family else ["127.0.0.1"]) if near else []
    if host_ip not in ANY:
        loopback = [host_ip] if near else []
    return [*loopback, *(each for each in doors if (":" in each) is family)]


def _doors(source: End, networks: Sequence[dict[str, Any]], addresses: Sequence[str]) -> list[str]:
    """The host's addresses as the source knows them: the gateways of its networks, and those on no bridge."""
    gateways, subnets = dict[str, set[str]](), []
    for network in networks:
        for config in (network.get("IPAM") or {}).get("Config") or ():
            if config.get("Subnet"):
                subnets.append(ip_network(config["Subnet"], strict=False))
            if config.get("Gateway"):
                gateways.setdefault(network["Name"], set()).add(str(config["Gateway"]).partition("/")[0])
    own = list[str]()
    if source.answers:
        settings = source.answers[0]["NetworkSettings"].get("Networks") or {}
        for name, one in settings.items():
            known = gateways.get(name, set()) | ({str(one["Gateway"])} if one.get("Gateway") else set())
            own += sorted(each for each in known if each in addresses)
    outward = [each for each in addresses if not any(_inside(each, subnet) for subnet in subnets)]
    return [*dict.fromkeys(own), *outward[:OUTWARD]]


def _inside(address: str, subnet: Any) -> bool:
    return ip_address(address) in subnet


def host_addresses(pid: int | str) -> list[str]:
    """The addresses of the network that a process is in, without loopback and link-local ones."""
    found: dict[str, None] = {}
    last = ""
    for line in lines(f"/proc/{pid}/net/fib_trie"):
        words = line.split()
        if words[:1] == ["|--"]:
            last = words[1]
        elif words[:3] == ["/32", "host", "LOCAL"]:
            found[last] = None
    for line in lines(f"/proc/{pid}/net/if_inet6"):
        digits = line.split()[0]
        found[str(ip_address(bytes.fromhex(digits)))] = None
    return [each for each in found if not ip_address(each).is_loopback and not ip_address(each).is_link_local]
