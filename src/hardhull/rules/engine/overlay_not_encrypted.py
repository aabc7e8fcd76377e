"""Overlay network sends containers' traffic as it is.

What it checks: overlay networks of the swarm without the option `encrypted`; of `ingress`, which brings requests to
published ports, it is said at a lower severity.

Why it matters: what containers of one network say to each other goes between machines in plain packets. Whoever is in
the network between them reads and changes it.

How to fix: `docker network create --driver overlay --opt encrypted NAME`, and move the services there: the option
cannot be changed afterwards. It costs throughput: measure it.

When it is fine: machines that are connected by an encrypted network anyway; services that speak TLS with each other.

References: https://docs.docker.com/engine/network/drivers/overlay/#encrypt-traffic-on-an-overlay-network
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-110",
    "overlay-not-encrypted",
    dimension=NETWORK,
    severity=MEDIUM,
    cis=["docker-1.6:7.3", "docker-1.8:7.3"],
    tags=["cis"],
    needs=["overlays"],
    by_hand="the network has to be made again, and its services moved",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields each such network."""
    for item in known_first(engine.overlays):
        name, encrypted = item.value
        if not encrypted:
            yield item.finding(
                f"the overlay network {name} is not encrypted between machines",
                label="no `encrypted`",
                value=name,
                severity=LOW if name == "ingress" else None,
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "29.10.1"},
  "GET /info": {
   "Swarm": {
    "LocalNodeState": "active",
    "ControlAvailable": true,
    "RemoteManagers": [{"Addr": "192.0.2.5:2377"}]
   }
  },
  "GET /networks": [
   {"Name": "shop", "Driver": "overlay", "Options": {}}  #! HH-NET-110
  ]
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "29.10.1"},
  "GET /info": {
   "Swarm": {
    "LocalNodeState": "active",
    "ControlAvailable": true,
    "RemoteManagers": [{"Addr": "192.0.2.5:2377"}]
   }
  },
  "GET /networks": [
   {"Name": "shop", "Driver": "overlay", "Options": {"encrypted": ""}}
  ]
 }
}
""",
    ),
]
