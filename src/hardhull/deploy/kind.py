"""Making containers anew as an action of the journal: done with the files, and taken back with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionKind
from hardhull.deploy.body import has
from hardhull.deploy.engine import asked
from hardhull.deploy.replace import aside, body_now, inspected, replace, restore, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardhull.model.receipt import Action, Plain

NAME: Final = "recreate-containers"


def action(containers: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> Action:
    """The action.

    Args:
        containers: names, with the keys of their bodies as they were and as they are to be; one that only lives in the
            namespace of another has none.
    """
    from hardhull.model.receipt import Action

    rows: list[Plain] = [
        {"name": name, "earlier": json.dumps(earlier), "new": json.dumps(new)} for name, earlier, new in containers
    ]
    return Action(NAME, {"containers": rows})


def _rows(arguments: Mapping[str, Plain]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    rows: Any = arguments["containers"]
    return [(str(row["name"]), json.loads(row["earlier"]), json.loads(row["new"])) for row in rows]


def _do(arguments: Mapping[str, Plain]) -> None:
    with asked() as client:
        for name, _, new in _rows(arguments):
            replace(client, name, new)


def _undo(arguments: Mapping[str, Plain]) -> None:
    """In the same order: whoever lives in the namespace of another one needs that to run."""
    with asked() as client:
        for name, earlier, _ in _rows(arguments):
            restore(client, name, earlier)
        for name, _, _ in _rows(arguments):
            settle(client, name)


def _probe(arguments: Mapping[str, Plain]) -> bool | None:
    with asked() as client:
        seen: set[bool | None] = set()
        for name, earlier, new in _rows(arguments):
            if not new or new == earlier:
                continue
            answer = inspected(client, name)
            if answer is None or inspected(client, aside(name)) is not None:
                return None
            create = body_now(client, answer).create
            seen.add(True if has(create, new) else False if has(create, earlier) else None)
        return seen.pop() if len(seen) == 1 else None


def _describe(arguments: Mapping[str, Plain]) -> str:
    return f"make anew: {', '.join(name for name, _, _ in _rows(arguments))}"


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
