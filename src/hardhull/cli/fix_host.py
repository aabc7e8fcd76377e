"""``hardhull fix host``: audit rules for what this host really uses, each shown to record, through its journal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, NOTHING, USAGE, UserError
from hardhull.cli.live import document, split
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.audit.page import Done
    from hardhull.audit.plan import AuditPlan
    from hardhull.cli.fix import Request
    from hardhull.facts.host import Host


def fix(targets: tuple[str, ...], request: Request) -> int:
    """Plans, shows, and with ``--apply`` does it, or proves what is there.

    Raises:
        UserError: it cannot be done, or was taken back.
    """
    from hardhull.cli.fix_live import state

    if request.form == "patch" or request.way != "edit":
        what = "a patch" if request.form == "patch" else f"--as {request.way}"
        raise UserError(f"{what} of a host cannot be written", "rules are loaded", "use --format json", USAGE)
    with _refusing():
        from hardhull.audit.page import NOT_DONE
        from hardhull.audit.plan import plan

        host = _host(document(split(targets)))
        found = plan(host, state())
        if not found.wishes and not found.there:
            what, why = "nothing to record", "this host has no engine, and none of an engine's programs or files"
            raise UserError(what, why, "run it where containers run", NOTHING)
        done = _applied(found) if request.apply else NOT_DONE
    _show(found, targets, request, done)
    return 1 if any(one.missed for one in done.proofs) else 0


def _host(facts: bytes) -> Host:
    from hardhull.facts.host import Host
    from hardhull.formats.live import read
    from hardhull.model.source import Source

    found = read(Source("live", facts))
    host = next((fact for fact in found.facts if isinstance(fact, Host)), None)
    if host is None or not host.in_use.known:
        raise UserError("the host could not be read", "it says nothing of itself", "run hardhull as root", FAILED)
    return host


def _applied(found: AuditPlan) -> Done:
    """Does it, with a guard beside it; where nothing is to be done, only the proof.

    Raises:
        UserError: it was not done, or taken back.
    """
    from hardhull.audit.page import Done
    from hardhull.audit.proof import Proven, prove, verifier
    from hardhull.cli.deploy_guard import guarded
    from hardhull.cli.fix_live import state
    from hardhull.cli.journals import journal_of

    if not found.to_do:
        return Done("", prove(found.wishes))
    need_posix()
    root = state()
    journal = journal_of(root)
    shown: list[Proven] = []
    with telling(journal), guarded(root):
        title = f"fix host: {len(found.wishes)} audit rules"
        receipt = journal.apply(title, found.files, verifier(found, shown), [found.action()])
    return Done(receipt.id, shown)


def _show(found: AuditPlan, targets: tuple[str, ...], request: Request, done: Done) -> None:
    from hardhull.audit.page import as_json, render, summary

    if request.form == "json":
        write([as_json(found, done)], request.output)
    elif request.quiet:
        word = "applied" if done.receipt else "proven" if done.proofs else "plan"
        write([f"{word}: {summary(found, done)}\n"], request.output)
    else:
        view = view_for(request.output)._replace(command=" ".join(("hardhull", "fix", *targets)))
        write(render(found, view, done), request.output)


@contextmanager
def _refusing() -> Iterator[None]:
    """Tells refusals of the audit's part as this program's errors."""
    from hardhull.apply.actions import ActionError
    from hardhull.audit.plan import NoAuditError

    try:
        yield
    except NoAuditError as error:
        raise UserError(error.what, error.why, error.how, error.code) from None
    except ActionError as error:
        how = "run hardhull as root on the host, with auditctl and ausearch installed"
        raise UserError("the host's audit cannot be changed", str(error), how, FAILED) from None
