"""Containers run in another control group.

What it checks: an engine with a `cgroup-parent` of its own.

Why it matters: containers then share the limits of that group, or have none, if nobody has set any there; tools that
look for them under the usual name see nothing.

How to fix: remove the setting, or make sure that the group exists and carries the limits that are meant for
containers.

When it is fine: hosts where the group was made for this (a slice with limits for all containers).

References: https://docs.docker.com/reference/cli/dockerd/#default-cgroup-parent
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import INFO, LIMITS, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-LIM-103",
    "cgroup-parent-changed",
    dimension=LIMITS,
    severity=INFO,
    cis=["docker-1.6:2.10", "docker-1.8:2.11"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if engine.cgroup_parent.value not in {"", "/docker", "docker", "system.slice"}:
        yield engine.cgroup_parent.finding(
            f"all containers share the control group {engine.cgroup_parent.value}",
            label="are limits set there?",
            fix=set_value(
                engine.cgroup_parent,
                "",
                "let the engine choose the control group again",
                risk=NEEDS_PROOF,
                mitigation="look for limits of that group first, and give them to the containers",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "live-restore": true,
  "cgroup-parent": "/special"  #! HH-LIM-103
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
]
