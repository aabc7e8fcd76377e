"""Containers on the default bridge can reach each other.

What it checks: an engine whose default bridge lets every container talk to every other (`icc`, on unless switched
off).

Why it matters: one container that is taken over reaches all ports of its neighbours, also those that are not
published: databases, caches and admin pages that trust their network.

How to fix: set `"icc": false` and put containers that belong together on a network of their own. The engine must be
restarted, and with `live-restore` the old setting stays for as long as any container runs, so stop them all once.
Networks that users make are not covered by the setting: there the option `com.docker.network.bridge.enable_icc` does
it.

When it is fine: engines without a default bridge (`"bridge": "none"`), and machines on which every container is on a
network of its own.

References: https://docs.docker.com/engine/network/drivers/bridge/
https://docs.docker.com/reference/cli/dockerd/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, SetTo, change
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-101",
    "icc-enabled",
    dimension=NETWORK,
    severity=MEDIUM,
    checklist=[12],
    cis=["docker-1.6:2.2", "docker-1.8:2.2"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if engine.icc.value and engine.bridge.value != "none":
        yield engine.icc.finding(
            "containers on the default bridge can reach all ports of each other",
            label="icc is on" if engine.icc.written else "icc is not set to false",
            fix=_fix(engine),
        )


def _fix(engine: Engine) -> Fix:
    """With packet filtering switched off the engine would refuse to start."""
    filters = [SetTo("iptables", True)] if engine.iptables.get(True) is False else []
    return change(
        "keep containers on the default bridge apart" + (", with packet filtering" if filters else ""),
        SetTo("icc", False),
        *filters,
        risk=NEEDS_PROOF,
        mitigation="find out which containers call each other over the default bridge and put those on a network of"
        " their own; stop all containers once, or live-restore keeps the old rule",
    )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "icc": true,  #! HH-NET-101
  "live-restore": true
}
""",
        good="""
{
  "icc": false,
  "live-restore": true
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{  #! HH-NET-101
  "live-restore": true
}
""",
        good="""
{
  "live-restore": true,
  "icc": false
}
""",
    ),
]
