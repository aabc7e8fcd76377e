"""Proof is of another state of the workload.

What it checks: where a proof of the workload is kept (`hardhull prove`, in `hardhull/proofs/`): its definition is
neither what was proven, nor what was written when it was, nor something between the two. With `--engine` also whether
the image is still the one that ran.

Why it matters: a proof speaks about what it ran. After a change nobody knows any more that the application works with
these restrictions, or that they still stop what they stopped.

How to fix: prove it again: `hardhull prove --replay` with the number of the proof.

When it is fine: for a moment, between a change and the next run.

References: docs/profiles.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.digest import stale
from hardhull.model.finding import Observation
from hardhull.rules.fix import advise
from hardhull.rules.kept_examples import proven
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-501",
    "proof-stale",
    dimension=MONITORING,
    severity=LOW,
    by_hand="only another run can tell whether it still works",
    needs=["proof"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the workload, where its proof is of another state."""
    proof = workload.proof.value
    if proof is None:
        return
    image = workload.local_image.get(None)
    what = stale(proof, workload, image.id if image is not None else "")
    if not what:
        return
    where = f" on {proof.engine}" if proof.engine else ""
    yield workload.proof.finding(
        f"{workload.subject} was changed since it was proven on {proof.made[:10]}: {what}",
        label="proven in another state",
        value=proof.ident,
        fix=advise("prove it again", f"hardhull prove --replay {proof.ident}"),
    ).with_evidence(
        Observation(
            "proof", f"{proof.ident}, {proof.passed} of {proof.checks} checks passed{where}", workload.proof.origin
        )
    )


WEB = "d4aa25735a2c28243f7a0facc4ad53e463b79c4f24bf456c350559c5deb9f3e7"
EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-MON-501
    image: shop:2
"""
        + proven("compose.yaml", WEB),
        good="""
services:
  web:
    image: shop:1
"""
        + proven("compose.yaml", WEB),
    ),
]
