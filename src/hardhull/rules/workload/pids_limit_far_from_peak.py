"""Limit for processes has nothing to do with what recorded runs needed.

What it checks: where runs of the workload were recorded: a limit for processes and threads of more than ten times the
peak, or one below it. That there is none is said by pids-limit-missing, which then tells the peak as well.

Why it matters: process numbers are shared by the whole host. A limit below the peak makes `fork` fail as soon as the
workload does what it did in the recording.

How to fix: twice the peak and some, in steps of 8.

When it is fine: for load that the recorded runs did not have. Record that as well.

References: https://docs.kernel.org/admin-guide/cgroup-v2.html#pid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.kept_examples import recorded
from hardhull.rules.needs import proposed_pids
from hardhull.rules.observed import learned
from hardhull.rules.rule import HIGH, LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


FAR = 10
"""Times the peak above which a limit is far away."""
FEW = 100
"""A limit up to this is never far away."""


@rule(
    "HH-LIM-502",
    "pids-limit-far-from-peak",
    dimension=LIMITS,
    severity=LOW,
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the limit, or its absence."""
    found = learned(workload)
    peak = found.profile.peaks.pids if found is not None else None
    if found is None or not peak:
        return
    limit = workload.pids.value or 0
    if 0 < limit < peak:
        label, severity = "below the peak: it cannot start them", HIGH
    elif limit > max(FEW, FAR * peak):
        label, severity = f"{limit / peak:.0f} times the peak", LOW
    else:
        return
    places, basis = proposed_pids(workload)
    yield workload.pids.finding(
        f"{workload.subject} may start {limit} processes and threads and had {peak} at most {found.runs}",
        label=label,
        severity=severity,
        confidence=found.confidence,
        fix=set_value(
            workload.pids,
            places,
            f"limit it to {places} processes and threads",
            risk=NEEDS_PROOF,
            basis=basis,
            mitigation="load-test it: past the limit `fork` fails with `Resource temporarily unavailable`",
        ),
    ).with_evidence(found.saw("peak of processes and threads", [peak]))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    pids_limit: 4  #! HH-LIM-502
"""
        + recorded("compose.yaml", pids=9),
        good="""
services:
  web:
    image: shop:1
    pids_limit: 24
"""
        + recorded("compose.yaml", pids=9),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --pids-limit=500 shop:1  #! HH-LIM-502
"""
        + recorded("run.sh", "docker run web", pids=9),
        good="""
docker run -d --name web --pids-limit=24 shop:1
"""
        + recorded("run.sh", "docker run web", pids=9),
    ),
]
