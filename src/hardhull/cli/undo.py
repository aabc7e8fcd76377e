"""``hardhull undo``: takes back what was written, keeping later edits; and lists what was written."""

from __future__ import annotations

from pathlib import Path

import click

from hardhull.cli.errors import UserError
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling, told_by

STATE = ".hardhull"


@click.command("undo", short_help="Take back what was written, keeping later edits.")
@click.argument("receipt", required=False)
@click.option("--list", "listed", is_flag=True, help="Show what was written, and what of it is in effect.")
@click.option("--root", type=click.Path(path_type=Path), help="The tree; by default the one around this folder.")
@click.option(
    "-f", "--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", help="What to write."
)
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; - is standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing for the terminal.")
def command(*, receipt: str | None, listed: bool, root: Path | None, form: str, output: str, quiet: bool) -> int:
    """Take back RECEIPT, by its id or number; by default the newest that is in effect.

    Edits that somebody made later stay. Where one of them overlaps or touches what is to be taken back, nothing is
    changed, the difference is shown, and the exit code is 5. An undo has a receipt too, and can be undone.
    """
    if receipt and listed:
        raise UserError(f"cannot undo {receipt} and list", "these are two things", "leave out --list, or the receipt")
    need_posix()
    tree = root or around(Path.cwd())
    return _list(tree, form, output) if listed else _undo(tree, receipt, form, output, quiet=quiet)


def around(folder: Path) -> Path:
    """The folder with a journal that holds this one, or this one itself."""
    for above in (folder, *folder.parents):
        if (above / STATE).is_dir():
            return above
    return folder


def _list(tree: Path, form: str, output: str) -> int:
    from hardhull.apply import NotDoneError
    from hardhull.cli.journals import journal_of
    from hardhull.report.receipts import as_json, listing

    try:
        receipts = journal_of(tree).receipts()
    except NotDoneError as error:
        raise told_by(error) from None
    write([as_json(str(tree), receipts=receipts)] if form == "json" else listing(receipts, view_for(output)), output)
    return 0


def _undo(tree: Path, name: str | None, form: str, output: str, *, quiet: bool) -> int:
    from hardhull.cli.journals import journal_of
    from hardhull.report.receipts import as_json, outcome

    journal = journal_of(tree)
    with telling(journal):
        receipt = journal.undo(name)
    if form == "json":
        write([as_json(str(tree), receipt=receipt, recovered=journal.recovered)], output)
    elif not quiet:
        write(outcome(receipt, view_for(output)), output)
    return 0
