"""Published ports are open on all addresses by default.

What it checks: an engine that binds `-p 8080:80` to every address of the host, because neither `ip` (for the default
bridge) nor the network option `host_binding_ipv4` says otherwise.

Why it matters: people publish a port to try something and open it to the network. A host firewall does not help: the
engine opens published ports in front of it.

How to fix: set `"ip": "127.0.0.1"` and, for networks that users make, `"default-network-opts": {"bridge":
{"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}}`, and write the address where a port is meant for
others.

When it is fine: hosts whose only work is to serve the published ports.

References: https://docs.docker.com/engine/network/port-publishing/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import INFO, LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

OPTION = "bridge:com.docker.network.bridge.host_binding_ipv4"
ANY = frozenset({"", "0.0.0.0", "::"})


@rule(
    "HH-NET-106",
    "published-on-all-addresses",
    dimension=NETWORK,
    severity=INFO,
    tags=["advice"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    bound = engine.ip.value
    binding = dict(item.value for item in engine.default_network_opts.value).get(OPTION, "")
    if bound in ANY and binding in ANY:
        yield engine.ip.finding(
            "ports are published on all addresses unless a container says otherwise",
            label="all addresses" if engine.ip.written else "no ip is set",
            severity=LOW if engine.ip.written else None,
            fix=set_value(
                engine.ip,
                "127.0.0.1",
                "publish ports to this host only, unless a container says otherwise",
                risk=NEEDS_PROOF,
                mitigation="write the address where a port is meant for others (-p 203.0.113.5:443:443)",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "ip": "0.0.0.0"  #! HH-NET-106
}
""",
        good="""
{
  "ip": "127.0.0.1"
}
""",
    ),
]
