"""Whether containers that were moved reach whom they should, and nobody else: the matrix before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import HOST, OWN, PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.deploy.bridges import Bridges
    from hardhull.facts.network import EngineNetworks, Reached


def complaints(found: Bridges, before: EngineNetworks, after: EngineNetworks) -> Iterator[str]:
    """What is not as it should be, as sentences.

    Args:
        found: the plan that was done.
        before: what was tried before it.
        after: what was tried since.
    """
    if not after.reach.known:
        yield "the connections could not be tried again"
        return
    old, new = _opened(before), _opened(after)
    kept = _kept(found, before)
    for source, target, port in sorted(kept - new):
        yield f"{source} does not reach {target} on port {port} any more"
    for source, target, port in sorted((_lost(found, old) - kept) & new):
        yield f"{source} still reaches {target} on port {port}"
    now = {(one.target, one.shown) for one in _tried(after) if one.open and one.source == HOST}
    for one in _tried(before):
        if one.open and one.source == HOST and one.way == PUBLISHED and (one.target, one.shown) not in now:
            yield f"{one.target} does not answer at {one.shown} any more"


def _tried(fact: EngineNetworks) -> list[Reached]:
    return [item.value for item in fact.reach.value if item.known]


def _opened(fact: EngineNetworks) -> set[tuple[str, str, int]]:
    return {(one.source, one.target, one.inner) for one in _tried(fact) if one.open and one.way == OWN}


def _together(found: Bridges) -> list[set[str]]:
    return [set(one.members) for one in found.made]


def _kept(found: Bridges, before: EngineNetworks) -> set[tuple[str, str, int]]:
    """What was open and has to stay so: within the new networks, what was meant before, and from the host."""
    return {
        (one.source, one.target, one.inner)
        for one in _tried(before)
        if one.open
        and one.way == OWN
        and (one.intended or any({one.source, one.target} <= each for each in _together(found)))
    }


def _lost(found: Bridges, old: set[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
    """What was open over the default bridge and has to be closed now."""
    return {
        (source, target, port)
        for source, target, port in old
        if (source in found.moved or target in found.moved)
        and source != HOST
        and not any({source, target} <= each for each in _together(found))
    }
