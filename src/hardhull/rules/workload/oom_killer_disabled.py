"""Container is kept from the kernel's memory killer.

What it checks: `oom_kill_disable` (`--oom-kill-disable`) and a negative `oom_score_adj`.

Why it matters: when memory runs out, the kernel then kills something else: other containers, the engine, a login.
Without a memory limit the whole host can hang. On hosts with cgroup v2 `oom_kill_disable` does nothing.

How to fix: remove it and give the container enough memory and a limit.

When it is fine: the one process that must survive on a host whose other containers all have limits; use a small
negative score there.

References: https://docs.docker.com/engine/containers/resource_constraints/#understand-the-risks-of-running-out-of-memory
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import back_to_default
from hardhull.rules.rule import HIGH, LIMITS, LOW, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


WATCH = "give it a memory limit that it never reaches, and a restart policy"


@rule(
    "HH-LIM-005",
    "oom-killer-disabled",
    dimension=LIMITS,
    severity=MEDIUM,
    about=["oom_kill_disable", "oom_score_adj"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each of the two settings."""
    if workload.oom_kill_disable.value:
        limited = (workload.memory.get(None) or 0) > 0
        yield workload.oom_kill_disable.finding(
            f"{workload.subject} is not stopped when memory runs out, something else is"
            + ("" if limited else ", and it has no memory limit"),
            label="the memory killer is off",
            severity=None if limited else HIGH,
            fix=back_to_default(workload.oom_kill_disable, "let the kernel stop it", WATCH, default=False),
        )
    score = workload.oom_score_adj.value
    if score is not None and score < 0:
        yield workload.oom_score_adj.finding(
            f"the kernel kills other processes rather than {workload.subject}",
            label="never chosen" if score <= -1000 else "chosen late",
            severity=MEDIUM if score <= -1000 else LOW,
            fix=back_to_default(workload.oom_score_adj, "let the kernel choose fairly", WATCH),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
    oom_kill_disable: true  #! HH-LIM-005
""",
        good="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    oom_score_adj: -1000  #! HH-LIM-005
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --oom-kill-disable nginx:1.27  #! HH-LIM-005
""",
        good="""
docker run -d nginx:1.27
""",
    ),
]
