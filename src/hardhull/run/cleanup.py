"""Removing what a run made, known by its labels alone: at its end, by its guard, or by a later run."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.run.owner import RUN, dead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

    from hardhull.run.owner import Owner

QUIET = 8
"""How often in a row nothing may be found before a killed run counts as gone: the engine may still be at work on what
it was told last."""
PAUSE = 0.15


class Found(NamedTuple):
    """An object with a label of ours: ``container``, ``network`` or ``volume``, its id, and its labels."""

    kind: str
    id: str
    labels: dict[str, str]


def found(client: APIClient, run: str = "") -> list[Found]:
    """The objects of a run, or of all runs, in the order in which they can be removed."""
    label = {"label": f"{RUN}={run}" if run else RUN}
    containers: Any = client.containers(all=True, filters=label)
    networks: Any = client.networks(filters=label)
    volumes: Any = client.volumes(filters=label)
    return [
        *(Found("container", one["Id"], one.get("Labels") or {}) for one in containers),
        *(Found("network", one["Id"], one.get("Labels") or {}) for one in networks),
        *(Found("volume", one["Name"], one.get("Labels") or {}) for one in volumes.get("Volumes") or []),
    ]


def remove(client: APIClient, objects: list[Found]) -> None:
    """Removes objects; what is in use or just being removed is left to the next look."""
    from docker.errors import APIError

    for kind, name, _ in objects:
        with suppress(APIError):
            if kind == "container":
                client.remove_container(name, force=True, v=True)
            elif kind == "network":
                client.remove_network(name)
            else:
                client.remove_volume(name, force=True)


def sweep(client: APIClient, run: str, *, quiet: int = 1, seconds: float = 60) -> bool:
    """Removes all of a run until nothing is found; whether nothing is left.

    Args:
        client: the engine.
        run: the run's id.
        quiet: how many looks in a row have to find nothing.
        seconds: how long it is tried.
    """
    end = time.monotonic() + seconds
    calm = 0
    while time.monotonic() < end:
        objects = found(client, run)
        calm = 0 if objects else calm + 1
        if calm >= quiet:
            return True
        remove(client, objects)
        if not objects or found(client, run):
            time.sleep(PAUSE)
    return False


def leftovers(client: APIClient, here: Owner) -> Iterator[str]:
    """Runs whose owner is gone, oldest name first."""
    runs = {one.labels.get(RUN, "") for one in found(client) if dead(one.labels, here)}
    yield from sorted(runs - {""})
