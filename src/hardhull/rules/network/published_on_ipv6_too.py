"""Port is published on all IPv6 addresses for a container that has none.

What it checks: TCP ports that are published on `::`, of containers without an IPv6 address, where a connection to
`[::1]` of the host was accepted.

Why it matters: `8080:80` means both families. Rules written for IPv4 do not see these connections, and the proxy that
passes them on hides who asks: the container sees the bridge's address, so that its own limits by address do nothing.

How to fix: write the address: `0.0.0.0:8080:80` or better the one that needs it; or give the network IPv6
(`enable_ipv6`), so that the container sees who asks.

When it is fine: a host without IPv6 beyond itself.

References: https://docs.docker.com/engine/network/port-publishing/
https://docs.docker.com/engine/daemon/ipv6/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import HOST
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.network import EngineNetworks
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-705",
    "published-on-ipv6-too",
    dimension=NETWORK,
    severity=LOW,
    by_hand="the port has to be published anew, by what started the container",
)
def check(networks: EngineNetworks, _policy: Policy) -> Iterator[Finding]:
    """Yields each port."""
    reached = {
        (one.target, one.port): item
        for item in known_first(networks.reach)
        if (one := item.value).open and one.source == HOST and one.address == "::1"
    }
    for item in known_first(networks.published):
        port = item.value
        proof = reached.get((port.target, port.port))
        if port.address == "::" and not port.has_ipv6 and proof is not None:
            yield item.finding(
                f"{port.target} is published on all IPv6 addresses too ({port.shown}), and has none itself",
                label="the proxy hides who asks",
                also=(proof.mark("tried from the host"),),
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
   {"name": "web", "in": "web", "/proc/41/net/tcp": ["0.0.0.0:80"], "GET /containers/1/json": {
    "Networks": {"shop": {"IPAddress": "172.18.0.2"}},
    "Ports": {"80/tcp": [
     {"HostIp": "0.0.0.0", "HostPort": "8080"},
     {"HostIp": "::", "HostPort": "8080"}  #! HH-NET-705
    ]}
   }}
  ],
  "connections": [
   {"from": "the host", "run connect, in /proc/1/ns/net": ["[::1]:8080 web:80 open"]}
  ]
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
   {"name": "web", "in": "web", "/proc/41/net/tcp": ["0.0.0.0:80"], "GET /containers/1/json": {
    "Networks": {"shop": {"IPAddress": "172.18.0.2"}},
    "Ports": {"80/tcp": [
     {"HostIp": "0.0.0.0", "HostPort": "8080"}
    ]}
   }}
  ],
  "connections": [
   {"from": "the host", "run connect, in /proc/1/ns/net": ["127.0.0.1:8080 web:80 open"]}
  ]
 }
}
""",
    ),
]
