"""Every rule keeps its second promise: its fix turns the bad example into the good one, byte for byte, and is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from planning import planned, texts_of
from test_examples import CASES, RULES, name_of

from hardhull.model.plan import Status

if TYPE_CHECKING:
    from hardhull.rules.rule import Example, Rule

DONE = {"workload", "recipe", "engine", "seccomp", "pipeline", "host", "cluster"}
PINNING = {"image-latest-or-untagged", "base-latest-or-untagged"}
"""Rules whose good example names a version, which a person has to choose; their fix pins what the tag is today."""


@pytest.mark.parametrize("case", [case for case in CASES if case[0].fact in DONE], ids=name_of)
def test_the_fix_of_the_bad_example_writes_the_good_one(case: tuple[Rule, Example]) -> None:
    rule, _example = case
    bad, good = texts_of(case)
    plan = planned(bad, rule)
    made, refused = plan.of(Status.PLANNED), plan.of(Status.REFUSED)
    assert plan.fixes or rule.by_hand, "a finding has neither a fix nor a reason for none"
    assert all(each.why and (each.snippet or each.fix.advice or "_" not in each.why) for each in refused)
    if not made:
        return
    assert not refused, [each.why for each in refused]
    written = {**bad, **{file.path: file.after.decode() for file in plan.files}}
    if rule.name not in PINNING:
        assert written == good
    again = planned(written, rule)
    assert not again.files, "a second run changes something"
    assert not again.of(Status.PLANNED)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fact in DONE], ids=lambda rule: rule.name)
def test_a_rule_says_what_to_do(rule: Rule) -> None:
    plans = [planned(texts_of((rule, example))[0], rule) for example in rule.examples]
    assert any(plan.fixes for plan in plans) or rule.by_hand
    for each in (one for plan in plans for one in plan.fixes):
        assert each.fix.title
        assert not each.fix.title.endswith(".")
        if each.fix.risk == "needs-proof" and not each.fix.advice:
            assert each.fix.mitigation, "what needs proof says how to take the risk out"
