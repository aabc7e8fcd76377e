"""Plans the fixes of a rule's examples; the documentation's tables are made from the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texts import PATHS, discovery_of, marks_of

from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner
from hardhull.model.change import Pin, Risk
from hardhull.rules.policy import Policy
from hardhull.scan import Options

if TYPE_CHECKING:
    from hardhull.model.plan import Plan
    from hardhull.rules.rule import Example, Rule

POLICY = Policy(trusted_registries=("registry.example.com", "docker.io/library"))
DIGEST = "sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b"


def pinned(pin: Pin) -> str:
    return f"{pin.reference}@{DIGEST}"


def planned(files: dict[str, str], rule: Rule) -> Plan:
    found = discovery_of(files, secrets=rule.fact == "leak")
    choices = Choices(frozenset({rule.id}), Risk.NEEDS_PROOF, unsure=True)
    return Planner(found, POLICY, Options(strict=True, today="2026-01-01"), choices, pinned).plan()


def texts_of(case: tuple[Rule, Example]) -> tuple[dict[str, str], dict[str, str]]:
    rule, example = case
    path = example.path or PATHS[example.syntax]
    return marks_of(example.bad, path, rule.id)[0], marks_of(example.good, path, rule.id)[0]
