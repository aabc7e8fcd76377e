"""``hardhull fix``: shows what would change, with its risk, and writes it through the journal."""

from __future__ import annotations

import gc
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hardhull.cli.errors import FAILED, NOTHING, USAGE, UserError, told
from hardhull.cli.inputs import Refusals, quoted, stdin
from hardhull.cli.names import rule_suggestion
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, tell_pending, telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.fix.choose import Choices
    from hardhull.model.change import Pin
    from hardhull.model.plan import Plan
    from hardhull.model.result import Result
    from hardhull.scan import Options
    from hardhull.scan.discover import Discovery

RISKS = ("safe", "needs-proof", "all")
FILE_WAYS = ("edit", "override")
WAYS = (*FILE_WAYS, "recreate", "docker-run", "compose")
FORMATS = ("terminal", "json", "patch")


class Request(NamedTuple):
    """The options of the verb, one field each."""

    apply: bool
    only: tuple[str, ...]
    risk: str
    way: str
    form: str
    output: str
    everything: bool
    config: Path | None
    engine: bool
    online: bool
    tight: bool
    quiet: bool


class _Verb(click.Command):
    """The verb; ``fix engine`` has options of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Its words, taken by it or by the one for engines."""
        if {"engine", "engine:"}.isdisjoint(args):
            return super().make_context(info_name, args, parent, **extra)
        from hardhull.cli.fix_engine import command as of_engines

        return of_engines.make_context("fix", args, parent, **extra)


@click.command("fix", cls=_Verb, short_help="Show what would repair the findings, and with --apply write it.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--apply", "apply", is_flag=True, help="Write the changes, journaled: `hardhull undo` takes them back.")
@click.option("--only", multiple=True, metavar="RULE", help="Only findings of this rule, by id or name; repeatable.")
@click.option(
    "--risk", type=click.Choice(RISKS), default="safe",
    help="safe: what cannot break anything, or was proven; needs-proof: also what has to be tried out; all: also for "
    "findings of low confidence.",
)  # fmt: skip
@click.option(
    "--as", "way", type=click.Choice(WAYS), default="edit",
    help="edit: into the files, or into what runs; override: beside files that are not yours: compose.override.yaml, "
    "drop-ins of units. Of containers also recreate: made anew and checked; docker-run, compose: the text for it.",
)  # fmt: skip
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="terminal", help="What to write.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; - is standard output.")
@click.option("--all", "everything", is_flag=True, help="Show every change, however many lines that takes.")
@click.option("--config", type=click.Path(path_type=Path), help="Instead of the hardhull.toml at the root.")
@click.option("--engine", is_flag=True, help="Ask the local Docker engine about images: their users and digests.")
@click.option("--online", is_flag=True, help="Ask registries for the digests of images.")
@click.option("--tight", is_flag=True, help="Allow what was recorded, and not also what the programs could call.")
@click.option("-q", "--quiet", is_flag=True, help="One line.")
def command(targets: tuple[str, ...], **options: object) -> int:
    """Repair what a scan finds: shows a plan with diffs and risks; --apply writes it.

    TARGET is a path, or - for standard input; the current folder by default. What is shown is what would be written.
    `images` are those of this machine's engine; `network` gives its containers networks of their own; `host` gets audit
    rules that are shown to record; `engine` is its configuration, with options of its own: see its `--help`.
    `image:NAME` upgrades the packages of a built image, in the Dockerfile that it was built from or as an image on top.
    """
    request = Request(**options)  # type: ignore[arg-type]  # click has checked each by its type
    from hardhull.cli.fix_live import fix, is_live
    from hardhull.cli.live import IMAGES

    if any(target.startswith(IMAGES) for target in targets):
        from hardhull.cli.fix_image import fix as fix_image

        return fix_image(targets, request)
    if is_live(targets):
        return fix(targets, request)
    if request.way not in FILE_WAYS:
        why = "only containers that run are made anew, or told as a text"
        raise UserError(f"--as {request.way} cannot be used with files", why, "name `containers` or container:NAME")
    if request.apply and ("-" in targets or request.form == "patch"):
        what = "standard input" if "-" in targets else "a patch"
        raise UserError(f"--apply cannot be used with {what}", "there is no file to write", "leave one of them out")
    if request.apply:
        need_posix()
    gc.disable()  # as for a scan: few cycles, and it ends soon
    with Refusals(targets), ExitStack() as stack:
        return _fix(targets or (".",), request, stack)


def _fix(targets: tuple[str, ...], request: Request, stack: ExitStack) -> int:
    from hardhull.fix.planner import Planner
    from hardhull.scan import examine, gather

    _settle(targets, apply=request.apply)
    options, resolve = _asked(targets, request, stack)
    found, policy = gather(targets, options)
    policy = policy._replace(tight=request.tight)
    if not found.files:
        how = "name the folder that holds Dockerfiles, compose files, manifests, scripts or daemon.json"
        sys.stderr.write(told(UserError(f"nothing to fix in {', '.join(targets)}", "no file of ours is there", how)))
        return NOTHING
    plan = Planner(found, policy, options, choices(request), resolve).plan()
    receipt = ""
    if request.apply and plan.files:
        receipt = _apply(plan, found, lambda: examine(gather(targets, options)[0], policy, options).result)
    _show(plan, targets, request, receipt)
    return _code(plan)


def _settle(targets: tuple[str, ...], *, apply: bool) -> None:
    """What an earlier run left half done is finished or taken back before anything is read; or only told."""
    from hardhull.scan.discover import find_root

    root = find_root([Path(target) for target in targets if target != "-"]).resolve()
    if not (root / ".hardhull").is_dir():
        return
    if not apply:
        tell_pending(root)
        return
    from hardhull.cli.journals import journal_of

    journal = journal_of(root)
    with telling(journal):
        journal.recover()


def _code(plan: Plan) -> int:
    """0, or 4 where a file could not be read: nobody knows what there would be to fix in it."""
    return FAILED if any(item.kind == "failed" for item in plan.before.not_checked) else 0


def _asked(targets: tuple[str, ...], request: Request, stack: ExitStack) -> tuple[Options, Callable[[Pin], str] | None]:
    """The options of the scans, and who knows digests."""
    from hardhull.scan import Options

    options = Options(config=request.config, stdin=stdin() if "-" in targets else b"", quotes=False)
    if not request.engine and not request.online:
        return options, None
    from hardhull.fix.pinning import resolving
    from hardhull.supply.ask import resolvers
    from hardhull.supply.engine import EngineImages

    images = stack.enter_context(EngineImages()) if request.engine else None
    who = stack.enter_context(resolvers(images, online=request.online))
    return options._replace(images=images), resolving(who)


def choices(request: Request) -> Choices:
    """Which fixes the options ask for."""
    from hardhull.fix.choose import Choices
    from hardhull.model.change import Risk

    risk = Risk.PROVEN if request.risk == "safe" else Risk.NEEDS_PROOF
    return Choices(frozenset(_rules(request.only)), risk, request.risk == "all", request.way == "override")


def _rules(names: tuple[str, ...]) -> Iterator[str]:
    from hardhull.rules.rule import find_rule

    for name in (part.strip() for given in names for part in given.split(",") if part.strip()):
        rule = find_rule(name)
        if rule is None:
            how = rule_suggestion(name)
            raise UserError(f"--only {name} names no rule", "there is none of this id or name", how, USAGE)
        yield rule.id


def _apply(plan: Plan, found: Discovery, rescan: Callable[[], Result]) -> str:
    """Writes the plan; returns the id of the receipt.

    Raises:
        UserError: it was not done, or taken back.
    """
    from hardhull.cli.journals import journal_of
    from hardhull.fix.applying import changes_of, verifier
    from hardhull.report.plan import summary

    journal = journal_of(found.root)
    with telling(journal):
        return journal.apply(f"fix: {summary(plan)}", changes_of(plan), verifier(plan, found, rescan)).id


def _show(plan: Plan, targets: tuple[str, ...], request: Request, receipt: str) -> None:
    from hardhull.fix.patch import shown
    from hardhull.report import plan as screen

    if request.form == "json":
        from hardhull.report.plan_json import render

        write(render(plan, receipt=receipt, diffs={file.path: shown(file) for file in plan.files}), request.output)
    elif request.form == "patch":
        _patch(plan, request)
    elif request.quiet:
        write([f"{'applied' if receipt else 'plan'}: {screen.summary(plan)}\n"], request.output)
    else:
        view = view_for(request.output)._replace(everything=request.everything, command=_again(targets, request))
        new = {file.path: shown(file) for file in plan.files if file.before is None}
        write(screen.render(plan, view, applied=bool(receipt), diffs=new), request.output)


def _patch(plan: Plan, request: Request) -> None:
    from hardhull.fix.patch import patch

    text, left_out = patch(plan.files)
    write([text], request.output)
    for path, why in left_out:
        sys.stderr.write(told(UserError(f"{path} is left out of the patch", why, "use --apply for it")))


def _again(targets: tuple[str, ...], request: Request) -> str:
    """The command for the same plan."""
    words = ["hardhull", "fix", *(() if targets == (".",) else targets)]
    for rule in request.only:
        words += ["--only", rule]
    if request.risk != "safe":
        words += ["--risk", request.risk]
    if request.way != "edit":
        words += ["--as", request.way]
    if request.config:
        words += ["--config", str(request.config)]
    flags = (("--engine", request.engine), ("--online", request.online), ("--tight", request.tight))
    words += [name for name, given in flags if given]
    return " ".join(map(quoted, words))
