"""``hardhull report``: any format from a saved scan, and the difference of two."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.formats import FORMATS, rendered
from hardhull.cli.gate import FINDINGS, GATES, exit_code, gate_of
from hardhull.cli.output import view_for, write
from hardhull.report.jsonin import SavedError, read
from hardhull.report.words import left_out, summary

if TYPE_CHECKING:
    from hardhull.model.result import Result

MAX_SAVED = 512 * 1024 * 1024
"""Bytes of a saved result; a million findings take about as many."""
DIFF, SCHEDULE = "diff", "schedule"
DIFF_FORMATS = ("terminal", "json")


@click.command("report", short_help="Show a saved scan in any format, or the difference of two.")
@click.argument("files", nargs=-1, metavar="FILE | diff OLD NEW | schedule systemd|cron|ci")
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="terminal", help="What to write.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; - is standard output.")
@click.option(
    "--fail-on", type=click.Choice(GATES), default="never", help="Least severity that gives exit 1; never by default."
)
@click.option("--all", "everything", is_flag=True, help="Show every finding, however many lines that takes.")
@click.option("-q", "--quiet", is_flag=True, help="One line for the terminal.")
def command(*, files: tuple[str, ...], form: str, output: str, fail_on: str, everything: bool, quiet: bool) -> int:
    """Show FILE, saved by `hardhull scan --format json --output FILE`, in any format.

    `diff OLD NEW` shows which findings are new and which were fixed; --fail-on then counts the new ones.
    `schedule systemd`, `cron` or `ci` shows the files of a weekly audit; with --output FOLDER they are written there.
    """
    if files and files[0] == SCHEDULE:
        from hardhull.cli.schedule import command as scheduled

        return scheduled(files[1:], output)
    if files and files[0] == DIFF:
        return _diff(files[1:], form, output, fail_on)
    if len(files) != 1:
        raise UserError("one saved scan is needed", f"{len(files)} were named", "run `hardhull report FILE`")
    result = _load(files[0])
    gate = gate_of(fail_on)
    if quiet and form == "terminal":
        write([f"{summary(result)}; {left_out(result)}\n"], output)
    else:
        again = f"hardhull report {files[0]}"
        view = view_for(output)._replace(everything=everything, command=again, gate=gate)
        write(rendered(result, form, view), output)
    return exit_code(result, gate) if gate else 0


def _diff(files: tuple[str, ...], form: str, output: str, fail_on: str) -> int:
    from hardhull.report.diff import as_json, difference, render

    if len(files) != 2:
        raise UserError("two saved scans are needed", f"{len(files)} were named", "run `hardhull report diff OLD NEW`")
    if form not in DIFF_FORMATS:
        how = f"use --format {' or --format '.join(DIFF_FORMATS)}"
        raise UserError("cannot write the difference", f"there is no {form} form of it", how)
    old, new = _load(files[0]), _load(files[1])
    write(as_json(old, new) if form == "json" else render(old, new, view_for(output)), output)
    gate = gate_of(fail_on)
    bad = gate is not None and any(found.severity >= gate for found in difference(old, new).new)
    return FINDINGS if bad else 0


def _load(name: str) -> Result:
    """Reads a saved result; ``-`` is standard input.

    Raises:
        UserError: it cannot be read, or is none.
    """
    what = f"cannot read {name}"
    try:
        data = _bytes(name)
    except OSError as error:
        raise UserError(what, error.strerror or str(error), "name a file saved by `hardhull scan`", USAGE) from None
    if len(data) > MAX_SAVED:
        raise UserError(what, f"it is larger than {MAX_SAVED // 1024**2} MB", "scan fewer files at once", FAILED)
    try:
        return read(data)
    except SavedError as error:
        raise UserError(what, error.why, error.how, USAGE) from None


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_SAVED + 1) if sys.stdin else b""
    with Path(name).open("rb") as stream:
        return stream.read(MAX_SAVED + 1)
