"""``hardhull explain``: the manual, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hardhull.cli.errors import UserError
from hardhull.cli.names import rule_suggestion, suggestion
from hardhull.cli.output import view_for, write

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = "guide"


@click.command("explain", short_help="Show the manual page of a rule, or the list of rules.")
@click.argument("names", nargs=-1, metavar="RULE | guide [RECIPE]")
@click.option("--list", "listed", is_flag=True, help="List all rules.")
def command(*, names: tuple[str, ...], listed: bool) -> int:
    """Show the manual page of a rule, by its id or name: what it checks, why, how to fix it, examples.

    `guide` lists the recipes of common hardening guides with our verdicts; with a recipe's name it shows that one.
    """
    if listed and not names:
        write(_list(), "-")
    elif names[:1] == (GUIDE,) and len(names) <= 2:
        write(_guide(*names[1:]), "-")
    elif len(names) == 1 and not listed:
        write(_page(names[0]), "-")
    else:
        how = "name one, for example `hardhull explain HH-PRV-001`, or use --list alone"
        why = "more than one thing was named" if names else "no rule was named"
        raise UserError("nothing to explain", why, how)
    return 0


def _list() -> Iterator[str]:
    from hardhull.report.page import listing
    from hardhull.rules.rule import all_rules

    return listing(all_rules(), view_for("-"))


def _page(name: str) -> Iterator[str]:
    from hardhull.report.page import render
    from hardhull.rules.rule import find_rule

    rule = find_rule(name)
    if rule is None:
        raise UserError(f"cannot explain {name}", "there is no rule of this id or name", rule_suggestion(name))
    return render(rule, view_for("-"))


def _guide(name: str = "") -> Iterator[str]:
    from hardhull.guide import VERDICTS, find, recipes
    from hardhull.report.recipes import listing, render

    if not name:
        return listing(recipes(), VERDICTS, view_for("-"))
    recipe = find(name)
    if recipe is None:
        how = suggestion(name, [one.name for one in recipes()], "hardhull explain guide")
        raise UserError(f"cannot explain the recipe {name}", "there is none of this name", how)
    return render(recipe, VERDICTS, view_for("-"))
