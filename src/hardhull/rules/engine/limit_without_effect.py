"""Limit of containers has no effect on this machine.

What it checks: limits of memory, memory and swap, processes and processors: what `GET /info` says of the kernel, and,
where `hardhull prove engine` was run, what loads in throwaway containers have shown.

Why it matters: the engine takes the setting, files and `docker inspect` show it, and one container can still take all
that the machine has. Without swap accounting a memory limit leaves as much swap again.

How to fix: switch the kernel's control groups on: `cgroup_enable=memory swapaccount=1` on its command line, or a newer
kernel with cgroup v2; then run `hardhull prove engine` again.

When it is fine: a machine without swap, for the limit of swap; machines with one container.

References: https://docs.docker.com/engine/install/troubleshoot/#kernel-cgroup-swap-limit-capabilities
https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.limits import NOTHING, REFUSED
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LIMITS, LOW, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

COUNTED = {"memory": MEDIUM, "memory_swap": LOW, "pids": MEDIUM, "cpus": MEDIUM}
"""Limits that every container should have, and how bad it is without."""


@rule(
    "HH-LIM-110",
    "limit-without-effect",
    dimension=LIMITS,
    severity=MEDIUM,
    tags=["hollow"],
    about=["limits"],
    by_hand="the kernel has to be started with other parameters",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields each one."""
    for item in known_first(engine.limits):
        limit = item.value
        if limit.setting in COUNTED and limit.verdict in {NOTHING, REFUSED}:
            name = limit.setting.replace("_", " and ")
            why = limit.why or limit.seen
            yield item.finding(
                f"a limit of {name} does nothing here" + (f": {why}" if why else ""),
                label=limit.kernel or "tried by a load",
                value=limit.setting,
                severity=COUNTED[limit.setting],
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "28.5.2"},
  "GET /info": {
   "MemoryLimit": true,
   "SwapLimit": false  #! HH-LIM-110
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "28.5.2"},
  "GET /info": {
   "MemoryLimit": true,
   "SwapLimit": true
  }
 }
}
""",
    ),
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "28.5.2"},
  "GET /info": {"PidsLimit": true},
  "/var/lib/hardhull/limits.json": {
   "limits": [
    {"setting": "pids", "verdict": "nothing", "seen": "128 started", "kernel": "", "why": ""}  #! HH-LIM-110
   ]
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "28.5.2"},
  "GET /info": {"PidsLimit": true},
  "/var/lib/hardhull/limits.json": {
   "limits": [
    {"setting": "pids", "verdict": "kept", "seen": "128: blocked", "kernel": "", "why": ""}
   ]
  }
 }
}
""",
    ),
]
