"""Every recipe of the guide is scanned: it gives the findings it names, and its corrected form does not."""

from __future__ import annotations

import pytest
from texts import scan_texts

from hardhull.guide import VERDICTS, Recipe, recipes
from hardhull.rules.rule import find_rule

RECIPES = recipes()


def names(path: str, text: str) -> set[str]:
    result = scan_texts({path: text.removeprefix("\n")})
    assert not [note for note in result.not_checked if note.kind == "failed"]
    return {result.rules[found.rule].name for found in result.findings}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_the_recipe_gives_the_findings_it_names(recipe: Recipe) -> None:
    assert set(recipe.finds) <= names(recipe.path, recipe.recipe)


@pytest.mark.parametrize("recipe", [one for one in RECIPES if one.corrected], ids=lambda recipe: recipe.name)
def test_the_corrected_form_gives_none_of_them(recipe: Recipe) -> None:
    assert not set(recipe.finds) & names(recipe.path, recipe.corrected)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_is_whole(recipe: Recipe) -> None:
    assert recipe.verdict in VERDICTS
    assert all(find_rule(name) for name in recipe.finds)
    assert set(recipe.points) <= set(range(1, 17))
    assert recipe.why
    assert bool(recipe.finds) or recipe.verdict in {"works", "breaks"}


def test_the_guide_speaks_of_every_part() -> None:
    assert len(RECIPES) >= 25
    assert {recipe.verdict for recipe in RECIPES} == set(VERDICTS)
