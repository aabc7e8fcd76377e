"""Plans of texts that were never in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texts import discovery_of

from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner
from hardhull.model.change import Risk
from hardhull.rules.policy import Policy
from hardhull.rules.rule import find_rule
from hardhull.scan import Options

if TYPE_CHECKING:
    from hardhull.model.change import Pin
    from hardhull.model.plan import Plan, Planned

OPTIONS = Options(strict=True, today="2026-01-01")
DIGEST = f"sha256:{'a' * 64}"


def digest_of(pin: Pin) -> str:
    return f"{pin.reference.partition('@')[0]}@{DIGEST}"


def chosen(*rules: str, risk: Risk = Risk.NEEDS_PROOF, unsure: bool = True) -> Choices:
    ids = [found.id for name in rules if (found := find_rule(name))]
    assert len(ids) == len(rules)
    return Choices(frozenset(ids), risk, unsure)


def planned(files: dict[str, str], choices: Choices | None = None) -> Plan:
    return Planner(discovery_of(files), Policy(), OPTIONS, choices or chosen(), digest_of).plan()


def texts_after(files: dict[str, str], plan: Plan) -> dict[str, str]:
    return {**files, **{file.path: file.after.decode() for file in plan.files}}


def one_of(plan: Plan, rule: str) -> Planned:
    """The only change for a rule."""
    named = find_rule(rule)
    assert named
    (found,) = (each for each in plan.fixes if each.found.rule == named.id)
    return found
