"""``hardhull explain``: the manual, offline."""

from __future__ import annotations

import pytest

from hardhull.cli.main import main
from hardhull.guide import VERDICTS, find, recipes
from hardhull.rules.rule import all_rules

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", ["HH-PRV-001", "hh-prv-001", "privileged-container"])
def test_a_rule_by_id_or_name(name: str, capsys: Captured) -> None:
    assert main(["explain", name]) == 0
    assert capsys.readouterr().out.startswith("HH-PRV-001 privileged-container\n")


@pytest.mark.parametrize("name", ["HH-PRV-0001", "priviledged-container", "privileged"])
def test_a_near_miss_gets_a_suggestion(name: str, capsys: Captured) -> None:
    assert main(["explain", name]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: cannot explain {name}\n")
    assert "HH-PRV-001" in err or "privileged-container" in err


def test_a_far_miss_gets_the_list(capsys: Captured) -> None:
    assert main(["explain", "zzzzzzzzzzz"]) == 2
    assert "  do:  `hardhull explain --list` shows all\n" in capsys.readouterr().err


def test_the_list(capsys: Captured) -> None:
    assert main(["explain", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_rules())
    assert any(line.startswith("HH-PRV-001  privileged-container") for line in lines)


def test_nothing_to_explain(capsys: Captured) -> None:
    assert main(["explain"]) == 2
    assert "nothing to explain" in capsys.readouterr().err


def test_more_than_one_thing(capsys: Captured) -> None:
    assert main(["explain", "HH-PRV-001", "HH-PRV-002"]) == 2
    assert main(["explain", "HH-PRV-001", "--list"]) == 2
    assert "more than one thing was named" in capsys.readouterr().err


def test_the_recipes_of_guides(capsys: Captured) -> None:
    assert main(["explain", "guide"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) > len(recipes())
    assert all(f"  {recipe.name} " in out for recipe in recipes())


@pytest.mark.parametrize("name", [recipe.name for recipe in recipes()])
def test_one_recipe(name: str, capsys: Captured) -> None:
    assert main(["explain", "guide", name]) == 0
    recipe = find(name)
    assert recipe is not None
    out = capsys.readouterr().out
    assert out.startswith(f"{recipe.title}\n{recipe.verdict}: {VERDICTS[recipe.verdict]}\n")
    assert all(line.rstrip() in out for line in (recipe.recipe + recipe.corrected).strip().splitlines())


def test_a_recipe_that_is_not_there(capsys: Captured) -> None:
    assert main(["explain", "guide", "image-pins"]) == 2
    assert "did you mean image-pin" in capsys.readouterr().err
