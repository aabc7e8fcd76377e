"""Containers stop when the engine stops.

What it checks: an engine without `"live-restore": true`.

Why it matters: every restart of the engine, also one for a security update of it, stops all containers. So updates
are put off.

How to fix: set `"live-restore": true`; a reload (`systemctl reload docker`) is enough. Published ports are closed for
about a second while the engine restarts.

When it is fine: nodes of a swarm, which refuse the setting, and hosts that are replaced instead of updated.

References: https://docs.docker.com/engine/daemon/live-restore/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.engine_reload import interrupts
from hardhull.rules.fix import SAFE, SetTo, change
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-104",
    "live-restore-off",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:2.15", "docker-1.8:2.16"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if not engine.live_restore.value:
        yield engine.live_restore.finding(
            "all containers stop whenever the engine restarts",
            label="live-restore is off" if engine.live_restore.written else "live-restore is not set",
            fix=change(
                "keep containers running while the engine restarts (not on nodes of a swarm, which refuse it)",
                SetTo("live_restore", True),
                risk=SAFE,
                interrupts=interrupts("live_restore"),
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{  #! HH-MON-104
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "live-restore": true
}
""",
    ),
]
