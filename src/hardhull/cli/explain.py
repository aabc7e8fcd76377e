"""``hardhull explain``: the manual, offline."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from hardhull.cli.errors import FAILED, UserError
from hardhull.cli.names import rule_suggestion, suggestion
from hardhull.cli.output import view_for, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull import guide

GUIDE = "guide"
TEXT = "by trying, because its text says it all"


@click.command("explain", short_help="Show the manual page of a rule, or the list of rules.")
@click.argument("names", nargs=-1, metavar="RULE | guide [RECIPE]")
@click.option("--list", "listed", is_flag=True, help="List all rules.")
@click.option(
    "--engine", is_flag=True, help="Try the recipes of the guide on the local engine, in throwaway containers."
)
def command(*, names: tuple[str, ...], listed: bool, engine: bool) -> int:
    """Show the manual page of a rule, by its id or name: what it checks, why, how to fix it, examples.

    `guide` lists the recipes of common hardening guides with our verdicts; with a recipe's name it shows that one. With
    --engine each recipe that needs an engine is tried on that of this machine, and has a verdict of what was seen.
    """
    if engine and names[:1] != (GUIDE,):
        raise UserError("--engine cannot be used here", "only recipes are tried", "write `explain guide --engine`")
    if listed and not names:
        write(_list(), "-")
    elif names[:1] == (GUIDE,) and len(names) <= 2 and not listed:
        write(_guide(*names[1:], engine=engine), "-")
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


def _guide(name: str = "", *, engine: bool = False) -> Iterator[str]:
    from hardhull.guide import UNVERIFIABLE, VERDICTS, Live, find, recipes
    from hardhull.report.recipes import listing, render

    if not name:
        every = recipes()
        return listing(every, VERDICTS, view_for("-"), _tried(every) if engine else None)
    recipe = find(name)
    if recipe is None:
        how = suggestion(name, [one.name for one in recipes()], "hardhull explain guide")
        raise UserError(f"cannot explain the recipe {name}", "there is none of this name", how)
    found = _tried([recipe]).get(name) if engine else None
    return render(recipe, VERDICTS, view_for("-"), found or (Live(UNVERIFIABLE, TEXT) if engine else None))


def _tried(wanted: Sequence[guide.Recipe]) -> dict[str, guide.Live]:
    """What each recipe was seen to do; those that need no engine are not among them.

    Raises:
        UserError: there is no engine on this machine that could be asked.
    """
    from hardhull.cli.prove_engine import here
    from hardhull.engines.guide import live
    from hardhull.engines.probe import ProbeError

    def tell(name: str) -> None:
        sys.stderr.write(f"hardhull: trying {name}\n")

    with here() as (client, address):
        try:
            return {recipe.name: found for recipe, found in live(client, address, wanted, tell)}
        except ProbeError as error:
            raise UserError("nothing is tried", f"no container runs: {error}", "see the engine's log", FAILED) from None
