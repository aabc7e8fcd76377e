"""The manual on a screen."""

from __future__ import annotations

from hardhull.report.page import listing, render
from hardhull.report.view import View
from hardhull.rules.rule import Rule, all_rules, find_rule


def rule() -> Rule:
    found = find_rule("privileged-container")
    assert found is not None
    return found


def test_a_page_has_title_sections_examples_and_metadata() -> None:
    text = "".join(render(rule(), View(width=80)))
    assert text.startswith("HH-PRV-001 privileged-container\nContainer runs privileged\n\nWhat it checks\n  ")
    headings = ["What it checks", "Why it matters", "How to fix", "When it is fine", "References", "Examples"]
    places = [text.index(f"\n{heading}\n") for heading in headings]
    assert places == sorted(places)
    assert "  compose, wrong:\n    services:\n" in text
    assert "severity        critical\n" in text
    assert "#! HH-" not in text


def test_prose_fits_and_examples_are_whole() -> None:
    text = "".join(render(rule(), View(width=60)))
    prose = text[: text.index("\nExamples\n")].splitlines()
    assert max(len(line) for line in prose if "http" not in line) <= 60
    for example in rule().examples:
        assert all(line.rstrip() in text for line in example.good.strip().splitlines())


def test_wrong_lines_are_coloured() -> None:
    assert "\x1b[31m    privileged: true\x1b[0m" in "".join(render(rule(), View(colour=True)))


def test_every_rule_has_a_page_and_a_line() -> None:
    rules = all_rules()
    lines = list(listing(rules, View(width=100)))
    assert len(lines) == len(rules)
    assert max(map(len, lines)) <= 101
    assert all("".join(render(one, View())) for one in rules)
