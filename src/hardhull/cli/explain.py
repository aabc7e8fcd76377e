"""``hardhull explain``: the manual, offline."""

from __future__ import annotations

import click

from hardhull.cli.errors import UserError
from hardhull.cli.output import view_for, write

GUIDE = "guide"


@click.command("explain", short_help="Show the manual page of a rule, or the list of rules.")
@click.argument("name", required=False, metavar="[RULE|guide]")
@click.option("--list", "listed", is_flag=True, help="List all rules.")
def command(name: str | None, listed: bool) -> int:
    """Show the manual page of a rule, by its id or name: what it checks, why, how to fix it, examples."""
    from hardhull.report.page import listing
    from hardhull.rules.rule import all_rules

    if listed:
        write(listing(all_rules(), view_for("-")), "-")
        return 0
    if name is None:
        how = "name a rule, for example `hardhull explain HH-PRV-001`, or use --list"
        raise UserError("nothing to explain", "no rule was named", how)
    _explain(name)
    return 0


def _explain(name: str) -> None:
    from hardhull.report.page import render
    from hardhull.rules.rule import find_rule

    rule = find_rule(name)
    if rule is None:
        raise UserError(f"cannot explain {name}", "there is no rule of this id or name", _suggestion(name))
    write(render(rule, view_for("-")), "-")


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    from hardhull.rules.rule import all_rules

    rules = all_rules()
    known = {word.lower(): word for rule in rules for word in (rule.id, rule.name)}
    close = get_close_matches(name.lower()[:100], list(known), 3, 0.5)
    words = [known[word] for word in close] or [rule.id for rule in rules if name.lower() in rule.name][:3]
    if not words:
        return "`hardhull explain --list` shows all"
    return f"did you mean {' or '.join(words)}? `hardhull explain --list` shows all"
