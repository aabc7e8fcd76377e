"""Restrictions that were proven to work are not written.

What it checks: where a proof of the workload is kept (`hardhull prove`, in `hardhull/proofs/`) and its definition is
still the one that was proven: whether it says all that the proof showed to work.

Why it matters: the run with these restrictions passed every check. What is missing is only that somebody writes them
down: until then the container has privileges that are known to be good for nothing.

How to fix: `hardhull fix --apply` writes them: their risk is `proven`. What leans on each other (user, capabilities,
writable folders, system calls) is written together or not at all.

When it is fine: where the proof exercised less than what is used; then prove it again with more.

References: docs/profiles.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Observation
from hardhull.rules.fix import PROVEN, change
from hardhull.rules.kept_examples import proven
from hardhull.rules.observed import names
from hardhull.rules.proven import TOGETHER, Standing, changes_for, standing
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.proof import Proven
    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-507",
    "proven-restrictions-not-written",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    needs=["proof"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields what leans on each other together, at the workload, and every other field by itself."""
    held = standing(workload)
    if held is None:
        return
    groups: dict[str, list[Proven]] = {}
    for item in held.missing:
        if item.field not in workload.cannot:
            groups.setdefault("" if item.field in TOGETHER else item.field, []).append(item)
    for field, items in groups.items():
        if any(not item.kept for item in items):
            yield _finding(held, field, items)


def _finding(held: Standing, field: str, items: list[Proven]) -> Finding:
    workload, proof = held.workload, held.proof
    at = getattr(workload, field or "proof")
    what = names([_said(item) for item in items if not item.kept], 8)
    kept = [_said(item) for item in items if item.kept]
    return (  # type: ignore[no-any-return]  # the field's name is only known now
        at.finding(
            f"{workload.subject} works with restrictions that are not written: {what}",
            label="proven, not written",
            value="",
            fix=change(
                f"write what was proven: {what}" + (f"; keep {names(kept)}" if kept else ""),
                *changes_for(workload, items),
                risk=PROVEN,
                basis=held.basis,
            ),
        ).with_evidence(
            Observation(
                "proof",
                f"{proof.passed} of {proof.checks} checks passed in {proof.runs} runs with them, on {proof.made[:10]}",
                workload.proof.origin,
            )
        )
    )


def _said(item: Proven) -> str:
    """An item in a few words."""
    value = item.item
    if isinstance(value, dict):
        value = value.get("target") or value.get("name") or value.get("container") or value.get("path") or "a profile"
    no = "no " if item.absent else ""
    return f"{no}{item.field} {str(value).lower() if isinstance(value, bool) else value}"


BASE = "bb258f26ccbf35d0bf2d636bcffb43b4c24a419fb8bdff76cfd643bd68401acc"
FULL = "fbe899bde499f022699ff7e4a4aa12da44bbd6e871a1dbdfdce091ae7ac7f546"
MBASE = "165a99e11cc807f707b9f1a790ce893849b58c69d51198c8ae40f58e804dab51"
MFULL = "4979030553c211b30c43d3ebc38aada18366850cd528e3c395f954c22a4017e3"
ITEMS = (
    ("cap_drop", "ALL"),
    ("read_only", True),
    ("mounts", {"kind": "tmpfs", "source": None, "target": "/run"}),
)
EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-507
    image: shop:1
    restart: always
"""
        + proven("compose.yaml", FULL, *ITEMS, base=BASE, kept=(("cap_add", "CHOWN"),)),
        good="""
services:
  web:
    image: shop:1
    restart: always
    cap_drop:
      - ALL  # proven: 3 runs, 24/24 checks; replay: hardhull prove --replay 0badcafe0badcafe
    read_only: true  # proven: 3 runs, 24/24 checks; replay: hardhull prove --replay 0badcafe0badcafe
    tmpfs:
      - /run  # proven: 3 runs, 24/24 checks; replay: hardhull prove --replay 0badcafe0badcafe
    cap_add:
      - CHOWN  # proven: 3 runs, needed; replay: hardhull prove --replay 0badcafe0badcafe
"""
        + proven("compose.yaml", FULL, *ITEMS, base=BASE, kept=(("cap_add", "CHOWN"),)),
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    mem_limit: 1g  #! HH-PRV-507
"""
        + proven("compose.yaml", MFULL, ("memory", 67108864), base=MBASE),
        good="""
services:
  web:
    image: shop:1
    mem_limit: 64m  # proven: 3 runs, 24/24 checks; replay: hardhull prove --replay 0badcafe0badcafe
"""
        + proven("compose.yaml", MFULL, ("memory", 67108864), base=MBASE),
    ),
]
