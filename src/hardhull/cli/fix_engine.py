"""``hardhull fix engine``: another configuration for a running engine, tried first, and taken back where it fails."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from hardhull.cli.errors import FAILED, REFUSED, USAGE, UserError
from hardhull.cli.live import split
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

    from hardhull.engines.page import Done
    from hardhull.engines.plan import EnginePlan, Wanted
    from hardhull.engines.seen import Seen

CONSENTS = ("restart", "hide", "remove")


class Request(NamedTuple):
    """The options of the verb, one field each."""

    apply: bool
    allow: tuple[str, ...]
    only: tuple[str, ...]
    risk: str
    form: str
    output: str
    quiet: bool
    prove: bool


@click.command("fix engine", short_help="Give a running engine another configuration, safely.")
@click.argument("targets", nargs=-1, metavar="engine [KEY=VALUE | FILE]...")
@click.option("--apply", "apply", is_flag=True, help="Write it, bring it into effect, check it; all of it or nothing.")
@click.option(
    "--allow", multiple=True, type=click.Choice(CONSENTS),
    help="restart: interrupt the engine, and containers that cannot run on; hide: images and containers that it will "
    "not see; remove: containers that are gone when they stop.",
)  # fmt: skip
@click.option("--prove", "prove", is_flag=True, help="Change nothing: show what the engine does with each setting.")
@click.option("--only", multiple=True, metavar="RULE", help="Only findings of this rule, by id or name; repeatable.")
@click.option(
    "--risk", type=click.Choice(("safe", "needs-proof", "all")), default="safe",
    help="Of the fixes of rules, where no setting is named.",
)  # fmt: skip
@click.option(
    "-f", "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", help="What to write."
)
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; - is standard output.")
@click.option("-q", "--quiet", is_flag=True, help="One line.")
def command(targets: tuple[str, ...], **options: object) -> int:
    """Change daemon.json of the running engine: shows a plan; --apply does it.

    KEY=VALUE settings go into the file (log-opts.max-size=10m, icc=false; no value removes the key), or FILE is what
    it is to be; without either, what rules would fix. All of it is tried in a shadow engine with a network and folders
    of its own first. After it is written, the engine is reloaded or restarted and every setting looked at; where one is
    not in effect, or a container does not run as before, file and engine are taken back. --prove starts a throwaway
    container on the engine as it is, sends a message through its log driver and makes its log files rotate. Needs root.
    """
    request = Request(**options)  # type: ignore[arg-type]  # click has checked each by its type
    asked = split(targets)
    if asked.live != ("engine",):
        what = f"cannot fix {' '.join(targets)}"
        raise UserError(what, "an engine is changed alone", "run `hardhull fix engine` by itself", USAGE)
    if request.prove and (request.apply or asked.paths):
        why = "the engine is looked at as it is"
        raise UserError("--prove cannot be used with settings", why, "run `hardhull fix engine --prove` alone", USAGE)
    with _refusing(), _engine() as (client, address):
        if request.prove:
            return _prove(client, address, request)
        from hardhull.engines.plan import plan

        found = plan(client, address, _wanted(asked.paths, request))
        done = None
        if request.apply and _to_do(found):
            need_posix()
            _check(found, request)
            done = _applied(found)
        _show(found, targets, request, done)
        return 1 if found.trial.refusals else 0


def _prove(client: APIClient, address: str, request: Request) -> int:
    """Shows the settings of the engine as it is; 1 where one is not in effect."""
    from hardhull.engines.look_page import as_json, render, summary
    from hardhull.engines.looking import look

    found = look(client, address)
    if request.form == "json":
        write([as_json(found)], request.output)
    elif request.quiet:
        write([f"proven: {summary(found)}\n"], request.output)
    else:
        write(render(found, view_for(request.output)), request.output)
    return 1 if any(one.kept is False for one in found.seen.values()) else 0


def _wanted(words: tuple[str, ...], request: Request) -> Wanted:
    from hardhull.engines import plan

    if not words:
        from hardhull.cli.fix import Request as Usual
        from hardhull.cli.fix import choices
        from hardhull.engines.from_rules import from_rules

        usual = Usual(
            apply=False, only=request.only, risk=request.risk, way="edit", form="", output="", everything=False,
            config=None, engine=False, online=False, tight=False, quiet=False,
        )  # fmt: skip
        return from_rules(choices(usual))
    files = [word for word in words if "=" not in word or Path(word).is_file()]
    if not files:
        return plan.settings(words)
    if len(words) > 1:
        what = f"{files[0]} is not the only thing that is wanted"
        raise UserError(what, "a file says all of the configuration", "name the file alone, or settings", USAGE)
    return plan.file(files[0])


def _to_do(found: EnginePlan) -> bool:
    return not found.trial.refusals and (bool(found.wanted.changed) or found.wanted.before != found.wanted.after)


def _check(found: EnginePlan, request: Request) -> None:
    """Refuses where nobody has agreed to what it interrupts.

    Raises:
        UserError: nobody has.
    """
    missing = [word for word in found.outlook.consents if word not in request.allow]
    if not missing:
        return
    ahead = found.outlook
    names = ", ".join(each.name for each in ahead.stopped)
    why = f"the engine would be away for about {ahead.away:.1f} s"
    why += f", and these containers for up to {ahead.down:.1f} s: {names}" if names else ""
    why += f"; {ahead.hidden}" if ahead.hidden else ""
    how = " ".join(f"--allow {word}" for word in missing)
    raise UserError(f"{found.wanted.path} is not changed", why, how, REFUSED)


def _applied(found: EnginePlan) -> Done:
    """Does it, with a guard beside it.

    Raises:
        UserError: it was not done, or taken back.
    """
    from hardhull.cli.deploy_guard import guarded
    from hardhull.cli.journals import HOST, journal_of
    from hardhull.engines.applying import action, changes, verifier
    from hardhull.engines.page import Done

    journal = journal_of(HOST)
    shown: dict[str, Seen] = {}
    title = f"fix engine: {', '.join(each.key for each in found.wanted.changed)}"
    with telling(journal), guarded(HOST):
        receipt = journal.apply(title, changes(found), verifier(found, shown), [action(found)])
    return Done(receipt.id, shown)


def _show(found: EnginePlan, targets: tuple[str, ...], request: Request, done: Done | None) -> None:
    from hardhull.cli.inputs import quoted
    from hardhull.engines.page import NOT_DONE, as_json, render, summary

    if request.form == "json":
        write([as_json(found, done or NOT_DONE)], request.output)
    elif request.quiet:
        write([f"{'applied' if done else 'plan'}: {summary(found)}\n"], request.output)
    else:
        words = ["hardhull", "fix", *targets]
        for rule in request.only:
            words += ["--only", rule]
        if request.risk != "safe":
            words += ["--risk", request.risk]
        view = view_for(request.output)._replace(command=" ".join(map(quoted, words)))
        write(render(found, view, done or NOT_DONE), request.output)
        if len(targets) == 1 and request.risk == "safe":
            write(["\n`--risk needs-proof` also takes what containers may have relied on; the trial shows more\n"], "-")


@contextmanager
def _refusing() -> Iterator[None]:
    """Tells refusals of the engine's part as this program's errors."""
    from hardhull.engines.daemon import CannotApplyError

    try:
        yield
    except CannotApplyError as error:
        raise UserError(error.what, redact(error.why), error.how, error.code) from None


@contextmanager
def _engine() -> Iterator[tuple[APIClient, str]]:
    """The engine of this machine, with time for what takes long, and its address."""
    from hardhull.supply.connection import NoEngineError, connect

    try:
        client, address = connect()
    except NoEngineError as error:
        raise UserError("no engine is changed", f"the engine: {error.why}", error.how, FAILED) from None
    client.timeout = 120
    with client:
        yield client, address
