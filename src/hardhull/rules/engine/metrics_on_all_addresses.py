"""Engine publishes its metrics on all addresses.

What it checks: a `metrics-addr` that is not bound to one address of the host.

Why it matters: the metrics need no password. They tell everybody who reaches the port how many containers run, what
they do, and which version the engine has.

How to fix: bind it to 127.0.0.1 or to the address of the monitoring network: `"metrics-addr": "127.0.0.1:9323"`.

When it is fine: hosts whose firewall lets only the monitoring system in.

References: https://docs.docker.com/engine/daemon/prometheus/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-104",
    "metrics-on-all-addresses",
    dimension=NETWORK,
    severity=LOW,
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the address."""
    address = engine.metrics_addr.value
    if address and address.rpartition(":")[0] in {"", "0.0.0.0", "[::]", "*"}:
        yield engine.metrics_addr.finding(
            f"the engine's metrics are open to everybody who reaches {address}",
            label="all addresses",
            fix=set_value(
                engine.metrics_addr,
                f"127.0.0.1:{address.rpartition(':')[2]}",
                "offer metrics to this host only",
                risk=NEEDS_PROOF,
                mitigation="let the monitoring system ask through an agent on the host, or write the host's address in"
                " its network instead",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "metrics-addr": "0.0.0.0:9323"  #! HH-NET-104
}
""",
        good="""
{
  "metrics-addr": "127.0.0.1:9323"
}
""",
    ),
]
