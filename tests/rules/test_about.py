"""A check that is not run, because nothing that its rule is about is written, would have said nothing."""

from __future__ import annotations

from functools import cache

import pytest
from texts import PATHS, examined, marks_of

from hardhull.facts.workload import Workload
from hardhull.rules.policy import Policy
from hardhull.rules.rule import Rule, all_rules

ABOUT = [rule for rule in all_rules() if rule.about and rule.fact == Workload.kind]
"""Of other facts there is one for a scan: that their checks are not run saves nothing, and is tested by their examples."""


@cache
def workloads() -> list[Workload]:
    """The linked containers of all examples: of every syntax, with nearly every field written somewhere."""
    found: list[Workload] = []
    for rule in all_rules():
        for example in rule.examples:
            for text in (example.bad, example.good):
                files, _marks = marks_of(text, example.path or PATHS[example.syntax], rule.id)
                found += [fact for fact in examined(files).facts if isinstance(fact, Workload)]
    return found


@pytest.mark.parametrize("rule", ABOUT, ids=lambda rule: rule.name)
def test_nothing_is_found_and_nothing_is_missed_without_the_fields(rule: Rule) -> None:
    assert rule.about <= {slot.name for slot in Workload.slots()}
    asked = 0
    for workload in workloads():
        if workload.absent_unknown is None and rule.about.isdisjoint(workload.cannot):
            asked += 1
            written = workload.fields
            workload.fields = {name: field for name, field in written.items() if name not in rule.about}
            assert not list(rule.check(workload, Policy()))
            workload.fields = written
    assert asked > 50
