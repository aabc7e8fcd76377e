"""What the services of one compose project say about each other: a shared network, an awaited end, other values."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from hardhull.formats.compose.layers import Layers
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.parts import Dependency, EnvVar
    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.layers import Layer

_TAKES = re.compile(rb"(?<!\$)(?:\$\$)*\$\{?([A-Za-z_]\w*)")
"""A variable that Compose replaces."""


def find_neighbours(workloads: Sequence[Workload]) -> None:
    """Sets ``neighbours`` of all services of one project, where no network divides them."""
    sharing = []
    for workload in workloads:
        if workload.network_mode.written:
            continue
        networks = workload.networks
        if not networks.known or networks.written or not all(item.known for item in networks.value):
            return
        if any(item.value.declared for item in networks.value):
            return
        sharing.append(workload)
    names = tuple(workload.name for workload in sharing)
    if len(names) > 1:
        for workload in sharing:
            workload.neighbours = Field("neighbours", names, workload.place, written=False)


def find_awaited(workloads: Sequence[Workload]) -> None:
    """Sets ``awaited`` of the services that others wait for until they have completed successfully."""
    waits: dict[str, Field[Dependency]] = {}
    for workload in workloads:
        for item in workload.depends_on.get(()):
            if item.known and item.value.condition == "service_completed_successfully":
                waits.setdefault(item.value.service, item)
    for workload in workloads:
        if workload.name in waits:
            by = waits[workload.name]
            workload.awaited = Field(
                "awaited", True, by.place, written=False, origin="another service waits for its end"
            )


def find_ambiguous(workloads: Sequence[Workload]) -> None:
    """Sets ``ambiguous`` of the services whose literal variables have names that mean something else beside them.

    A literal can only become ``${NAME}`` where nothing else of the project goes by that name: another value of another
    service, a value in ``.env``, or a ``${NAME}`` whose value nobody knows.
    """
    values: dict[str, set[str]] = defaultdict(set)
    for workload in workloads:
        for item in workload.env.get(()):
            if item.known and item.value.value is not None and item.value.source == "literal":
                values[item.value.name].add(item.value.value)
    layers = [layer for one in workloads if isinstance(one.origin, Layers) for layer in one.origin.found]
    sources = {layer.source.path: layer.source for layer in layers}
    taken = {name.decode() for source in sources.values() for name in _TAKES.findall(source.data)}
    for workload in workloads if values else ():
        own = workload.origin.found if isinstance(workload.origin, Layers) else ()
        names = tuple(
            item.value.name
            for item in workload.env.get(())
            if item.known and item.value.value is not None and _is_other(item.value, values, taken, own)
        )
        if names:
            workload.ambiguous = Field("ambiguous", names, workload.place, written=False)


def _is_other(variable: EnvVar, values: dict[str, set[str]], taken: set[str], layers: Sequence[Layer]) -> bool:
    """Whether a variable's name means something else as well."""
    name = variable.name
    told = {found.text for layer in layers[:1] if (found := layer.environment.lookup(name)) is not None}
    return len(values[name]) > 1 or (name in taken and not told) or not told <= {variable.value}
