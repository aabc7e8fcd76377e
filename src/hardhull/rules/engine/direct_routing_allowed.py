"""Unpublished ports are reachable from other machines.

What it checks: an engine with `allow-direct-routing`, which accepts packets to the addresses of containers from
outside the host (engine 28.2 and later).

Why it matters: every port of every container is then open to machines that route to the bridge network, whether it is
published or not.

How to fix: remove the setting and publish the ports that are meant for others.

When it is fine: container networks that are routed on purpose, with a firewall in front of them.

References: https://docs.docker.com/engine/network/packet-filtering-firewalls/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-107",
    "direct-routing-allowed",
    dimension=NETWORK,
    severity=MEDIUM,
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the switch."""
    if engine.allow_direct_routing.value:
        yield engine.allow_direct_routing.finding(
            "other machines reach ports of containers that are not published",
            label="no filter for routed packets",
            fix=set_value(
                engine.allow_direct_routing,
                False,
                "keep packets that are routed to containers out",
                risk=NEEDS_PROOF,
                mitigation="publish the ports that other machines use",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "live-restore": true,
  "allow-direct-routing": true  #! HH-NET-107
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
]
