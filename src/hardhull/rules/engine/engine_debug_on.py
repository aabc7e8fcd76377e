"""Engine runs in debug mode.

What it checks: an engine with `"debug": true` or the log level `debug` or `trace`.

Why it matters: debug mode opens profiling pages in the API, and the log then holds bodies of API calls, with
environment variables of containers.

How to fix: remove the setting; `"debug"` can be switched on for an hour with a reload.

When it is fine: while somebody looks for a fault.

References: https://docs.docker.com/reference/cli/dockerd/
https://docs.docker.com/engine/daemon/logs/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import SAFE, SetTo, change, set_value
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MORE = frozenset({"debug", "trace"})


@rule(
    "HH-MON-107",
    "engine-debug-on",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:2.3", "docker-1.8:2.3"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the switch."""
    level = engine.log_level
    if engine.debug.value:
        yield engine.debug.finding(
            "the engine runs in debug mode and logs API calls in full", label="debug", fix=_fix(level.get("info"))
        )
    elif level.value.lower() in MORE:
        fix = set_value(level, "info", "log what is usual", risk=SAFE)
        yield level.finding("the engine logs API calls in full", label="more than info", fix=fix)


def _fix(level: str) -> Fix:
    """Both switches go at once, since either one alone is enough."""
    changes = [SetTo("debug", False)]
    if level.lower() in MORE:
        changes.append(SetTo("log_level", "info"))
    return change("switch debug mode off", *changes, risk=SAFE)


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "debug": true,  #! HH-MON-107
  "live-restore": true
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
]
