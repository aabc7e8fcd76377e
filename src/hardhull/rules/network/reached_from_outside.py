"""Port that is not published is reached from another machine.

What it checks: TCP connections from another machine to the containers' own addresses, as `hardhull prove network` tries
them: it puts a second machine (a network namespace with a wire) beside this one for a moment. Of ports that are
published other rules speak.

Why it matters: whoever is on the same network segment, and says so in one route, reaches every port of every container
as if it were published: databases, caches, admin pages.

How to fix: let the engine keep them out: `iptables -P FORWARD DROP` (an engine before 28 sets that only where it
switches forwarding on itself), and `"iptables": true` in daemon.json; or engine 28, which drops packets for containers
that come from outside. Where a rule in FORWARD accepts before the engine's, put it behind DOCKER-USER.

When it is fine: container networks that are routed on purpose, with a firewall in front of them.

References: https://docs.docker.com/engine/network/packet-filtering-firewalls/
https://docs.docker.com/engine/network/port-publishing/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import OUTSIDE, OWN
from hardhull.rules.questions import known_first
from hardhull.rules.rule import HIGH, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.network import EngineNetworks
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-706",
    "reached-from-outside",
    dimension=NETWORK,
    severity=HIGH,
    checklist=[12],
    by_hand="the packet filter of the host has to be changed",
)
def check(networks: EngineNetworks, _policy: Policy) -> Iterator[Finding]:
    """Yields each port."""
    published = {(item.value.target, item.value.inner) for item in known_first(networks.published)}
    for item in known_first(networks.reach):
        one = item.value
        if one.source == OUTSIDE and one.open and one.way == OWN and (one.target, one.inner) not in published:
            yield item.finding(
                f"another machine reaches port {one.inner} of {one.target} at {one.shown} by a route",
                label="a connection from there was accepted",
                value=f"{one.target} {one.inner} {':' in one.address}",
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
   {"name": "db", "in": "db", "GET /containers/1/json": {"Networks": {"shop": {"IPAddress": "172.18.0.2"}}}}
  ],
  "connections": [
   {"from": "another machine", "run connect, in /proc/41/ns/net": [
    "172.18.0.2:5432 db:5432 open"  #! HH-NET-706
   ]}
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
   {"name": "db", "in": "db", "GET /containers/1/json": {"Networks": {"shop": {"IPAddress": "172.18.0.2"}}}}
  ],
  "connections": [
   {"from": "another machine", "run connect, in /proc/41/ns/net": [
    "172.18.0.2:5432 db:5432 no answer"
   ]}
  ]
 }
}
""",
    ),
]
