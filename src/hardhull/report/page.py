"""The manual of a rule on a screen, and the list of all rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.report.manual import sections
from hardhull.rules.rule import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.report.view import View
    from hardhull.rules.rule import Example, Rule

MARK = re.compile(r"[ \t]*#! HH-[A-Z0-9, -]+$")
"""The mark at the end of the wrong lines of an example."""


def render(rule: Rule, view: View) -> Iterator[str]:
    """The manual page of a rule, line by line."""
    yield f"{view.paint('bold', f'{rule.id} {rule.name}')}\n"
    yield f"{rule.title}\n"
    for part in sections(rule.manual):
        yield from _section(part.heading, part.text, view)
    yield "\n" + view.paint("bold", "Examples") + "\n"
    for example in rule.examples:
        yield from _example(example, view)
    yield "\n" + view.paint("bold", "About the rule") + "\n"
    for name, value in _facts(rule):
        lines = view.fold(value, view.width - 18)
        yield f"  {name:<14}  {lines[0]}\n"
        yield from (f"{'':<18}{line}\n" for line in lines[1:])


def _section(heading: str, text: str, view: View) -> Iterator[str]:
    yield "\n" + view.paint("bold", heading) + "\n"
    for paragraph in text.split("\n\n"):
        yield from (f"  {line}\n" for line in view.fold(paragraph, view.width - 2))


def _example(example: Example, view: View) -> Iterator[str]:
    """Both texts as they stand, so that they can be copied; the wrong lines coloured."""
    yield f"  {example.syntax}, wrong:\n"
    for line in example.bad.strip("\n").splitlines():
        text = MARK.sub("", line)
        yield f"    {view.paint('poor', text) if text != line else text}\n"
    yield "  right:\n"
    yield from (f"    {line}".rstrip() + "\n" for line in example.good.strip("\n").splitlines())


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "judges", ", ".join(facts_of(rule))
    yield "severity", rule.severity.word
    yield "confidence", rule.confidence.word
    yield "dimension", rule.dimension.value
    lists = {
        "checklist": [f"point {point}" for point in rule.checklist],
        "CIS": rule.cis,
        "tags": rule.tags,
        "other tools": rule.also,
        "old ids": rule.aliases,
    }
    for name, values in lists.items():
        if values:
            yield name, ", ".join(values)


def listing(rules: Sequence[Rule], view: View) -> Iterator[str]:
    """One line for each rule."""
    wide = max((len(rule.name) for rule in rules), default=0)
    for rule in rules:
        word = rule.severity.word
        lead = f"{rule.id}  {rule.name:<{wide}}  "
        room = view.width - len(lead) - 10
        title = view.fit(rule.title, room) if room > 10 else ""
        yield f"{lead}{view.paint(word, word.ljust(8))}  {title}".rstrip() + "\n"
