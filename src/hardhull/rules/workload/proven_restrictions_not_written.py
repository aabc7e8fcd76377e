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
            groups.setdefault(_group(item.field), []).append(item)
    for field, items in groups.items():
        if any(not item.kept for item in items):
            yield _finding(held, field, items)


def _group(field: str) -> str:
    """What is written together: all that leans on each other, and the network with its published ports."""
    return "" if field in TOGETHER else "network_mode" if field in {"networks", "ports"} else field


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


BASE = "5e84f0237827289073818ac346518c68774f6e30d215a08d1fc6294585f050fd"
FULL = "df14a1ef7777b1432c45a9de6db78e7f604c754d6415484420ff4f84d19a006a"
MBASE = "d470eda8c9754fe3c86a71e39c6407a1a694d4db80a1ef967eae9c92c50e3239"
MFULL = "d980b4a16cb9aeb4e06fd2cb9031a5ab25f93c29867a3561638738f57a827cd1"
HBASE = "7c1e81f61f0b07e79618b1140fe63eed383ec683b89987fb020cd3267989e456"
HFULL = "407d11c76a902fc3dc22be073dddf0586ab1811231104602264fbf24e3914be0"
HOST = (("network_mode", None), ("ports", {"container": "8080", "host": "8080"}))
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
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    network_mode: host  #! HH-PRV-507
"""
        + proven("compose.yaml", HFULL, *HOST, base=HBASE),
        good="""
services:
  web:
    image: shop:1
    ports:
      - "8080:8080"  # proven: 3 runs, 24/24 checks; replay: hardhull prove --replay 0badcafe0badcafe
"""
        + proven("compose.yaml", HFULL, *HOST, base=HBASE),
    ),
]
