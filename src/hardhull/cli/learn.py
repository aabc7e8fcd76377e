"""``hardhull learn``: records what a workload needs while it is used, and keeps it as a profile."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hardhull.cli.errors import FAILED, UserError, told
from hardhull.cli.output import view_for, write
from hardhull.cli.runs import found, running, teller
from hardhull.cli.uses import Use, exercise, options, settings

if TYPE_CHECKING:
    from hardhull.facts.profile import Profile
    from hardhull.learn.workload import Learned
    from hardhull.run.target import Target

FORMATS = ("terminal", "json")
BROKEN = 1
"""Exit code for a workload that does not work as it is: nothing is known of it then."""
PLAIN = re.compile(r"[^\w.-]+", re.ASCII)


class Request(NamedTuple):
    """The options of the verb: how it is used, and one field each for what becomes of it."""

    use: Use
    form: str
    output: str
    everything: bool
    quiet: bool


@click.command("learn", short_help="Record what a workload needs while it is used.")
@click.argument("target", metavar="TARGET")
@options
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="terminal", help="What to show.")
@click.option(
    "-o", "--output", default="", metavar="FILE",
    help="Where the profile is kept, beside what is in it; hardhull/profiles/NAME.json at the root by default, - shows "
    "it and keeps nothing.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Name everything that was seen.")
@click.option("-q", "--quiet", is_flag=True, help="One line.")
def command(target: str, form: str, output: str, everything: bool, quiet: bool, **use: Any) -> int:
    """Run a workload in a disposable world, use it, and record what it needs.

    TARGET is a compose file, a manifest, a script with `docker run`, a folder with one of them (PATH:NAME names a
    workload in it), image:REFERENCE, or - for standard input. Images are never pulled. What it depends on runs beside
    it. Nothing of it can reach the network, and everything is removed at the end.

    Recorded are system calls, capabilities, users, files, addresses and peaks: in the kernel, as root;
    else by strace, which sees less. See docs/learning.md.
    """
    return _learn(target, Request(Use(**use).checked(), form, output, everything, quiet))


def _learn(named: str, request: Request) -> int:
    from hardhull.formats.profile import write as written

    target = found(named, request.use.service, request.use.asked)
    path = _path(target, request)
    _kept(path)
    learned = _recorded(target, request)
    if learned.profile is None:
        sys.stderr.write(told(_broken(target, learned)))
        return BROKEN
    from hardhull.facts.profile import merge

    kept = merge([_kept(path), learned.profile])
    if path is not None:
        _keep(path, written(kept))
    if path is None or request.form == "json":
        write([written(kept)], "-")
    else:
        _show(learned, kept, _shortest(path), request)
    return 0


def _path(target: Target, request: Request) -> Path | None:
    """Where the profile is kept; None for nowhere. Workloads of one name in several files have a file each."""
    from hardhull.scan.kept import PROFILES

    if request.output == "-":
        return None
    if request.output:
        return Path(request.output)
    folder, own = target.root / PROFILES, (target.path, target.subject.subject)
    plain = folder / f"{_plain(target.subject.name)}.json"
    runs = _kept(plain).runs
    if not runs or any((run.path, run.subject) == own for run in runs):
        return plain
    return folder / f"{_plain(target.path)}-{plain.name}"


def _plain(text: str) -> str:
    """Text as a part of a file's name."""
    return PLAIN.sub("-", text).strip("-.") or "workload"


def _kept(path: Path | None) -> Profile:
    """What is there already.

    Raises:
        UserError: it is no profile, so that it would be lost.
    """
    from hardhull.facts.profile import Profile
    from hardhull.formats.profile import ProfileError, read

    try:
        return read(path.read_bytes()) if path is not None else Profile()
    except FileNotFoundError:
        return Profile()
    except OSError as error:
        raise UserError(f"cannot read {path}", error.strerror or str(error), "name another file", FAILED) from None
    except ProfileError as error:
        how = "move it away, or keep the profile in another file with --output"
        raise UserError(f"{path} is no profile", error.why, how, FAILED) from None


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        how = "name a file elsewhere with --output"
        raise UserError(f"cannot make {path.parent}", error.strerror or str(error), how, FAILED) from None
    write([text], str(path))


def _recorded(target: Target, request: Request) -> Learned:
    from hardhull.learn.workload import learn

    if not request.quiet:
        sys.stderr.write("hardhull: recording; this takes as long as starting it twice and using it\n")
    with running():
        wanted, world = exercise(target, request.use, trust=True), settings(target, request.use)
        return learn(target, wanted, world, teller(quiet=request.quiet))


def _broken(target: Target, learned: Learned) -> UserError:
    """A workload that does not work as it is."""
    what = f"nothing was learned of {target.subject.subject}"
    why = f"it does not work as it is: {learned.used.failure}"
    said = learned.used.said
    if said and said not in why:
        why += f"; its log ends with: {said}"
    return UserError(what, why, "make its checks pass first, as it is written now", BROKEN)


def _shortest(path: Path) -> str:
    """The path as a person would write it from here."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)


def _show(learned: Learned, kept: Profile, where: str, request: Request) -> None:
    from hardhull.report.learned import brief, render

    if request.quiet:
        write([brief(learned, where)], "-")
        return
    view = view_for("-")._replace(everything=request.everything)
    write(render(learned, kept, where, view), "-")
