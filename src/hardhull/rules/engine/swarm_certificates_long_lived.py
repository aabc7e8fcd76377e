"""Swarm's nodes keep their certificates for long.

What it checks: for how long certificates of nodes are valid: GET /info, Swarm.Cluster.Spec.CAConfig; more than the 90
days that are usual.

Why it matters: a node's certificate that was copied is good for as long.

How to fix: `docker swarm update --cert-expiry 720h`; after a loss `docker swarm ca --rotate`.

When it is fine: never longer than the time in which a lost machine is noticed.

References: https://docs.docker.com/engine/swarm/how-swarm-mode-works/pki/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-111",
    "swarm-certificates-long-lived",
    dimension=NETWORK,
    severity=LOW,
    cis=["docker-1.6:7.7", "docker-1.8:7.7"],
    tags=["cis"],
    needs=["swarm_certificate_days"],
    by_hand="it is a setting of the running swarm",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the time."""
    days = engine.swarm_certificate_days.value
    if days is not None and days > USUAL:
        yield engine.swarm_certificate_days.finding(
            f"certificates of the swarm's nodes are valid for {days:.0f} days",
            label=f"more than {USUAL} days",
            value="",
        )


USUAL = 90
"""Swarm's own default."""


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
    "Cluster": {"Spec": {
     "CAConfig": {"NodeCertExpiry": 31536000000000000}  #! HH-NET-111
    }},
    "RemoteManagers": [{"Addr": "192.0.2.5:2377"}]
   }
  }
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
    "Cluster": {"Spec": {
     "CAConfig": {"NodeCertExpiry": 2592000000000000}
    }},
    "RemoteManagers": [{"Addr": "192.0.2.5:2377"}]
   }
  }
 }
}
""",
    ),
]
