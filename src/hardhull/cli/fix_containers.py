"""``hardhull fix containers``: what can be changed while they run, what needs them made anew, and the text for that."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.cli.errors import FAILED, NOTHING, USAGE, UserError, told
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docker import APIClient

    from hardhull.cli.fix import Request
    from hardhull.deploy.find import Real
    from hardhull.deploy.renewal import Renewal

TEXTS = ("docker-run", "compose")
READY = 30.0
"""Seconds for which the checks of a new container may fail before it is taken for broken."""


def fix(names: Sequence[str], targets: tuple[str, ...], request: Request) -> int:
    """Plans, shows, and with ``--apply`` does it.

    Args:
        names: of containers; all that run where there are none.
        targets: as they were typed.
        request: the options.

    Raises:
        UserError: it cannot be done, or was taken back.
    """
    if request.form == "patch" or request.way == "override":
        what = "a patch" if request.form == "patch" else "an override"
        raise UserError(f"{what} of containers cannot be written", "they are no files", "use --as compose", USAGE)
    if request.apply and request.way in TEXTS:
        why = "a text changes nothing that runs"
        raise UserError(f"--apply cannot be used with --as {request.way}", why, "use --as recreate", USAGE)
    with engine() as client:
        found = _planned(client, names, request)
        if not found:
            how = "start what you want to look at; `docker ps` shows what runs"
            sys.stderr.write(told(UserError("nothing to fix", "no container runs", how)))
            return NOTHING
        if request.way in TEXTS:
            return _texts(found, request)
        done = _apply(client, found, request) if request.apply else ""
    _show(found, targets, request, done)
    return 0


def _planned(client: APIClient, names: Sequence[str], request: Request) -> list[Renewal]:
    from hardhull.cli.fix import choices
    from hardhull.deploy.renewal import NoContainerError, renewals, running
    from hardhull.scan import Options
    from hardhull.scan.config import ConfigError, load_policy
    from hardhull.scan.discover import find_root

    here = Path.cwd()
    try:
        policy = load_policy(find_root([here]), request.config, start=here)
        reals = running(client, names)
    except NoContainerError as error:
        raise UserError("cannot fix it", str(error), "see `docker ps`", FAILED) from None
    except ConfigError as error:
        raise UserError(f"cannot use {error.path}", error.what, error.how) from None
    wanted = choices(request)._replace(override=False)
    return list(renewals(client, reals, policy._replace(tight=request.tight), Options(quotes=False), wanted))


# ---- doing it -----------------------------------------------------------------------------------------------------


def _apply(client: APIClient, found: Sequence[Renewal], request: Request) -> str:
    need_posix()
    return _recreate(client, found) if request.way == "recreate" else _update(found)


def _update(found: Sequence[Renewal]) -> str:
    from hardhull.cli.fix_live import state
    from hardhull.cli.journals import journal_of
    from hardhull.deploy.update import action

    actions = [action(one.name, one.real.answer["Id"], *one.now) for one in found if one.now[1]]
    if not actions:
        return ""
    journal = journal_of(state())
    with telling(journal):
        return journal.apply(f"fix containers: {len(actions)} updated", [], actions=actions).id


def _recreate(client: APIClient, found: Sequence[Renewal]) -> str:
    from hardhull.cli.deploy_guard import guarded
    from hardhull.cli.fix_live import state
    from hardhull.cli.journals import journal_of
    from hardhull.deploy.kind import action
    from hardhull.deploy.replace import settle

    rows = _rows(found)
    if not rows:
        return ""
    root = state()
    journal = journal_of(root)
    with telling(journal), guarded(root):
        title = f"fix containers: {len(rows)} made anew"
        receipt = journal.apply(title, [], lambda: _complaints(client, found, rows), [action(list(rows.values()))])
    for name in rows:
        settle(client, name)
    return receipt.id


def _rows(found: Sequence[Renewal]) -> dict[str, Any]:
    """Names to what is changed of them; each one is followed by those that live in its namespaces.

    Raises:
        UserError: one of them cannot be made anew here.
    """
    from hardhull.deploy.body import HOST

    changed = [one for one in found if one.anew[1]["Config"] or one.anew[1][HOST]]
    for one in changed:
        if one.hindrance:
            how = "roll it out by what started it, with the text of --as compose or --as docker-run; or name others"
            raise UserError(f"{one.name} is not made anew", one.hindrance, how, FAILED)
    rows: dict[str, Any] = {}
    for one in changed:
        rows[one.name] = (one.name, *one.anew)
    for one in changed:
        for each in one.others:
            rows.setdefault(each.name, (each.name, {}, {}))
    return rows


def _complaints(client: APIClient, found: Sequence[Renewal], rows: dict[str, Any]) -> list[str]:
    """Why the new containers do not work; nothing where they do."""
    from hardhull.deploy.body import workload_of
    from hardhull.deploy.live import complaints
    from hardhull.deploy.replace import body_now
    from hardhull.run.exercise import Exercise

    known: dict[str, Real] = {each.name: each for one in found for each in (one.real, *one.others)}
    said = []
    for name in rows:
        workload = workload_of(body_now(client, known[name].answer).create, name)
        wrong = complaints(client, name, workload, Exercise(name, (), (), (), 0.0, ready=READY))
        said += [f"{name}: {each}" for each in wrong]
    return said


# ---- showing it ---------------------------------------------------------------------------------------------------


def _texts(found: Sequence[Renewal], request: Request) -> int:
    from hardhull.deploy.body import workload_of
    from hardhull.deploy.export import as_compose, as_run

    parts = []
    for one in found:
        body = one.wanted
        text, left = (as_run if request.way == "docker-run" else as_compose)(workload_of(body, one.name))
        for field in dict.fromkeys(left):
            why = f"{request.way} has no words for it, or they would not say the same"
            sys.stderr.write(told(UserError(f"{one.name}: {field} is left out", why, "add it by hand")))
        parts.append(text)
    write(["\n".join(parts) if request.way == "docker-run" else "---\n".join(parts)], request.output)
    return 0


def _show(found: Sequence[Renewal], targets: tuple[str, ...], request: Request, done: str) -> None:
    from hardhull.deploy.renewal_page import as_json, render, summary

    if request.form == "json":
        write([as_json(found, done)], request.output)
    elif request.quiet:
        write([f"{'applied' if done else 'plan'}: {summary(found)}\n"], request.output)
    else:
        words = ["hardhull", "fix", *targets, *(("--risk", request.risk) if request.risk != "safe" else ())]
        view = view_for(request.output)._replace(everything=request.everything, command=" ".join(words))
        write(render(found, view, done), request.output)


@contextmanager
def engine() -> Iterator[APIClient]:
    """The engine, with time for what takes long.

    Raises:
        UserError: there is none, or it refuses.
    """
    from docker.errors import APIError
    from requests.exceptions import RequestException

    from hardhull.supply.connection import NoEngineError, connect

    try:
        client, where = connect()
    except NoEngineError as error:
        raise UserError(f"the engine at {error.where or '?'} cannot be asked", error.why, error.how, FAILED) from None
    client.timeout = 120
    try:
        yield client
    except APIError as error:
        why = str(error.explanation or error)[:300]
        raise UserError(f"the engine at {where} refuses it", why, "see its log", FAILED) from None
    except RequestException as error:
        raise UserError(f"the engine at {where} fell silent", type(error).__name__, "see its log", FAILED) from None
    finally:
        client.close()
