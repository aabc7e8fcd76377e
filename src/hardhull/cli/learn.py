"""``hardhull learn``: records what a workload needs while it is used, and keeps it as a profile."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from hardhull.cli.errors import FAILED, USAGE, UserError, told
from hardhull.cli.output import view_for, write
from hardhull.cli.runs import found, running

if TYPE_CHECKING:
    from hardhull.facts.profile import Profile
    from hardhull.learn.workload import Learned
    from hardhull.run.exercise import Exercise
    from hardhull.run.settings import Settings
    from hardhull.run.target import Target

FORMATS = ("terminal", "json")
BROKEN = 1
"""Exit code for a workload that does not work as it is: nothing is known of it then."""
PLAIN = re.compile(r"[^\w.-]+", re.ASCII)
START_SECONDS = 240.0
"""Beside the loads and the time of use: starting it twice, trying its checks, stopping it twice."""


class Request(NamedTuple):
    """The options of the verb, one field each."""

    service: str
    commands: tuple[str, ...]
    urls: tuple[str, ...]
    loads: tuple[str, ...]
    seconds: float
    reload: str
    allow: tuple[str, ...]
    form: str
    output: str
    everything: bool
    quiet: bool


@click.command("learn", short_help="Record what a workload needs while it is used.")
@click.argument("target", metavar="TARGET")
@click.option("--service", default="", metavar="NAME", help="Which workload of a file or folder that has several.")
@click.option(
    "--check", "commands", multiple=True, metavar="CMD",
    help="A command on this machine that ends with 0 where the workload works; repeatable. It finds it at "
    "$HARDHULL_HOST, its port 80 at $HARDHULL_PORT_80.",
)  # fmt: skip
@click.option("--url", "urls", multiple=True, metavar="URL", help="Has to answer, as http://localhost:80/; repeatable.")
@click.option("--load", "loads", multiple=True, metavar="CMD", help="Like --check: uses it; run once; repeatable.")
@click.option(
    "--for", "seconds", type=click.FloatRange(0, 86400), default=0.0, metavar="SECONDS",
    help="Let it run on so long, checked every second.",
)  # fmt: skip
@click.option(
    "--reload", default="", metavar="HOW",
    help="How it reads its configuration again: a signal (HUP) or a command inside. Known where its package's unit in "
    "the image says so.",
)  # fmt: skip
@click.option(
    "--allow", multiple=True, metavar="WORD", help="Allow what a refusal names (privileged, ...); repeatable."
)
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="terminal", help="What to show.")
@click.option(
    "-o", "--output", default="", metavar="FILE",
    help="Where the profile is kept, beside what is in it; hardhull/profiles/NAME.json at the root by default, - shows "
    "it and keeps nothing.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Name everything that was seen.")
@click.option("-q", "--quiet", is_flag=True, help="One line.")
def command(target: str, **options: object) -> int:
    """Run a workload in a disposable world, use it, and record what it needs.

    TARGET is a compose file, a manifest, a script with `docker run`, a folder with one of them (PATH:NAME names a
    workload in it), image:REFERENCE, or - for standard input. Images are never pulled. What it depends on runs beside
    it. Nothing of it can reach the network, and everything is removed at the end.

    Recorded are system calls, capabilities, users, files, addresses and peaks: in the kernel with bpftrace, as root;
    else by strace, which sees less. See docs/learning.md.
    """
    return _learn(target, Request(**options))  # type: ignore[arg-type]  # click has checked each by its type


def _learn(named: str, request: Request) -> int:
    from hardhull.formats.profile import write as written

    target = found(named, request.service)
    if request.reload:
        from hardhull.run.reload import asked

        with running(USAGE):
            asked(request.reload)
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
        return learn(target, _wanted(target, request), _settings(target, request))


def _wanted(target: Target, request: Request) -> Exercise:
    from hardhull.run.exercise import Exercise

    name, seconds = target.subject.name, request.seconds
    wanted = Exercise(name, request.commands, request.urls, request.loads, seconds, trust=True)
    return wanted._replace(reload=request.reload)


def _settings(target: Target, request: Request) -> Settings:
    from hardhull.run.exercise import LOAD_SECONDS
    from hardhull.run.settings import Bounds, Settings

    seconds = START_SECONDS + request.seconds + LOAD_SECONDS * len(request.loads)
    bounds = Bounds()._replace(seconds=max(Bounds().seconds, seconds))
    return Settings(base=target.root, data=target.data, allow=frozenset(request.allow), bounds=bounds)


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
