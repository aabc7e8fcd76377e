"""``hardhull scan``: reads, judges, reports."""

from __future__ import annotations

import gc
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from hardhull.cli.errors import FAILED, NOTHING, UserError, told
from hardhull.cli.formats import FOR_PEOPLE, FORMATS, rendered
from hardhull.cli.gate import ALSO, DEFAULT_GATE, GATES, UNCHECKED, UNKNOWN, exit_code, gate_of, reason
from hardhull.cli.inputs import Refusals, quoted, stdin
from hardhull.cli.live import document, split
from hardhull.cli.output import view_for, write
from hardhull.model.lazy import lazy
from hardhull.report.cells import clean
from hardhull.report.words import count, left_out, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.cli.live import Split
    from hardhull.model.finding import Severity
    from hardhull.model.result import Result
    from hardhull.report.view import View
    from hardhull.scan import Options

HASHED = ("sarif", "json")
"""Formats that carry GitHub's names of lines: JSON because a saved scan may be written as SARIF later."""
DATE = lazy(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", re.ASCII)


class Request(NamedTuple):
    """The options of the verb, one field each."""

    form: str
    output: str
    fail_on: tuple[str, ...]
    everything: bool
    config: Path | None
    no_ignore: bool
    today: str
    facts: str
    engine: bool
    secrets: bool
    ignore_unfixed: bool
    quiet: bool

    @property
    def level(self) -> str:
        """The severity of ``--fail-on``, the last one; empty for none."""
        return next((word for word in reversed(self.fail_on) if word in GATES), "")


@click.command("scan", short_help="Read, judge and report files and folders (the default verb).")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="terminal", help="What to write.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to write it; - is standard output.")
@click.option(
    "--fail-on", multiple=True, type=click.Choice((*GATES, *ALSO)),
    help=f"Least severity that gives exit 1, {DEFAULT_GATE} by default; repeated, also unknown: vulnerabilities that "
    "nobody has rated, and unchecked: exit 4 for anything that was not checked.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every finding, however many lines that takes.")
@click.option("--config", type=click.Path(path_type=Path), help="Instead of the hardhull.toml at the root.")
@click.option("--no-ignore", is_flag=True, help="Show what ignore comments and rules hide.")
@click.option("--today", default="", metavar="DATE", help="YYYY-MM-DD that ignores expire against; today by default.")
@click.option("--facts", type=click.Choice(["none", "also", "only"]), default="none", help="What was read, as JSON.")
@click.option("--engine", is_flag=True, help="Ask the local Docker engine about the images that the files name.")
@click.option("--secrets", is_flag=True, help="Also search every file for secrets, whatever it is.")
@click.option("--ignore-unfixed", is_flag=True, help="Leave out vulnerabilities of images that have no fix.")
@click.option("-q", "--quiet", is_flag=True, help="One line, or nothing beside the format that was asked for.")
def command(targets: tuple[str, ...], **options: object) -> int:
    """Scan files and folders: Dockerfiles, Compose, Kubernetes, docker run lines, units, daemon.json ...

    TARGET is a path, or - for standard input; the current folder by default. Nothing is executed and nothing is
    fetched: the result depends on the files, the configuration and the date; with --engine also on its images.

    TARGET may also be `containers [NAME]...` (or `container:NAME`), `engine`, `host`, `images` or `network`: this
    machine, judged by what its kernel and its engine say. `--format json --facts only` writes that to a file, to be
    scanned anywhere. `network` tries connections between all running containers; the others only read.

    Or a built image: `image:NAME` of the engine, `docker-archive:FILE`, `oci:FOLDER`, `registry:NAME`, `rootfs:FOLDER`.
    Its packages are looked up in the database of `hardhull db`; nobody is asked.
    """
    request = Request(**options)  # type: ignore[arg-type]  # click has checked each by its type
    _check(request)
    gc.disable()  # a fifth of the time of a large scan: it makes few cycles, and ends soon
    return _scan(targets or (".",), request)


def _check(request: Request) -> None:
    if request.today and not DATE.fullmatch(request.today):
        raise UserError(f"--today {request.today} is no date", "it must be YYYY-MM-DD", "write --today 2026-12-31")
    if request.facts != "none" and request.form != "json":
        why = f"the format {request.form} has no place for them"
        raise UserError(f"--facts {request.facts} needs JSON", why, "add --format json")


def _scan(targets: tuple[str, ...], request: Request) -> int:
    asked = split(targets)
    facts = document(asked)
    if facts and request.facts == "only" and asked.only_live and not asked.images:
        return _keep(facts, request)
    result = _result(asked, request, facts)
    _tell_pending(asked.paths)
    gate = gate_of(request.level or result.fail_on or DEFAULT_GATE)
    strict = UNCHECKED in request.fail_on
    code = exit_code(result, gate, strict=strict, unknown=UNKNOWN in request.fail_on)
    if request.facts == "only":
        code = exit_code(result, None, strict=strict)
        result = result._replace(findings=(), checks=(), rules={}, paths=(), score=None, unused_ignores=())
    if code == NOTHING and request.form in FOR_PEOPLE:
        sys.stderr.write(told(_nothing(targets, result)))
        return code
    _show(
        result,
        request,
        gate,
        _again(targets, request),
        _fixing(targets, request),
        facts if "network" in asked.live else b"",
    )
    _explain_code(result, request, code, gate)
    return code


def _keep(facts: bytes, request: Request) -> int:
    """Writes the facts about this machine, to be judged elsewhere: what could not be read stands in them."""
    import json

    from hardhull.hosts.document import written
    from hardhull.hosts.redacted import without_secrets

    plain = without_secrets(json.loads(facts))
    write([written(plain).decode()], request.output)
    return FAILED if any(gap["kind"] == "failed" for gap in plain["not_read"]) else 0


def _tell_pending(targets: tuple[str, ...]) -> None:
    """Files that a run left half changed are judged as they are, but the person should know."""
    from hardhull.scan.discover import find_root

    root = find_root([Path(target) for target in targets if target != "-"])
    if (root / ".hardhull").is_dir():
        from hardhull.cli.refused import tell_pending

        tell_pending(root)


def _show(result: Result, request: Request, gate: Severity | None, again: str, fixing: str, networks: bytes) -> None:
    if request.quiet and request.form == "terminal":
        write([f"{summary(result)}; {left_out(result)}\n"], request.output)
        return
    view = view_for(request.output)._replace(everything=request.everything, command=again, gate=gate, fixing=fixing)
    above = matrix(networks, view) if networks and request.form == "terminal" else ()
    write((*above, *rendered(result, request.form, view)), request.output)


def matrix(facts: bytes, view: View) -> Iterator[str]:
    """Who reaches whom, which stands above what is wrong with it.

    Args:
        facts: the document that says so.
        view: how it is shown.
    """
    from hardhull.facts.network import EngineNetworks
    from hardhull.formats.live import read
    from hardhull.model.source import Source
    from hardhull.report.reach import render

    for fact in read(Source("live", facts)).facts:
        if isinstance(fact, EngineNetworks):
            yield from render(fact, view)


def _explain_code(result: Result, request: Request, code: int, gate: Severity | None) -> None:
    """On standard error, what the person would not see: the outcome of a file, or why a machine's format fails."""
    if request.quiet or (request.output == "-" and request.form in FOR_PEOPLE):
        return
    if code == NOTHING:
        sys.stderr.write("hardhull: nothing to look at\n")
    elif code:
        sys.stderr.write(f"hardhull: {clean(reason(result, code, gate), unicode=False)}\n")
    elif request.output != "-":
        sys.stderr.write(f"hardhull: {summary(result)}; {left_out(result)}\n")


def _result(asked: Split, request: Request, facts: bytes) -> Result:
    """What the files and this machine are; and what built images hold, which are read first."""
    if not asked.images:
        return _of_tree(asked.paths, _options(asked.paths, request)._replace(live=facts), request)
    from hardhull.cli.contents import AddContents
    from hardhull.cli.images import read_images

    read = read_images(asked.images, request.today)
    contents = AddContents(read.held, today=request.today, ignore_unfixed=request.ignore_unfixed, alone=not asked.paths)
    options = _options(asked.paths, request)._replace(
        live=facts, built=read.documents, contents=contents, leaks=read.leaks
    )
    return read.added(_of_tree(asked.paths, options, request))


def _of_tree(targets: tuple[str, ...], options: Options, request: Request) -> Result:
    from hardhull.scan import scan

    with Refusals(targets):
        if not request.engine:
            return scan(targets, options)
        from hardhull.supply.engine import EngineImages

        with EngineImages() as images:
            return scan(targets, options._replace(images=images))


def _options(targets: tuple[str, ...], request: Request) -> Options:
    from hardhull.scan import Options

    return Options(
        config=request.config,
        today=request.today,
        ignores=not request.no_ignore,
        facts=request.facts != "none",
        stdin=stdin() if "-" in targets else b"",
        line_hashes=request.form in HASHED,
        secrets=request.secrets,
    )


def _nothing(targets: tuple[str, ...], result: Result) -> UserError:
    if split(targets).only_live:
        how = "see what could not be read in `--format json`, under not_checked"
        return UserError(f"nothing to look at in {', '.join(targets)}", "no container runs there", how, NOTHING)
    why = "no Dockerfile, compose file, manifest, script with docker commands, unit or daemon.json was found"
    if result.targets:
        why = f"{count(len(result.targets), 'file')} read, and none says how a container is built or run"
    return UserError(f"nothing to look at in {', '.join(targets)}", why, "name the folder that holds them", NOTHING)


def _again(targets: tuple[str, ...], request: Request) -> str:
    """The command for the same scan, to which the screen adds options."""
    words = ["hardhull", "scan", *(() if targets == (".",) else targets)]
    if request.config:
        words += ["--config", str(request.config)]
    if request.no_ignore:
        words.append("--no-ignore")
    if request.engine:
        words.append("--engine")
    if request.secrets:
        words.append("--secrets")
    if request.ignore_unfixed:
        words.append("--ignore-unfixed")
    if request.today:
        words += ["--today", request.today]
    return " ".join(map(quoted, words))


def _fixing(targets: tuple[str, ...], request: Request) -> str:
    """The command that repairs what this scan found."""
    targets = split(targets).paths
    if not targets:
        return ""
    words = ["hardhull", "fix", *(() if targets == (".",) else targets)]
    if request.config:
        words += ["--config", str(request.config)]
    if request.engine:
        words.append("--engine")
    return " ".join(map(quoted, words))
