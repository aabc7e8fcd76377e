"""Memory limit leaves the same amount of swap.

What it checks: a memory limit without a swap limit (`memswap_limit`, `--memory-swap`), or with unlimited swap. The
swap limit counts memory and swap together.

Why it matters: without it the container may use as much swap again as it has memory: at its limit it does not stop,
it makes the host's disk busy and everybody slow.

How to fix: set `memswap_limit` to the same value as the memory limit: then it uses no swap.

When it is fine: hosts without swap.

References: https://docs.docker.com/engine/containers/resource_constraints/#--memory-swap-details
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.questions import MIB, throwaway
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _fix(workload: Workload, memory: int) -> Fix:
    """As much for memory and swap together as for memory alone: no swap."""
    return set_value(
        workload.memory_swap,
        memory,
        "give it no swap beyond its memory",
        risk=NEEDS_PROOF,
        mitigation="load-test it: what was swapped out so far counts against its memory now",
    )


@rule(
    "HH-LIM-201",
    "memory-without-swap-limit",
    dimension=LIMITS,
    severity=LOW,
    checklist=[10],
    tags=["hollow"],
    about=["memory", "memory_swap"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the memory limit, or the swap limit that is none."""
    swap, memory = workload.memory_swap.value, workload.memory.value
    if not memory or memory < 0 or throwaway(workload):
        return
    if swap is not None and swap < 0:
        yield workload.memory_swap.finding(
            f"{workload.subject} may use all swap of the host beyond its memory limit",
            label="unlimited swap",
            fix=_fix(workload, memory),
        )
    elif not swap:
        yield workload.memory.finding(
            f"{workload.subject} may use {memory // MIB} MiB of swap beyond its {memory // MIB} MiB of memory",
            label="no swap limit",
            value="no swap limit",
            fix=_fix(workload, memory),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m  #! HH-LIM-201
""",
        good="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
    memswap_limit: 256M
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
    memswap_limit: -1  #! HH-LIM-201
""",
        good="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
    memswap_limit: 256M
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --memory 256m nginx:1.27  #! HH-LIM-201
""",
        good="""
docker run -d --memory 256m --memory-swap 256m nginx:1.27
""",
    ),
]
