"""Writing Changes: which module writes which syntax, and the law that all of them keep.

A writer is the other half of a reader. For every Change that it writes: reading the new text gives the Change applied
to what was read before; only the named spans change; writing the same Change again changes nothing. What it cannot
write without a guess it refuses, with the reason and a text to paste.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from hardhull.model.change import Make, Pin, Rewrite
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.text.draft import Drafts

WRITERS: dict[str, str] = {
    "auditd": "hardhull.formats.auditd_write",
    "compose": "hardhull.formats.compose.write",
    "daemon.json": "hardhull.formats.daemon_json.write",
    "docker-run": "hardhull.formats.docker_run.write",
    "dockerd": "hardhull.formats.dockerd_write",
    "dockerfile": "hardhull.formats.dockerfile.write",
    "engine-api": "hardhull.formats.engine_api.write",
    "gitlab": "hardhull.formats.script.write",
    "kubernetes": "hardhull.formats.kubernetes.write",
    "makefile": "hardhull.formats.script.write",
    "markdown": "hardhull.formats.script.write",
    "quadlet": "hardhull.formats.quadlet_write",
    "seccomp": "hardhull.formats.seccomp_write",
    "shell": "hardhull.formats.script.write",
    "systemd": "hardhull.formats.script.write",
    "workflow": "hardhull.formats.script.write",
}
"""Syntax of a fact -> the module whose ``write(fact, change, drafts)`` writes its Changes."""


def write(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
    """Writes Changes of a fact into the drafts of its files: all of them, or none.

    Args:
        fact: what is changed, as it was read.
        changes: all or none of them are made.
        drafts: the files; edits of other facts may be there already.

    Raises:
        UnwritableError: one of them cannot be written without a guess, or conflicts with what is there already.
    """
    mark = drafts.log.mark()
    try:
        for change in changes:
            _write(fact, change, drafts)
    except UnwritableError:
        drafts.log.back_to(mark)
        raise


def announce(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
    """Tells what will be written, before anything is.

    What several services share through an anchor, or several containers through their pod, may be changed where it
    stands once all of them want the same.
    """
    if fact.syntax in {"compose", "kubernetes"}:
        from hardhull.formats.wish import wish_of

        for change in changes:
            drafts.ask(fact.place, wish_of(change))


def _write(fact: Fact, change: Change, drafts: Drafts) -> None:
    if isinstance(change, Rewrite):
        draft = drafts.of(change.place.source)
        draft.replace(change.place.span, re.sub(r"\r?\n", lambda _: draft.newline, change.text))
        return
    if isinstance(change, Make):
        drafts.create(change.path, _document(change))
        return
    if isinstance(change, Pin):
        raise UnwritableError("a digest is looked up by whoever plans the fix")
    module = WRITERS.get(fact.syntax)
    if module is None:
        if fact.syntax == "live":
            raise UnwritableError("this is a record of a machine: change what the container or the engine is made from")
        raise UnwritableError(f"hardhull does not write {fact.syntax} yet")
    import_module(module).write(fact, change, drafts)


def _document(made: Make) -> bytes:
    """A file of ours: the same content gives the same bytes."""
    if made.path.endswith(".json"):
        import json

        return (json.dumps(made.content, indent=1) + "\n").encode()
    import yaml

    text: str = yaml.safe_dump(made.content, sort_keys=False, default_flow_style=False, width=120)
    return text.encode()
