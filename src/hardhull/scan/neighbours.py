"""What the services of one compose project say about each other: a network that is shared, an end that is awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.parts import Dependency
    from hardhull.facts.workload import Workload


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
