"""What the rules about published ports ask of connections that were tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import OUTSIDE, OWN

if TYPE_CHECKING:
    from hardhull.facts.network import EngineNetworks, Reached
    from hardhull.model.field import Field


def tried_outside(networks: EngineNetworks, way: str) -> dict[tuple[str, int], Field[Reached]]:
    """Connections from another machine, by container and by the port at which they were tried.

    Args:
        networks: those of an engine.
        way: to the container's own address and port, or to where the host publishes it.
    """
    return {
        (one.target, one.inner if way == OWN else one.port): item
        for item in networks.reach.get(())
        if (one := item.value).source == OUTSIDE and one.way == way
    }
