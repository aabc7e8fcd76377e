"""Containers see the control groups of the host by default.

What it checks: an engine with `"default-cgroupns-mode": "host"`.

Why it matters: a container then sees the names of all other containers and services, and an attacker who can write to
a control group of the host (as root with SYS_ADMIN) has a known way out.

How to fix: remove the setting; with cgroup v2 the default is `private`.

When it is fine: monitoring hosts; there single containers can be given `--cgroupns host`.

References: https://docs.docker.com/reference/cli/dockerd/
https://docs.docker.com/reference/cli/docker/container/run/#cgroupns
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.engine_reload import interrupts
from hardhull.rules.fix import NEEDS_PROOF, SetTo, change
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-104",
    "host-cgroup-namespace-by-default",
    dimension=PRIVILEGE,
    severity=MEDIUM,
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if engine.default_cgroupns_mode.value == "host":
        yield engine.default_cgroupns_mode.finding(
            "containers see the control groups of the host unless they say otherwise",
            label="shared with the host",
            fix=change(
                "give each container a control group namespace of its own",
                SetTo("default_cgroupns_mode", "private"),
                risk=NEEDS_PROOF,
                mitigation="start monitoring agents with --cgroupns host",
                interrupts=interrupts("default_cgroupns_mode"),
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "default-cgroupns-mode": "host"  #! HH-PRV-104
}
""",
        good="""
{
  "default-cgroupns-mode": "private"
}
""",
    ),
]
