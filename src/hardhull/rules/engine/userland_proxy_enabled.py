"""Published ports go through a proxy process.

What it checks: an engine with `userland-proxy` on, as it is unless switched off.

Why it matters: each published port is then also served by a docker-proxy process, which runs as root on the host.
Containers see the address of the bridge instead of that of the client, so logs and address filters are wrong, and
containers reach published ports of others through the gateway even with `icc` off.

How to fix: set `"userland-proxy": false`; the kernel then forwards the packets. Restart the engine.

When it is fine: hosts where something has to connect to published ports over ::1 or from one container to another
through the host.

References: https://docs.docker.com/engine/network/drivers/bridge/
https://docs.docker.com/reference/cli/dockerd/
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
    "HH-NET-105",
    "userland-proxy-enabled",
    dimension=NETWORK,
    severity=LOW,
    cis=["docker-1.6:2.16", "docker-1.8:2.17"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if engine.userland_proxy.value:
        yield engine.userland_proxy.finding(
            "published ports are served by proxy processes that run as root",
            label="userland-proxy is on" if engine.userland_proxy.written else "userland-proxy is not set to false",
            fix=set_value(
                engine.userland_proxy,
                False,
                "let the kernel forward published ports",
                risk=NEEDS_PROOF,
                mitigation="see that nothing connects to published ports over ::1, or from a container through the"
                " host's address",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{  #! HH-NET-105
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "userland-proxy": false
}
""",
    ),
]
