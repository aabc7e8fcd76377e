"""The recipes of common hardening guides, each with our verdict, the reason, and the corrected form.

A recipe is a file of ours in ``recipes/``; the tests scan every one of them: the recipe gives the findings it names,
and the corrected form does not.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import NamedTuple

VERDICTS = {
    "works": "does what it says",
    "incomplete": "works, and leaves a hole beside it",
    "no-op": "looks hard and changes nothing",
    "breaks": "stops something from working",
    "outdated": "was right once",
}
"""The verdicts, and what each means."""
UNVERIFIABLE = "not verifiable"
"""A live verdict beside them: nothing can be said on this machine, for a reason that is told."""


class Live(NamedTuple):
    """What a recipe was seen to do on an engine.

    Attributes:
        verdict: one of :data:`VERDICTS`, or :data:`UNVERIFIABLE`.
        seen: what was seen, or why nothing can be.
        corrected: what was seen of the corrected form; empty where it was not tried.
    """

    verdict: str
    seen: str
    corrected: str = ""


class Recipe(NamedTuple):
    """One recipe.

    Attributes:
        name: short name, as in the file's name.
        title: what it wants to reach.
        points: points of the production checklist it is about.
        syntax: what the recipe is written in.
        path: a file name for it, so that it can be scanned.
        verdict: one of :data:`VERDICTS`.
        finds: names of the rules that speak about it.
        why: the reason for the verdict.
        recipe: the text as guides have it, in our words.
        corrected: the text that does what was meant; empty where the recipe does, or where there is no short form.
    """

    name: str
    title: str
    points: tuple[int, ...]
    syntax: str
    path: str
    verdict: str
    finds: tuple[str, ...]
    why: str
    recipe: str
    corrected: str


def recipes() -> list[Recipe]:
    """All recipes, in the order of the guide."""
    folder = resources.files("hardhull.guide") / "recipes"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return [_read(name, tomllib.loads((folder / name).read_text("utf-8"))) for name in names]


def find(name: str) -> Recipe | None:
    """The recipe of this name; None where there is none."""
    return next((recipe for recipe in recipes() if recipe.name == name), None)


def _read(file: str, table: dict[str, str | list[str] | list[int]]) -> Recipe:
    name = file.removesuffix(".toml").partition("-")[2]
    text = {key: str(table.get(key, "")) for key in ("title", "syntax", "path", "verdict", "recipe", "corrected")}
    points = tuple(int(point) for point in table["points"])
    finds = tuple(str(rule) for rule in table["finds"])
    why = " ".join(str(table["why"]).split())
    return Recipe(name=name, points=points, finds=finds, why=why, **text)
