"""Containers have no limits for open files and processes by default.

What it checks: an engine without `default-ulimits`.

Why it matters: containers inherit what the engine itself has, under systemd mostly unlimited: one container can use
up files and processes of the whole host.

How to fix: set for example `"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 4096}}` (the name
has to be inside, too) and give single containers more.

When it is fine: hosts where every container sets `ulimits` and a pids limit.

References: https://docs.docker.com/reference/cli/dockerd/#default-ulimits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Ulimit
from hardhull.rules.fix import NEEDS_PROOF, add
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-LIM-101",
    "default-ulimits-missing",
    dimension=LIMITS,
    severity=LOW,
    cis=["docker-1.6:2.8", "docker-1.8:2.9"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the absence."""
    if not engine.default_ulimits.value:
        yield engine.default_ulimits.finding(
            "containers may open as many files and start as many processes as the engine itself",
            label="no default-ulimits",
            fix=add(
                engine.default_ulimits,
                Ulimit("nofile", 1024, 4096),
                "give containers 1024 open files, up to 4096 on request",
                risk=NEEDS_PROOF,
                mitigation="give databases, proxies and the like ulimits of their own first",
                basis="what most programs were written for: 1024 is the kernel's own soft limit, 4096 its hard one",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{  #! HH-LIM-101
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "default-ulimits": {
    "nofile": {
      "Name": "nofile",
      "Soft": 1024,
      "Hard": 4096
    }
  }
}
""",
    ),
]
