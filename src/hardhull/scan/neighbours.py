"""Which services of a compose project share its implicit default network, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

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
