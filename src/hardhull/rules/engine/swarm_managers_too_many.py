"""Swarm has more managers than help it.

What it checks: the number of managers that the running engine tells: more than seven, or an even number.

Why it matters: every manager has the keys of the swarm and decides over all nodes. An even number survives the loss of
no more machines than one fewer; beyond seven agreement only gets slower.

How to fix: `docker node demote NODE` until three or five are left, on machines that run nothing else.

When it is fine: for the time of a move from one machine to another.

References: https://docs.docker.com/engine/swarm/admin_guide/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-111",
    "swarm-managers-too-many",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:7.1", "docker-1.8:7.1"],
    tags=["cis"],
    needs=["swarm_managers"],
    by_hand="which machines stay managers, only their owner knows",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the number."""
    count = engine.swarm_managers.value
    if count is not None and (count > MOST or count % 2 == 0):
        yield engine.swarm_managers.finding(
            f"the swarm has {count} managers", label="even" if count <= MOST else "more than agree quickly", value=""
        )


MOST = 7
"""Docker's own advice for the largest swarms."""


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
    "Managers": 4,  #! HH-MON-111
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
    "Managers": 3,
    "RemoteManagers": [{"Addr": "192.0.2.5:2377"}]
   }
  }
 }
}
""",
    ),
]
