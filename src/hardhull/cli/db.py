"""``hardhull db``: the local database of advisories: filling it, keeping it up to date, and what it has."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hardhull.cli.errors import FAILED, NOTHING, UserError
from hardhull.cli.output import write
from hardhull.report.cells import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from sqlite3 import Connection

    from hardhull.advisories.importing import Outcome

DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)
FEW = 5
DB = click.option(
    "--db", "path", type=click.Path(path_type=Path), help="The database; by default HARDHULL_DB, or ours."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Write nothing but errors.")


@click.group("db", short_help="Fill, update and show the local database of advisories.")
def command() -> None:
    """The local database of advisories that images are judged by. Scans read it; nothing but this verb changes it."""


@command.command("import", short_help="Read advisories from files, folders or addresses.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--from-archive", is_flag=True, help="SOURCE is an image of Debian or Ubuntu: ask its archive by apt.")
@click.option(
    "--as-of", default="", metavar="DATE", help="When the data were up to date; by default their newest date."
)
@DB
@QUIET
def import_(*, sources: tuple[str, ...], from_archive: bool, as_of: str, path: Path | None, quiet: bool) -> int:
    """Read SOURCEs: OSV's bulk exports (ECOSYSTEM/all.zip), records as .json, and CISA's catalogue of exploited ones.

    SOURCE is a file, a folder that holds some, or an https address. A zip is a whole export and takes the place of what
    its ecosystems had. Other records are added or replaced.

    With --from-archive SOURCE is an image as `hardhull scan` takes it (`image:NAME`, `docker-archive:FILE` ...). What
    later versions of its packages fix is read from their changelogs, which apt fetches by this machine's configuration.
    """
    from hardhull.advisories.importing import Outcome, import_path

    if as_of and not DATE.fullmatch(as_of):
        raise UserError(f"--as-of {as_of} is no date", "it must be YYYY-MM-DD", "write --as-of 2026-12-31")
    if from_archive:
        from hardhull.cli.archives import import_archives

        return _told(import_archives(sources, path, lambda what: _say(what, quiet=quiet)), path, quiet=quiet)
    for source in sources:
        if not _is_address(source) and not Path(source).exists():
            raise UserError(
                f"cannot import {source}", "there is no such file or folder", "name an existing one", FAILED
            )
    done = Outcome()
    with _open(path) as database:
        for source in sources:
            if _is_address(source):
                from hardhull.advisories.download import import_address

                one = import_address(database, source, as_of=as_of)
            else:
                one = import_path(database, Path(source), as_of=as_of)
            done.add(one.counts)
            done.troubles += one.troubles
        _need_something(done, ", ".join(sources))
    return _told(done, path, quiet=quiet)


@command.command("update", short_help="Fetch what changed from OSV.dev and CISA.")
@click.option(
    "-e", "--ecosystem", "ecosystems", multiple=True, metavar="NAME", help="As OSV spells it; may be repeated."
)
@click.option("--from", "base", default="", metavar="URL", help="A mirror of OSV's exports.")
@click.option("--kev", "catalogue", metavar="URL", help="A mirror of CISA's catalogue; empty for none.")
@DB
@QUIET
def update(*, ecosystems: tuple[str, ...], base: str, catalogue: str | None, path: Path | None, quiet: bool) -> int:
    """Fetch advisories: those that the database has, the named ones, or at first the ecosystems of most images.

    Only records that changed since the last update are fetched, or the whole export where that is less.
    """
    from hardhull.advisories.update import CISA, OSV_DEV
    from hardhull.advisories.update import update as bring
    from hardhull.advisories.versions import ORDERS
    from hardhull.supply.registry.transport import Transport

    unknown = [name for name in ecosystems if name not in ORDERS]
    if unknown:
        from hardhull.cli.names import suggestion

        how = suggestion(unknown[0], ORDERS, "hardhull db status")
        raise UserError(f"cannot update {unknown[0]}", "there is no such ecosystem whose versions we can compare", how)
    if catalogue is None:
        catalogue = "" if base else CISA
    transport = Transport()
    try:
        with _open(path) as database:
            done = bring(database, transport, ecosystems, base=base or OSV_DEV, catalogue=catalogue)
            _need_something(done, base or OSV_DEV, empty=True)
    finally:
        transport.close()
    return _told(done, path, quiet=quiet)


@command.command("status", short_help="Show what the database has, and how old it is.")
@DB
@click.option(
    "-f", "--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", help="What to write."
)
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; - is standard output.")
def status(*, path: Path | None, form: str, output: str) -> int:
    """Show the sources of the database: how many advisories, of which releases, and when they were up to date."""
    from contextlib import closing

    from hardhull.advisories.database import DatabaseError, reading, usual_path
    from hardhull.advisories.status import sources

    path = path or usual_path()
    try:
        with closing(reading(path)) as database:
            found = sources(database)
    except DatabaseError as error:
        raise UserError("there are no advisories", error.why, error.how, NOTHING) from None
    today = datetime.now(UTC).date().isoformat()
    if form == "json":
        from hardhull.report.database import as_json

        write([as_json(str(path), path.stat().st_size, found, today)], output)
    else:
        from hardhull.report.database import listing

        write(listing(str(path), path.stat().st_size, found, today), output)
    return 0


def _open(path: Path | None) -> AbstractContextManager[Connection]:
    from hardhull.cli.databases import opened

    return opened(path)


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def _need_something(done: Outcome, where: str, *, empty: bool = False) -> None:
    """Leaves the database as it was where nothing at all was read.

    Raises:
        UserError: so it is.
    """
    if done.counts and (empty or any(done.counts.values())):
        return
    if done.troubles:
        first = done.troubles[0]
        raise UserError(
            f"cannot read advisories from {where}", f"{first.where}: {first.why}", "check the source", FAILED
        )
    why = "no record of OSV for an ecosystem of images, and no catalogue of CISA, is in it"
    raise UserError(f"there are no advisories in {where}", why, "name a folder with ECOSYSTEM/all.zip in it", NOTHING)


def _say(what: str, *, quiet: bool) -> None:
    if not quiet:
        sys.stderr.write(clean(f"hardhull: {what}", unicode=False) + "\n")
        sys.stderr.flush()


def _told(done: Outcome, path: Path | None, *, quiet: bool) -> int:
    if not quiet:
        write(_lines(done, path), "-")
    for trouble in done.troubles[:FEW]:
        sys.stderr.write(clean(f"hardhull: not read: {trouble.where}: {trouble.why}", unicode=False) + "\n")
    if len(done.troubles) > FEW:
        sys.stderr.write(f"hardhull: and {len(done.troubles) - FEW} more\n")
    return FAILED if done.troubles else 0


def _lines(done: Outcome, path: Path | None) -> Iterator[str]:
    from hardhull.advisories.database import usual_path

    for name, number in sorted(done.counts.items()):
        yield f"{name}: {number} read\n"
    yield f"in {path or usual_path()}; `hardhull db status` shows how old they are\n"
