"""What each limit does here: shown by a load with it and without it, else by what the kernel has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.engines import probe
from hardhull.engines.limits_bare import bare
from hardhull.engines.limits_disk import block, weight
from hardhull.engines.limits_taken import taken
from hardhull.engines.loads import volume

if TYPE_CHECKING:
    from collections.abc import Callable

    from docker import APIClient

    from hardhull.facts.limits import ShownLimit


def shown(client: APIClient, tell: Callable[[str], None] = lambda _: None) -> list[ShownLimit]:
    """What every limit does, in throwaway containers of one small program. The image is brought and taken away.

    Args:
        client: the engine, on this machine.
        tell: is told what is tried next.

    Raises:
        ProbeError: no container runs at all.
    """
    probe.bring_image(client)
    try:
        with volume(client) as (name, disk):
            tell("without limits")
            without = bare(client, name)
            return [*taken(client, without, tell), *block(client, disk, name, without, tell), weight(client, disk)]
    finally:
        probe.clear(client)


def of_disk(client: APIClient, field: str) -> tuple[ShownLimit, ShownLimit]:
    """What a weight does, and what a throttle does. The image has to be there.

    Args:
        client: the engine.
        field: of :data:`THROTTLES`.

    Raises:
        ProbeError: no container runs at all.
    """
    with volume(client) as (name, disk):
        found = block(client, disk, name, bare(client, name), lambda _: None, (field,))
        return weight(client, disk), next(found)
