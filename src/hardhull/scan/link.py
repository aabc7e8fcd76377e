"""Links between facts, found once after all are read: which recipe builds a workload's image, which engine runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.cluster import Cluster
from hardhull.facts.engine import Engine
from hardhull.facts.workload import Workload
from hardhull.model.field import Field
from hardhull.scan.effective import derive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.fact import Fact
    from hardhull.scan.tree import Tree


def link(facts: Sequence[Fact], _tree: Tree) -> None:
    """Sets the links and effective values of all workloads."""
    engines = [fact for fact in facts if isinstance(fact, Engine)]
    clusters = [fact for fact in facts if isinstance(fact, Cluster)]
    for workload in (fact for fact in facts if isinstance(fact, Workload)):
        if workload.runtime in {"docker", "swarm"}:
            _link_engine(workload, engines)
        if workload.runtime == "kubernetes" and clusters:
            workload.cluster = Field("cluster", clusters[0], workload.place)
        derive(workload)


def _link_engine(workload: Workload, engines: list[Engine]) -> None:
    """One engine configuration in a tree is taken for the engine of its workloads; of several, none is."""
    if len(engines) == 1:
        origin = f"the only engine configuration in this tree, {engines[0].place.source.path}"
        workload.engine = Field("engine", engines[0], engines[0].place, origin=origin)
