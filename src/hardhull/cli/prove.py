"""``hardhull prove``: finds the strictest configuration under which a workload still works, and keeps the evidence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hardhull.cli.deploy import CONSENT
from hardhull.cli.errors import FAILED, REFUSED, USAGE, UserError, told
from hardhull.cli.output import view_for, write
from hardhull.cli.runs import found, running, teller
from hardhull.cli.uses import Use, exercise, options, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.prove.again import Shown
    from hardhull.prove.prover import Outcome
    from hardhull.run.exercise import Exercise
    from hardhull.run.target import Target

FORMATS = ("terminal", "json")
UNPROVEN = 1
"""Exit code where nothing was proven: it does not work as it is, or not often enough in a row."""
COMMANDS = "commands"
"""What a replay needs consent for: commands on this machine that a file of the tree names."""
ASKED_ANEW = frozenset({COMMANDS, CONSENT})
"""What is allowed for one run alone: no proof is made with it, and no replay is given it."""


class Request(NamedTuple):
    """The options of the verb: how it is used, and one field each for the rest."""

    use: Use
    replay: str
    deploy: bool
    form: str
    output: str
    quiet: bool


@click.command("prove", short_help="Find the strictest configuration that still works, with evidence.")
@click.argument("target", metavar="TARGET", default=".")
@options
@click.option("--replay", default="", metavar="ID", help="Show a proof of this tree again, used as it was then.")
@click.option(
    "--deploy", is_flag=True,
    help="Then write the changes and make the containers that run anew with them; taken back where a check fails.",
)  # fmt: skip
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="terminal", help="What to show.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to show it; - is standard output.")
@click.option("-q", "--quiet", is_flag=True, help="One line.")
def command(target: str, replay: str, deploy: bool, form: str, output: str, quiet: bool, **use: Any) -> int:
    """Run a workload as it is, then with everything locked down, and give back only what it needs.

    TARGET is a compose file, a manifest, a script with `docker run`, a folder with one of them (PATH:NAME names a
    workload in it), image:REFERENCE, or - for standard input. Images are never pulled. It runs in disposable worlds
    that cannot reach the network; nothing of yours is touched. `engine` shows what limits do on this machine, by small
    loads in throwaway containers; `network` who reaches containers from another machine, put beside it for a moment.

    What works is decided by its checks, its load and every reply, who its processes are, and how it restarts, reloads
    and ends. Harmless attempts to break out (drills) are made before and after. The proof is kept in
    hardhull/proofs/ID/proof.json at the root: `hardhull fix` knows its changes as proven. See docs/proving.md.
    """
    request = Request(Use(**use).checked(), replay, deploy, form, output, quiet)
    word = target.removesuffix(":")
    if word in {"engine", "network"} and not (target == word and Path(target).exists()):
        from hardhull.cli.prove_engine import prove as of_engine
        from hardhull.cli.prove_network import prove as of_network

        return of_engine(request) if word == "engine" else of_network(request)
    return _replay(target, request) if replay else _prove(target, request)


def _prove(named: str, request: Request) -> int:
    from hardhull.prove.prover import prove

    target = found(named, request.use.service, request.use.asked)
    _deployable(target, request.use, request)
    wanted = exercise(target, request.use, trust=False)
    with running():
        _needs_the_kernel()
        with _recorder(request) as recorder:
            outcome = prove(target, settings(target, request.use), wanted, recorder, teller(quiet=request.quiet))
    return _kept(target, outcome, wanted, request)


def _deployable(target: Target, use: Use, request: Request) -> None:
    """Refuses before anything is run what could not be deployed afterwards.

    Raises:
        UserError: no container of it runs, it may not be made anew, or a check asks another service: where containers
            are made anew only their own are asked.
    """
    from hardhull.run.exercise import asked_at

    if not request.deploy:
        return
    other = next((each for each in (*use.commands, *use.urls) if asked_at(each)[0]), "")
    if other:
        why = f"{other} asks another service than the one that is made anew"
        raise UserError("nothing is deployed", why, "give it a check of its own, or leave --deploy out", USAGE)
    from hardhull.cli.deploy import ask

    ask(target, use.allow)


def _needs_the_kernel() -> None:
    """Raises RecordingError where nothing can be recorded in the kernel: a proof without evidence is none."""
    from hardhull.learn import bpf
    from hardhull.learn.errors import RecordingError

    why, _, how = bpf.why_not().partition(": ")
    if why:
        raise RecordingError("nothing is proven", why, how or "prove on Linux, on x86-64 or 64-bit Arm")


def _recorder(request: Request) -> Any:
    from hardhull.learn.bpf import Recorder

    if not request.quiet:
        sys.stderr.write("hardhull: proving; each try takes as long as starting it and using it\n")
    return Recorder()


# ---- again --------------------------------------------------------------------------------------------------------


def _replay(named: str, request: Request) -> int:
    from hardhull.prove.again import again, stale

    root = _root(named)
    shown = _read(root / _folder(request.replay) / "proof.json", request.replay)
    _consent(shown, request)
    asked = Use(shown.service, *shown.wanted[1:4], shown.wanted.seconds, shown.wanted.reload, request.use.allow)
    where = shown.target if shown.target.startswith("image:") else str(root / shown.target)
    target = found(where, shown.service, asked.asked)
    _deployable(target, asked, request)
    wanted = exercise(target, asked, trust=False)
    with running():
        _needs_the_kernel()
        why = stale(target, settings(target, asked), shown)
        if why:
            _say_stale(shown.proof.ident, why)
        with _recorder(request) as recorder:
            outcome = again(target, settings(target, asked), wanted, recorder, shown, teller(quiet=request.quiet))
    return _kept(target, outcome, wanted, request, {"again": {"proof": shown.proof.ident, "stale": why}})


def _say_stale(ident: str, why: str) -> None:
    """What is shown on standard error, also where it shall be quiet: another thing is run than was proven."""
    sys.stderr.write(f"hardhull: proof {ident} is stale: {why}; it is tried with what is there now\n")


def _root(named: str) -> Path:
    """The nearest folder, from here upwards, that keeps proofs."""
    from hardhull.scan.kept import PROOFS

    start = Path(named).resolve()
    for folder in (start, *start.parents):
        if (folder / PROOFS).is_dir():
            return folder
    what, why = "nothing is shown again", f"neither {named} nor a folder above keeps proofs ({PROOFS})"
    raise UserError(what, why, "name the root of the tree: `hardhull prove --replay ID PATH`", USAGE)


def _folder(ident: str) -> str:
    from hardhull.scan.kept import PROOFS

    if not ident.isalnum():
        raise UserError(f"{ident} is not shown again", "it is no id of a proof", f"see the folders in {PROOFS}", USAGE)
    return f"{PROOFS}/{ident}"


def _read(path: Path, ident: str) -> Shown:
    from hardhull.formats.proof import ProofError
    from hardhull.prove.again import kept_proof

    try:
        return kept_proof(path.read_bytes())
    except OSError as error:
        how = f"see the folders in {path.parent.parent}"
        raise UserError(f"there is no proof {ident}", error.strerror or str(error), how, USAGE) from None
    except ProofError as error:
        raise UserError(f"{path} cannot be shown again", error.why, error.how, FAILED) from None


def _consent(shown: Shown, request: Request) -> None:
    """Commands for this machine come from a file of the tree: a person has to have seen them.

    Raises:
        UserError: nobody has allowed them, or what was allowed when it was proven.
    """
    commands = (*shown.wanted.commands, *shown.wanted.loads)
    what = f"proof {shown.proof.ident} is not shown again"
    if commands and COMMANDS not in request.use.allow:
        why = f"it runs commands on this machine: {'; '.join(commands)}"
        raise UserError(what, why, "read them, then --allow commands", REFUSED)
    missing = [word for word in shown.allow if word not in {*request.use.allow, *ASKED_ANEW}]
    if missing:
        words = " ".join(f"--allow {word}" for word in missing)
        raise UserError(what, f"it was proven with {words}", f"add {words}", REFUSED)


# ---- what becomes of it -------------------------------------------------------------------------------------------


def _kept(
    target: Target, outcome: Outcome, wanted: Exercise, request: Request, more: Mapping[str, Any] | None = None
) -> int:
    """Keeps the proof, with further sections of it, and shows it."""
    from hardhull.formats.proof import write as written
    from hardhull.prove.document import Replay, proof_of, sections
    from hardhull.report.proof import render, summary

    proof = proof_of(target.subject, outcome)
    where = target.path or target.subject.place.source.path
    allow = tuple(word for word in request.use.allow if word not in ASKED_ANEW)
    replay = Replay(where, target.subject.name if target.path else "", wanted, allow)
    text = written(proof, {**sections(target.subject, outcome, replay), **(more or {})})
    document = json.loads(text)
    saved = ""
    if outcome.proven.complete:
        saved = f"{_folder(proof.ident)}/proof.json"
        _keep(target.root / saved, text)
    if request.form == "json":
        write([text], request.output)
    elif request.quiet:
        write([f"{summary(document)}\n"], request.output)
    else:
        view = view_for(request.output)
        write(render(document, view, saved=saved, deployed=request.deploy), request.output)
    if not saved:
        sys.stderr.write(told(_unproven(target, outcome)))
        return UNPROVEN
    if request.deploy:
        _deploy(target, text, wanted, request)
    return 0


def _deploy(target: Target, text: str, wanted: Exercise, request: Request) -> None:
    from hardhull.cli.deploy import deploy, tell
    from hardhull.prove.again import kept_proof

    shown = kept_proof(text.encode())
    tell(deploy(target, shown, wanted, request.use.allow, teller(quiet=request.quiet)))


def _unproven(target: Target, outcome: Outcome) -> UserError:
    proven = outcome.proven
    why = f"it worked {proven.runs} times in a row only: {proven.last.failure or '; '.join(proven.flaky)}"
    return UserError(f"{target.subject.subject} is not proven", why, "see what fails, and make it steady", UNPROVEN)


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        how = "make the folder writable"
        raise UserError(f"cannot make {path.parent}", error.strerror or str(error), how, FAILED) from None
    write([text], str(path))
