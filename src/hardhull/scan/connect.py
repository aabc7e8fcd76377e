"""The links themselves: which recipe builds a workload's image, which engine runs it, which profile confines it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.facts.cluster import Cluster
from hardhull.facts.deeds import deeds
from hardhull.facts.engine import Engine
from hardhull.facts.pipeline import Pipeline
from hardhull.facts.seccomp import SeccompProfile
from hardhull.facts.workload import Workload
from hardhull.model.field import Field
from hardhull.scan.builds import built_names
from hardhull.scan.effective import derive
from hardhull.scan.images import Images
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import Lookup
    from hardhull.scan.record import Afresh
    from hardhull.scan.tree import Tree


def connect(facts: Sequence[Fact], tree: Tree, lookup: Lookup, record: Afresh) -> None:
    """Sets the links and effective values of workloads, engines and pipelines."""
    engines = [fact for fact in facts if isinstance(fact, Engine) and fact.syntax != "live"]
    clusters = [fact for fact in facts if isinstance(fact, Cluster)]
    profiles = _profiles(facts)
    pipelines = [fact for fact in facts if isinstance(fact, Pipeline)]
    workloads = [fact for fact in facts if isinstance(fact, Workload)]
    images = Images(facts, tree, built_names(pipelines, tree), lookup, record=record)
    for engine in engines:
        _link_engine_profile(engine, profiles)
    _link_scans(pipelines)
    for workload in workloads:
        images.learn_from(workload)
    for workload in workloads:
        if workload.runtime in {"docker", "swarm"}:
            _link_engine(workload, engines)
        if workload.runtime == "kubernetes" and clusters:
            workload.cluster = Field("cluster", clusters[0], workload.place)
        _link_profile(workload, profiles, tree, record)
        images.link(workload)
        derive(workload)


def confine(facts: Sequence[Fact], tree: Tree, record: Afresh) -> None:
    """Links workloads with the seccomp profiles that they name, and with nothing else: what a proof's digest counts."""
    profiles = _profiles(facts)
    for fact in facts:
        if isinstance(fact, Workload):
            _link_profile(fact, profiles, tree, record)


def _profiles(facts: Sequence[Fact]) -> dict[str, SeccompProfile]:
    """Seccomp profiles by their paths."""
    return {fact.place.source.path: fact for fact in facts if isinstance(fact, SeccompProfile)}


def _link_scans(pipelines: list[Pipeline]) -> None:
    """Whether any pipeline of the tree scans an image; one that brings in others may do it there."""
    run = [pipeline for pipeline in pipelines if not pipeline.from_docs]
    scans = next((deed for pipeline in run for deed in deeds(pipeline) if deed.kind == "scan"), None)
    for pipeline in run:
        if scans is not None:
            pipeline.tree_scans = Field("tree_scans", True, scans.place, origin=scans.tool)
        elif pipeline.included.value:
            why = "the pipelines that it includes are not in this tree"
            pipeline.tree_scans = Field.unknown("tree_scans", pipeline.included.value[0].place, why)


def _link_engine(workload: Workload, engines: list[Engine]) -> None:
    """One engine configuration in a tree is taken for the engine of its workloads; of several, none is."""
    if len(engines) == 1 and workload.syntax != "live":
        origin = f"the only engine configuration in this tree, {engines[0].place.source.path}"
        workload.engine = Field("engine", engines[0], engines[0].place, origin=origin)


def _link_profile(workload: Workload, profiles: dict[str, SeccompProfile], tree: Tree, record: Afresh) -> None:
    """A profile named by a path is the file at that path beside the definition, else the only one of that name.

    Where only a part of the tree is scanned, the file is read all the same, and judged for this workload alone.
    """
    named = workload.seccomp.get(None)
    if not named or named in {"unconfined", "default"}:
        return
    folder = workload.place.source.path.rpartition("/")[0]
    beside = posixpath.normpath(posixpath.join(folder, named))
    same = [path for path in profiles if path.rpartition("/")[2] == named.rpartition("/")[2]]
    here = named if workload.syntax == "compose" else beside  # Compose's are known from the root on
    path = here if here in profiles else same[0] if len(same) == 1 else None
    profile = profiles[path] if path is not None else _other_profile(here, tree, record)
    if profile is not None:
        origin = profile.place.source.path
        workload.seccomp_profile = Field("seccomp_profile", profile, workload.seccomp.place, origin=origin)


def _other_profile(path: str, tree: Tree, record: Afresh) -> SeccompProfile | None:
    """A profile that was not among the scanned files; None where there is none that can be read."""
    source = tree.read(path)
    if source is None:
        return None
    from hardhull.formats.seccomp import read

    try:
        return record.read((read, source), lambda: read(source))
    except UnreadableError:
        return None


def _link_engine_profile(engine: Engine, profiles: dict[str, SeccompProfile]) -> None:
    """The profile that an engine names by a path of the host is the only one of that file name in the tree."""
    named = engine.seccomp_profile.get("")
    same = [path for path in profiles if path.rpartition("/")[2] == named.rpartition("/")[2]]
    if named not in {"", "builtin", "unconfined"} and len(same) == 1:
        engine.seccomp = Field("seccomp", profiles[same[0]], engine.seccomp_profile.place, origin=same[0])
