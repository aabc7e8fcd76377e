"""Engine does not set up packet filtering.

What it checks: an engine that is told to leave iptables alone (`"iptables": false`; `"ip6tables": false` beside
`ipv6`).

Why it matters: the rules that keep networks apart, and that open only published ports, are then missing: containers
of different networks reach each other wherever the host forwards packets, and `icc` has no effect.

How to fix: remove the setting. Rules of your own belong in the chain `DOCKER-USER`, which the engine leaves alone.

When it is fine: hosts where another program makes the same rules, and somebody tests that it does.

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


MOVE = "move rules of your own into the chain"


@rule(
    "HH-NET-102",
    "iptables-disabled",
    dimension=NETWORK,
    severity=MEDIUM,
    cis=["docker-1.6:2.4", "docker-1.8:2.4"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the switch."""
    if engine.iptables.value is False:
        yield engine.iptables.finding(
            "the engine keeps no networks apart: it makes no iptables rules",
            label="no rules",
            fix=set_value(
                engine.iptables,
                True,
                "let the engine filter packets",
                risk=NEEDS_PROOF,
                mitigation=f"{MOVE} DOCKER-USER",
            ),
        )
    elif engine.ipv6.value and engine.ip6tables.value is False:
        yield engine.ip6tables.finding(
            "the engine keeps no IPv6 networks apart: it makes no ip6tables rules",
            label="no rules for IPv6",
            fix=set_value(
                engine.ip6tables,
                None,
                "let the engine filter IPv6 packets, as it does since 27.0",
                risk=NEEDS_PROOF,
                mitigation=f"{MOVE} DOCKER-USER of ip6tables; before 27.0 the engine needs ip6tables and experimental",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "iptables": false,  #! HH-NET-102
  "live-restore": true
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "ipv6": true,
  "ip6tables": false  #! HH-NET-102
}
""",
        good="""
{
  "ipv6": true
}
""",
    ),
]
