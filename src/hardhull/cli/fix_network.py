"""``hardhull fix network``: networks of their own for containers on the default bridge, and the matrix as the proof."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling

if TYPE_CHECKING:
    from docker import APIClient

    from hardhull.cli.fix import Request
    from hardhull.deploy.bridges import Bridges
    from hardhull.facts.network import EngineNetworks


def fix(targets: tuple[str, ...], request: Request) -> int:
    """Plans, shows, and with ``--apply`` does it.

    Args:
        targets: as they were typed.
        request: the options.

    Raises:
        UserError: it cannot be done, or was taken back.
    """
    from hardhull.cli.fix_containers import engine

    if request.form == "patch" or request.way != "edit":
        what = "a patch" if request.form == "patch" else f"--as {request.way}"
        raise UserError(f"{what} cannot be used with networks", "they are no files", "leave it out", USAGE)
    with engine() as client:
        before, document = _tried()
        found = _planned(client, before, document, request.risk)
        after, done = _apply(found, before) if request.apply and found.made else (None, "")
    _show(found, targets, request, (before, after, done))
    return 0


def _tried() -> tuple[EngineNetworks, dict[str, Any]]:
    """What every connection gives now, and the document that says so.

    Raises:
        UserError: nothing could be tried.
    """
    from hardhull.facts.network import EngineNetworks
    from hardhull.formats.live import read
    from hardhull.hosts.document import collect
    from hardhull.model.source import Source

    facts = collect(("network",))
    found = read(Source("live", facts))
    fact = next((one for one in found.facts if isinstance(one, EngineNetworks)), None)
    if fact is None or not fact.reach.known:
        gap = found.gaps[0] if found.gaps else None
        why = f"{gap.what}: {gap.why}" if gap else "no container runs in a network"
        raise UserError("nothing to fix", why, gap.how if gap else "see `docker ps`", FAILED)
    return fact, json.loads(facts)


def _planned(client: APIClient, fact: EngineNetworks, document: dict[str, Any], risk: str) -> Bridges:
    from hardhull.deploy.bridges import plan
    from hardhull.deploy.renewal import running
    from hardhull.hosts.routes import routes_of

    routes = routes_of(document["engine"].get("process") or "self")
    return plan(fact, running(client, ()), document["network"]["GET /networks"], routes, risk)


def _apply(found: Bridges, before: EngineNetworks) -> tuple[EngineNetworks, str]:
    """Does it, and tries all connections again; any that is missing, or still there, takes it back."""
    from hardhull.cli.deploy_guard import guarded
    from hardhull.cli.fix_live import state
    from hardhull.cli.journals import journal_of
    from hardhull.deploy.own_networks import action
    from hardhull.deploy.reach_proof import complaints

    need_posix()
    root = state()
    journal = journal_of(root)
    looked: list[EngineNetworks] = []

    def verify() -> list[str]:
        looked.append(_tried()[0])
        return list(complaints(found, before, looked[0]))

    with telling(journal), guarded(root):
        title = f"fix network: {len(found.moved)} moved"
        receipt = journal.apply(title, [], verify, [action(found)])
    return looked[0], receipt.id


def _show(
    found: Bridges,
    targets: tuple[str, ...],
    request: Request,
    outcome: tuple[EngineNetworks, EngineNetworks | None, str],
) -> None:
    from hardhull.deploy.bridges_page import as_json, render, summary

    before, after, done = outcome
    if request.form == "json":
        write([as_json(found, before, after, done)], request.output)
    elif request.quiet:
        write([f"{'applied' if done else 'plan'}: {summary(found)}\n"], request.output)
    else:
        words = ["hardhull", "fix", *targets, *(("--risk", request.risk) if request.risk != "safe" else ())]
        view = view_for(request.output)._replace(everything=request.everything, command=" ".join(words))
        write(render(found, view, before, after, done), request.output)
