"""Fixes of recipes: what a fix writes into the bad example is the good one, and fixing again changes nothing."""

from __future__ import annotations

import pytest
from fixing import findings, fixed
from texts import files_of, marks_of

from hardhull.formats.dockerfile import read
from hardhull.model.source import Source
from hardhull.rules.rule import Example, Rule, rules_for

CASES = [
    (rule, example)
    for rule in rules_for("recipe")
    for example in rule.examples
    if example.syntax == "dockerfile" and len(files_of(example.bad, "Dockerfile")) == 1
]


def bad_of(case: tuple[Rule, Example]) -> bytes:
    rule, example = case
    files, _marked = marks_of(example.bad, "Dockerfile", rule.id)
    return files["Dockerfile"].encode()


def name_of(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}-{rule.examples.index(example)}"


AUTOMATIC = [case for case in CASES if fixed(bad_of(case), case[0].name).made]
WRITTEN = [case for case in AUTOMATIC if case[0].name != "base-latest-or-untagged"]
"""The good example of that one names a version, which a person has to choose; its fix pins what the tag is today."""


@pytest.mark.parametrize("case", WRITTEN, ids=name_of)
def test_the_fix_of_the_bad_example_writes_the_good_one(case: tuple[Rule, Example]) -> None:
    rule, example = case
    result = fixed(bad_of(case), rule.name)
    assert not result.refused
    assert result.text.decode() == example.good.removeprefix("\n")
    again = fixed(result.text, rule.name)
    assert again.text == result.text
    assert not again.made


@pytest.mark.parametrize("case", AUTOMATIC, ids=name_of)
def test_a_fix_brings_no_finding_of_another_rule(case: tuple[Rule, Example]) -> None:
    rule, _example = case
    before = {name for name, _finding in findings(read(Source("Dockerfile", bad_of(case))))}
    after = {name for name, _finding in findings(read(Source("Dockerfile", fixed(bad_of(case), rule.name).text)))}
    assert after - before == set()
    assert rule.name not in after


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_finding_says_what_to_do(case: tuple[Rule, Example]) -> None:
    rule, _example = case
    for _name, finding in findings(read(Source("Dockerfile", bad_of(case))), rule.name):
        assert finding.fixes
        for fix in finding.fixes:
            assert fix.title
            assert bool(fix.changes) != bool(fix.advice)
            assert fix.changes or not fix.mitigation
