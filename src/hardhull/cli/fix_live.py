"""``hardhull fix`` of a machine: containers, audit rules, and images that nobody needs, through its journal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.live import document, split
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling
from hardhull.hosts.limits import STATE

if TYPE_CHECKING:
    from hardhull.cli.fix import Request
    from hardhull.facts.store import ImageStore
    from hardhull.prune.plan import Prune


def is_live(targets: tuple[str, ...]) -> bool:
    """Whether a command line names a part of the machine, and no file."""
    return bool(split(targets).live)


def fix(targets: tuple[str, ...], request: Request) -> int:
    """Plans, shows, and with ``--apply`` does it.

    Raises:
        UserError: what was named cannot be fixed by this version, or the engine cannot be asked.
    """
    asked = split(targets)
    if asked.live == ("containers",) and not asked.paths:
        from hardhull.cli.fix_containers import fix as fix_containers

        return fix_containers(asked.names, targets, request)
    if asked.live == ("network",) and not asked.paths:
        from hardhull.cli.fix_network import fix as fix_network

        return fix_network(targets, request)
    if asked.live == ("host",) and not asked.paths:
        from hardhull.cli.fix_host import fix as fix_host

        return fix_host(targets, request)
    if asked.live != ("images",) or asked.paths:
        what = f"cannot fix {' '.join(targets)}"
        how = "run `hardhull fix containers`, `fix container:NAME`, `fix images`, `network`, `host` or `engine` alone"
        raise UserError(what, "of a machine, this version changes one part at a time", how, USAGE)
    if request.way not in {"edit", "override"}:
        why = "images are not made anew here"
        raise UserError(f"--as {request.way} cannot be used with images", why, "leave it out", USAGE)
    if request.form == "patch":
        raise UserError("a patch of images cannot be written", "they are no files", "use --format json", USAGE)
    from hardhull.prune.plan import plan

    found = plan(_store(document(asked)), request.risk)
    receipts = _apply(found) if request.apply and found.removed else []
    _show(found, targets, request, receipts)
    return 0


def _store(facts: bytes) -> ImageStore:
    from hardhull.facts.store import ImageStore
    from hardhull.formats.live import read
    from hardhull.model.source import Source

    found = read(Source("live", facts))
    store = next((fact for fact in found.facts if isinstance(fact, ImageStore)), None)
    if store is None:
        gap = found.gaps[0] if found.gaps else None
        why = f"{gap.what}: {gap.why}" if gap else "it lists none"
        how = gap.how if gap else "see `docker images`"
        raise UserError("the engine's images could not be read", why, how, FAILED)
    return store


def _apply(found: Prune) -> list[str]:
    """What can be pulled again first, as a receipt of its own: the other one cannot be undone."""
    from hardhull.cli.journals import journal_of

    need_posix()
    journal = journal_of(state())
    made = []
    with telling(journal):
        for title, part in (("fix images", found.returning), ("fix images, for good", found.final)):
            if part:
                made.append(journal.apply(f"{title}: {len(part)}", [], actions=[one.action() for one in part]).id)
    return made


def state() -> Path:
    """The folder that holds the journal of this machine; made where it is not there.

    Raises:
        UserError: it cannot be made.
    """
    from hardhull.cli.journals import HOST

    root = Path(os.environ.get(STATE) or HOST)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        how = f"run it as root, or name another folder in {STATE}"
        raise UserError(f"{root} cannot be made", error.strerror or str(error), how, FAILED) from None
    return root


def _show(found: Prune, targets: tuple[str, ...], request: Request, receipts: list[str]) -> None:
    from hardhull.prune.page import as_json, render, summary

    if request.form == "json":
        write([as_json(found, receipts)], request.output)
    elif request.quiet:
        write([f"{'applied' if receipts else 'plan'}: {summary(found)}\n"], request.output)
    else:
        words = ["hardhull", "fix", *targets, *(("--risk", request.risk) if request.risk != "safe" else ())]
        view = view_for(request.output)._replace(everything=request.everything, command=" ".join(words))
        write(render(found, view, receipts), request.output)
    if receipts and request.output != "-":
        sys.stderr.write(f"hardhull: {summary(found)}\n")
