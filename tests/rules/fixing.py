"""Applies fixes of recipes in memory, as a plan would: one after the other, each as a whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.dockerfile import read
from hardhull.formats.writing import write
from hardhull.model.change import Pin
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.rules.rule import rules_for
from hardhull.text.draft import Drafts, UnwritableError
from pins import pinned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding

DIGEST = "sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b"


class Fixed(NamedTuple):
    """What came out: the text, the fixes that were made, and those that were refused with the reason."""

    text: bytes
    made: list[tuple[str, Fix]]
    refused: list[tuple[str, Fix, str]]


def findings(recipe: ImageRecipe, only: str = "") -> Iterator[tuple[str, Finding]]:
    """What the rules say, by the rules' names."""
    for rule in rules_for("recipe"):
        if only in {"", rule.name, rule.id}:
            try:
                for finding in rule.check(recipe, Policy()):
                    yield rule.name, finding
            except (NotKnownError, InexpressibleError):
                continue


def fixed(data: bytes, only: str = "", *, pins: bool = True) -> Fixed:
    """A Dockerfile with the first fix of every finding that has one; digests are made up, or left out."""
    recipe = read(Source("Dockerfile", data))
    drafts = Drafts()
    made, refused = [], []
    for name, finding in findings(recipe, only):
        for fix in finding.fixes[:1]:
            if not fix.changes or (not pins and any(isinstance(each, Pin) for each in fix.changes)):
                continue
            changes = [pinned(each, DIGEST) if isinstance(each, Pin) else each for each in fix.changes]
            try:
                write(recipe, changes, drafts)
                made.append((name, fix))
            except UnwritableError as error:
                refused.append((name, fix, error.why))
    return Fixed(drafts.of(recipe.place.source).result(), made, refused)
