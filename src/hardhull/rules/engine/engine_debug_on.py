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

from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


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
    if engine.debug.value:
        yield engine.debug.finding("the engine runs in debug mode and logs API calls in full", label="debug")
    elif engine.log_level.value.lower() in {"debug", "trace"}:
        yield engine.log_level.finding("the engine logs API calls in full", label="more than info")


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "debug": true  #! HH-MON-107
}
""",
        good="""
{
  "debug": false
}
""",
    ),
]
