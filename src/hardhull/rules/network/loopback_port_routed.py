"""Port published on loopback is reachable by a route to the container.

What it checks: TCP ports that are published on a loopback address of the host, where the packet filter lets packets
from every interface through to the container's own address and port, and the host forwards packets; or where
`hardhull prove network` got through from another machine.

Why it matters: `127.0.0.1:5432:5432` says that only this host shall reach it. A machine of the same network segment
needs no more than `ip route add 172.17.0.0/16 via HOST` to reach the container itself: the engine (before 28) opens the
port in FORWARD, for whoever asks.

How to fix: use engine 28 or newer, which drops such packets; or keep them out by
`iptables -I DOCKER-USER ! -i br-NAME -d 172.18.0.2 -j DROP`. A container that is used from one other container only
needs no published port at all: put both on one network.

When it is fine: a host whose network segment has no other machines, as most rented ones.

References: https://docs.docker.com/engine/network/port-publishing/
https://github.com/moby/moby/issues/45610
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from hardhull.facts.network import OWN
from hardhull.rules.questions import known_first
from hardhull.rules.reached import tried_outside
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.network import EngineNetworks
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-704",
    "loopback-port-routed",
    dimension=NETWORK,
    severity=MEDIUM,
    by_hand="the engine has to be newer, or a rule of the host's own has to be made to last",
)
def check(networks: EngineNetworks, _policy: Policy) -> Iterator[Finding]:
    """Yields each port."""
    tried = tried_outside(networks, OWN)
    for item in known_first(networks.published):
        port = item.value
        proof = tried.get((port.target, port.inner))
        seen = proof is not None and proof.value.open
        said = port.routed and not port.narrowed and proof is None
        if port.listens and (seen or said) and ip_address(port.address).is_loopback:
            yield item.finding(
                f"{port.target} publishes port {port.inner} for this host only, and routed packets reach it",
                label=f"from every interface: {port.routed or 'nothing keeps them out'}",
                also=(proof.mark("tried from another machine"),) if proof is not None else (),
                value=f"{port.target} {port.shown}",
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "db", "in": "db", "/proc/41/net/tcp": ["0.0.0.0:5432"], "GET /containers/1/json": {
    "Networks": {"shop": {"IPAddress": "172.18.0.2"}},
    "Ports": {"5432/tcp": [
     {"HostIp": "127.0.0.1", "HostPort": "5432"}  #! HH-NET-704
    ]}
   }}
  ],
  "run iptables -S": ["-A DOCKER -d 172.18.0.2/32 ! -i br-1 -o br-1 -p tcp -m tcp --dport 5432 -j ACCEPT"]
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "db", "in": "db", "/proc/41/net/tcp": ["0.0.0.0:5432"], "GET /containers/1/json": {
    "Networks": {"shop": {"IPAddress": "172.18.0.2"}},
    "Ports": {"5432/tcp": [
     {"HostIp": "127.0.0.1", "HostPort": "5432"}
    ]}
   }}
  ],
  "run iptables -S": ["-A DOCKER -d 172.18.0.2/32 ! -i br-1 -o br-1 -p tcp -m tcp --dport 5432 -j ACCEPT"],
  "run iptables -t raw -S": ["-A PREROUTING -d 172.18.0.2/32 ! -i br-1 -j DROP"]
 }
}
""",
    ),
]
