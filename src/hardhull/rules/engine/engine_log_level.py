"""Engine logs less than it should.

What it checks: an engine whose `log-level` is `warn`, `error` or `fatal`.

Why it matters: starts and stops of containers, pulls and failed logins are then missing from the log of the engine,
and with them the trace of an attack.

How to fix: remove the setting; the default is `info`.

When it is fine: hosts where the events of the engine are recorded in another way.

References: https://docs.docker.com/reference/cli/dockerd/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import SAFE, set_value
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-106",
    "engine-log-level",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:2.3", "docker-1.8:2.3"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the level."""
    if engine.log_level.value.lower() in {"warn", "error", "fatal", "panic"}:
        yield engine.log_level.finding(
            f"the engine's log leaves out what is below {engine.log_level.value}",
            label="less than info",
            fix=set_value(engine.log_level, "info", "log what is usual", risk=SAFE),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "live-restore": true,
  "log-level": "error"  #! HH-MON-106
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
]
