"""Memory limit has nothing to do with what recorded runs needed.

What it checks: where runs of the workload were recorded: a limit of more than ten times the peak, or one below it.
That there is none is said by memory-limit-missing, which then tells the peak as well.

Why it matters: a limit far above the need stops a leak only when the host suffers already. One below the peak has the
kernel kill the process as soon as it does what it did in the recording.

How to fix: twice the peak, in steps of 16 MiB: one recording of a quiet server is half of another one.

When it is fine: for load that the recorded runs did not have. Record that as well.

References: https://docs.docker.com/engine/containers/resource_constraints/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.kept_examples import recorded
from hardhull.rules.needs import proposed_memory
from hardhull.rules.observed import learned
from hardhull.rules.observed_fixes import memory, shown
from hardhull.rules.rule import HIGH, LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


FAR = 10
"""Times the peak above which a limit is far away."""


@rule(
    "HH-LIM-501",
    "memory-limit-far-from-peak",
    dimension=LIMITS,
    severity=LOW,
    checklist=[10],
    needs=["profile"],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields the limit, or its absence."""
    found = learned(workload)
    peak = found.profile.peaks.memory_bytes if found is not None else None
    if found is None or not peak:
        return
    limit = workload.memory.value or 0
    size, basis = proposed_memory(workload, policy.max_memory)
    if limit == size:
        return
    if 0 < limit < peak:
        label, severity = "below the peak: it would be killed", HIGH
    elif limit > FAR * peak:
        label, severity = f"{limit / peak:.0f} times the peak", LOW
    else:
        return
    yield workload.memory.finding(
        f"{workload.subject} may use {shown(limit)} of memory and needed {shown(peak)} at most {found.runs}",
        label=label,
        severity=severity,
        confidence=found.confidence,
        fix=memory(workload, size, basis),
    ).with_evidence(found.saw("memory peak", [shown(peak)]))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    mem_limit: 2g  #! HH-LIM-501
    memswap_limit: 2g
"""
        + recorded("compose.yaml", memory_bytes=14_000_000),
        good="""
services:
  web:
    image: shop:1
    mem_limit: 32m
    memswap_limit: 32m
"""
        + recorded("compose.yaml", memory_bytes=14_000_000),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --memory=64m shop:1  #! HH-LIM-501
"""
        + recorded("run.sh", "docker run web", memory_bytes=180_000_000),
        good="""
docker run -d --name web --memory=352m --memory-swap=352m shop:1
"""
        + recorded("run.sh", "docker run web", memory_bytes=180_000_000),
    ),
]
