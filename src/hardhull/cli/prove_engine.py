"""``hardhull prove engine``: what the limits of this engine and this kernel do, shown by small loads."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.output import view_for, write
from hardhull.facts.limits import NOTHING, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from docker import APIClient

    from hardhull.cli.prove import Request
    from hardhull.facts.limits import ShownLimit

SECONDS = 120
"""For what takes long."""
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
    from hardhull.engines.limits import shown
    from hardhull.engines.probe import ProbeError
    from hardhull.hosts.limits import SCHEMA, ground

    def tell(what: str) -> None:
        if not request.quiet:
            sys.stderr.write(f"hardhull: trying {what}\n")

    with here() as (client, _):
        version = str(client.version().get("Version", ""))
        try:
            found = shown(client, tell)
        except ProbeError as error:
            raise UserError(
                "nothing is proven", f"no container runs: {error}", "see the engine's log", FAILED
            ) from None
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"schema": SCHEMA, **ground(version), "at": at, "limits": found}


@contextmanager
def here() -> Iterator[tuple[APIClient, str]]:
    """The engine of this machine and its address, where containers are tried.

    Raises:
        UserError: there is none, or what its containers have cannot be seen from here.
    """
    from docker.errors import APIError
    from requests.exceptions import RequestException

    from hardhull.hosts.machine import listener
    from hardhull.supply.connection import NoEngineError, connect

    try:
        client, where = connect()
    except NoEngineError as error:
        raise UserError(f"the engine at {error.where or '?'} cannot be asked", error.why, error.how, FAILED) from None
    client.timeout = SECONDS
    with client:
        if os.geteuid() != 0 or not listener(where):
            why = "what the kernel has for its containers cannot be seen from here"
            raise UserError("nothing is tried", why, "run it as root, on the engine's own machine", FAILED)
        try:
            yield client, where
        except APIError as error:
            why = str(error.explanation or error)[:300]
            raise UserError(f"the engine at {where} refuses it", why, "see its log", FAILED) from None
        except RequestException as error:
            raise UserError(f"the engine at {where} fell silent", type(error).__name__, "see its log", FAILED) from None


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
