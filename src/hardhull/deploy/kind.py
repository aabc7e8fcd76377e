"""Making containers anew as an action of the journal: done with the files, and taken back with them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError, ActionKind
from hardhull.deploy.body import has
from hardhull.deploy.replace import aside, body_now, inspected, replace, restore, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docker import APIClient

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
    with _engine() as client:
        for name, _, new in _rows(arguments):
            replace(client, name, new)


def _undo(arguments: Mapping[str, Plain]) -> None:
    """In the same order: whoever lives in the namespace of another one needs that to run."""
    with _engine() as client:
        for name, earlier, _ in _rows(arguments):
            restore(client, name, earlier)
        for name, _, _ in _rows(arguments):
            settle(client, name)


def _probe(arguments: Mapping[str, Plain]) -> bool | None:
    with _engine() as client:
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


@contextmanager
def _engine() -> Iterator[APIClient]:
    """The engine, for one action.

    Raises:
        ActionError: there is none, or it refuses.
    """
    from docker.errors import APIError
    from requests.exceptions import RequestException

    from hardhull.supply.connection import NoEngineError, connect

    try:
        client, _ = connect()
    except NoEngineError as error:
        raise ActionError(f"the engine at {error.where or '?'}: {error.why}") from None
    client.timeout = 120
    try:
        yield client
    except APIError as error:
        raise ActionError(f"the engine refuses it: {error.explanation or error}") from None
    except RequestException as error:
        raise ActionError(f"the engine does not answer: {type(error).__name__}") from None
    finally:
        client.close()


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
