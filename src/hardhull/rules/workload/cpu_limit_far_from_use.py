"""CPU limit has nothing to do with what recorded runs used.

What it checks: where runs of the workload were recorded: a limit of more than ten times the processors that the busiest
run used on average, or one below that average.

Why it matters: a limit far above the use keeps a process that was taken over (the miner is the usual one) from nothing.
One below the average slows down what the recording did.

How to fix: four times the average, at least half a processor: starts and bursts need more than the average.

When it is fine: for load that the recorded runs did not have. Record that as well.

References: https://docs.docker.com/engine/containers/resource_constraints/#cpu
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import learned
from hardhull.rules.observed_fixes import average, processors_for
from hardhull.rules.rule import LIMITS, LOW, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


FAR = 10
"""Times the average above which a limit is far away."""


@rule(
    "HH-LIM-503",
    "cpu-limit-far-from-use",
    dimension=LIMITS,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[10],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the limit."""
    found = learned(workload)
    used = average(found) if found is not None else None
    limit = workload.cpus.value or 0
    if found is None or used is None or limit <= 0:
        return
    cpus = processors_for(found) or limit
    below = limit < used
    if limit == cpus or not (below or limit > max(1, FAR * used)):
        return
    yield workload.cpus.finding(
        f"{workload.subject} may use {limit:g} processors and used {used:.2g} on average {found.runs}",
        label="below the average: it would be slowed down" if below else "far above",
        severity=MEDIUM if below else None,
        confidence=min(found.confidence, Confidence.MEDIUM),
        fix=set_value(
            workload.cpus,
            cpus,
            f"limit it to {cpus:g} processor{'' if cpus == 1 else 's'}",
            risk=NEEDS_PROOF,
            basis=f"four times the average of {found.basis}",
            mitigation="load-test it: throttled time stands in cpu.stat of its control group",
        ),
    ).with_evidence(found.saw("processors on average", [f"{used:.2g}"]))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    cpus: 8  #! HH-LIM-503
"""
        + recorded("compose.yaml", cpu_seconds=3.0),
        good="""
services:
  web:
    image: shop:1
    cpus: 0.5
"""
        + recorded("compose.yaml", cpu_seconds=3.0),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --cpus=0.5 shop:1  #! HH-LIM-503
"""
        + recorded("run.sh", "docker run web", cpu_seconds=55.0),
        good="""
docker run -d --name web --cpus=4 shop:1
"""
        + recorded("run.sh", "docker run web", cpu_seconds=55.0),
    ),
]
