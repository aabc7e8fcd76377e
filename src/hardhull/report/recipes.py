"""The recipes of hardening guides on a screen: the list with verdicts, and one recipe with its corrected form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardhull.guide import Live, Recipe
    from hardhull.report.view import View

STYLES = {"works": "good", "incomplete": "fair", "no-op": "poor", "breaks": "poor", "outdated": "fair"}


def listing(
    recipes: Sequence[Recipe], verdicts: Mapping[str, str], view: View, live: Mapping[str, Live] | None = None
) -> Iterator[str]:
    """One line for each recipe, and what the verdicts mean.

    Args:
        recipes: all of them.
        verdicts: what each means.
        view: how it is shown.
        live: live verdicts by the recipe's name; None where nobody asked for any.
    """
    yield view.paint("bold", "Recipes of common hardening guides, and what they are worth") + "\n\n"
    wide = max((len(recipe.name) for recipe in recipes), default=0)
    for recipe in recipes:
        title = view.fit(recipe.title, view.width - 12 - wide - 2)
        yield f"{_verdict(recipe.verdict, view)}  {recipe.name:<{wide}}  {title}".rstrip() + "\n"
        found = (live or {}).get(recipe.name)
        if found is not None:
            yield from _live(found, recipe, view)
    yield "\n"
    for word, meaning in verdicts.items():
        yield f"{_verdict(word, view)}  {meaning}\n"
    yield "\nOne of them: hardhull explain guide NAME\n"
    if live is None:
        yield "What they do on this machine's engine: hardhull explain guide --engine\n"


def _live(found: Live, recipe: Recipe, view: View) -> Iterator[str]:
    """The lines below a recipe: what was seen here."""
    other = found.verdict != recipe.verdict and found.verdict in STYLES
    word = (
        f"HERE {found.verdict.upper()}"
        if other
        else f"here {found.verdict}"
        if found.verdict in STYLES
        else found.verdict
    )
    sign = ":" if found.verdict in STYLES else ""
    lines = view.brief(f"{word}{sign} {found.seen}", view.width - 12)
    yield from (f"{'':12}{line}\n" for line in lines)


def render(recipe: Recipe, verdicts: Mapping[str, str], view: View, live: Live | None = None) -> Iterator[str]:
    """One recipe: the verdict and why, its text, and the text that does what was meant.

    Args:
        recipe: the recipe.
        verdicts: what each verdict means.
        view: how it is shown.
        live: what was seen of it; None where nobody looked.
    """
    yield f"{view.paint('bold', recipe.title)}\n"
    yield f"{_verdict(recipe.verdict, view).rstrip()}: {verdicts[recipe.verdict]}\n\n"
    yield from (f"{line}\n" for line in view.fold(recipe.why, view.width))
    if live is not None:
        yield f"\n{view.paint('bold', 'On this machine')}\n"
        sign = ":" if live.verdict in STYLES else ""
        yield from (f"    {line}\n" for line in view.fold(f"{live.verdict}{sign} {live.seen}", view.width - 4))
        if live.corrected:
            yield from (f"    {line}\n" for line in view.fold(f"corrected: {live.corrected}", view.width - 4))
    yield from _text(f"The recipe ({recipe.path})", recipe.recipe, view)
    if recipe.corrected:
        yield from _text("What does it", recipe.corrected, view)
    yield "\n"
    if recipe.finds:
        yield f"Rules       {', '.join(recipe.finds)}\n"
    yield f"Checklist   {', '.join(f'point {point}' for point in recipe.points)}\n"


def _verdict(word: str, view: View) -> str:
    return view.paint(STYLES[word], word.ljust(10))


def _text(heading: str, text: str, view: View) -> Iterator[str]:
    yield f"\n{view.paint('bold', heading)}\n"
    yield from (f"    {line}".rstrip() + "\n" for line in text.strip("\n").splitlines())
