"""Swarm's managers start without a key.

What it checks: whether autolock is on: GET /info, Swarm.Cluster.Spec.EncryptionConfig.

Why it matters: the key to the swarm's secrets and to the traffic of its managers then lies readable on the disk of
every manager. Whoever copies the disk or a backup has all secrets.

How to fix: `docker swarm update --autolock=true`, keep the key that it prints where the machines are not, and rotate it
with `docker swarm unlock-key --rotate`.

When it is fine: disks that are encrypted with a key of their own, where managers must start unattended.

References: https://docs.docker.com/engine/swarm/swarm_manager_locking/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-107",
    "swarm-managers-unlocked",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:7.5", "docker-1.8:7.5"],
    tags=["cis"],
    needs=["swarm_autolock"],
    by_hand="somebody has to keep the key",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if engine.swarm_autolock.value is False:
        yield engine.swarm_autolock.finding(
            "the keys of the swarm lie readable on the disks of its managers", label="autolock is off"
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
    "Cluster": {"Spec": {
     "EncryptionConfig": {"AutoLockManagers": false}  #! HH-PRV-107
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
     "EncryptionConfig": {"AutoLockManagers": true}
    }},
    "RemoteManagers": [{"Addr": "192.0.2.5:2377"}]
   }
  }
 }
}
""",
    ),
]
