"""``hardhull prove engine``: what the limits of this engine and this kernel do, shown by small loads."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.output import view_for, write
from hardhull.facts.limits import NOTHING, REFUSED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hardhull.cli.prove import Request
    from hardhull.facts.limits import ShownLimit

TARGET = "engine"
COUNTED = frozenset({"memory", "pids", "cpus"})
"""Limits that every container should have: without them the engine is not proven."""
UNPROVEN = 1


def prove(request: Request) -> int:
    """Shows all limits, keeps what was seen for `hardhull scan`, and returns 1 where one that counts does nothing.

    Raises:
        UserError: it cannot be tried here.
    """
    use = request.use
    if request.deploy or request.replay or use.service or use.commands or use.urls:
        why = "it has no service, checks, containers of yours or earlier proof"
        raise UserError("an engine is not proven like that", why, "leave those options out", USAGE)
    document = _shown(request)
    found = document["limits"]
    path = _keep(document)
    _show(document, found, request, path)
    hollow = [one.setting for one in found if one.setting in COUNTED and one.verdict in {NOTHING, REFUSED}]
    return UNPROVEN if hollow else 0


def _shown(request: Request) -> dict[str, Any]:
    from hardhull.cli.fix_containers import engine
    from hardhull.engines.limits import shown
    from hardhull.engines.probe import ProbeError
    from hardhull.hosts.limits import SCHEMA, ground

    def tell(what: str) -> None:
        if not request.quiet:
            sys.stderr.write(f"hardhull: trying {what}\n")

    with engine() as client:
        _same_machine(client)
        version = str(client.version().get("Version", ""))
        try:
            found = shown(client, tell)
        except ProbeError as error:
            raise UserError(
                "nothing is proven", f"no container runs: {error}", "see the engine's log", FAILED
            ) from None
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"schema": SCHEMA, **ground(version), "at": at, "limits": found}


def _same_machine(client: Any) -> None:
    from urllib.parse import unquote

    from hardhull.hosts.machine import listener

    where = unquote(str(client.base_url)).replace("http+unix://", "unix://")
    base = where if where.startswith("unix://") else _named()
    if os.geteuid() != 0 or not listener(base):
        why = "the control groups of its containers have to be seen"
        raise UserError("nothing is proven", why, "run it as root, on the engine's own machine", FAILED)


def _named() -> str:
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


def _keep(document: dict[str, Any]) -> Path:
    """Writes it where `hardhull scan` looks for it."""
    from hardhull.hosts.limits import place

    path = place()
    plain = {**document, "limits": [one._asdict() for one in document["limits"]]}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        how = "make the folder writable"
        raise UserError(f"cannot make {path.parent}", error.strerror or str(error), how, FAILED) from None
    write([json.dumps(plain, indent=1) + "\n"], str(path))
    path.chmod(0o600)
    return path


def _show(document: dict[str, Any], found: Sequence[ShownLimit], request: Request, path: Path) -> None:
    from hardhull.engines.limits_page import render, summary

    if request.form == "json":
        plain = {**document, "limits": [one._asdict() for one in found]}
        write([json.dumps(plain, indent=1) + "\n"], request.output)
    elif request.quiet:
        write([f"{summary(found)}\n"], request.output)
    else:
        write(render(document, found, view_for(request.output), str(path)), request.output)
