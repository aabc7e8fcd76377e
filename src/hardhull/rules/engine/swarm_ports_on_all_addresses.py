"""Swarm's own ports are open on all addresses.

What it checks: the addresses of the TCP ports on which managers and nodes of a swarm speak with each other (2377 unless
told otherwise, and 7946), as the kernel has them.

Why it matters: managers take requests to join there. Other networks of the machine, perhaps the Internet, need not
reach them.

How to fix: make the swarm with `--listen-addr ADDRESS:2377` (`docker swarm init`, `docker swarm join`), or let the
host's packet filter accept these ports from other nodes only.

When it is fine: behind such a filter; a machine that has one network.

References: https://docs.docker.com/engine/swarm/swarm-tutorial/#open-protocols-and-ports-between-the-hosts
https://docs.docker.com/reference/cli/docker/swarm/init/#listen-addr
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-109",
    "swarm-ports-on-all-addresses",
    dimension=NETWORK,
    severity=LOW,
    cis=["docker-1.6:7.2", "docker-1.8:7.2"],
    tags=["cis"],
    needs=["swarm_ports"],
    by_hand="the swarm has to be made again, or the packet filter changed",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields each such port."""
    for item in known_first(engine.swarm_ports):
        address, _, port = item.value.removeprefix("tcp://").rpartition(":")
        if address in ALL:
            yield item.finding(
                f"port {port} of the swarm takes connections on all addresses", label="all addresses", value=port
            )


ALL = frozenset({"0.0.0.0", "[::]"})


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
  "/proc/412/cmdline": ["dockerd"],
  "/proc/412/fd": [
   {"address": "tcp://[::]:2377", "asks_for": "a client certificate"}  #! HH-NET-109
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
  "/proc/412/cmdline": ["dockerd"],
  "/proc/412/fd": [
   {"address": "tcp://192.0.2.5:2377", "asks_for": "a client certificate"}
  ]
 }
}
""",
    ),
]
