"""Every rule keeps its own promise: the bad example gives its finding at the marked line, the good one is silent."""

from __future__ import annotations

import re

import pytest
from texts import PATHS, findings_of, marks_of, scan_texts

from hardhull.rules.policy import Policy
from hardhull.rules.rule import Example, Rule, all_rules

RULES = all_rules()
CASES = [(rule, example) for rule in RULES for example in rule.examples]
HEADINGS = ("What it checks:", "Why it matters:", "How to fix:", "When it is fine:", "References:")
POLICY = Policy(trusted_registries=("registry.example.com", "docker.io/library"))


def name_of(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}-{example.syntax}-{rule.examples.index(example)}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_bad_example_is_found_where_it_is_marked_and_the_good_one_is_not(case: tuple[Rule, Example]) -> None:
    rule, example = case
    path = example.path or PATHS[example.syntax]
    bad, marked = marks_of(example.bad, path, rule.id)
    assert marked, "the bad example marks no line"
    result = scan_texts(bad, POLICY, secrets=rule.fact == "leak")
    assert not [note for note in result.not_checked if note.kind == "failed"]
    found = findings_of(rule.id, result)
    assert sorted((one.locations[0].path, one.locations[0].line) for one in found) == marked
    good, _ = marks_of(example.good, path, rule.id)
    result = scan_texts(good, POLICY, secrets=rule.fact == "leak")
    assert not [note for note in result.not_checked if note.kind == "failed"]
    assert not findings_of(rule.id, result)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_metadata_and_the_manual_are_whole(rule: Rule) -> None:
    assert re.fullmatch(r"HH-(BLD|SRC|PRV|LIM|NET|MON|VUL|SEC)-\d{3}", rule.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.examples
    manual = rule.manual
    assert manual.splitlines()[0].endswith(".")
    places = [manual.find(heading) for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)
    assert set(rule.checklist) <= set(range(1, 17))
    assert set(rule.tags) <= {"hollow", "cis", "pss-baseline", "pss-restricted", "advice"}
    assert bool(rule.cis) == ("cis" in rule.tags)
    module = rule.check.__module__.rpartition(".")[2]
    assert module.replace("_", "-") == rule.name, "a rule's file is named after it"


def test_ids_and_names_are_unique() -> None:
    words = [word.lower() for rule in RULES for word in (rule.id, rule.name, *rule.aliases)]
    assert len(words) == len(set(words))


def test_every_dimension_and_point_has_a_rule() -> None:
    assert {rule.dimension.value for rule in RULES} == {
        "build", "source", "privilege", "limits", "network", "monitoring",
    }  # fmt: skip
    assert {point for rule in RULES for point in rule.checklist} == set(range(1, 17))
