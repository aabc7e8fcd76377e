"""Which function reads which kind of file. Formats are imported only when a file of theirs is there."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hardhull.model.result import NotChecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.model.source import Source
    from hardhull.scan.read import Reading


def template(reading: Reading, source: Source) -> None:
    """A template of a Dockerfile: what it renders to is what counts."""
    how = "render it and scan the result, for example through `hardhull scan -`"
    reading.not_checked.append(NotChecked("out-of-scope", source.path, "a template, not yet a Dockerfile", how))


def kubernetes(reading: Reading) -> None:
    """All manifests of the tree, and the cluster they declare together."""
    from hardhull.formats.kubernetes import kustomize
    from hardhull.formats.kubernetes.read import gather, read

    tree = reading.tree
    kustomizations = tree.of_kind("kustomization")
    context = kustomize.context(kustomizations, [source.path for source in tree.of_kind("chart")])
    reading.not_checked += [kustomize.not_checked(source) for source in kustomizations]
    parts = []
    for source in tree.of_kind("kubernetes"):
        found = read(source, context)
        reading.facts += found.workloads
        reading.not_checked += found.not_checked
        parts += found.cluster_parts
    cluster = gather(parts)
    if cluster is not None:
        reading.facts.append(cluster)


def dockerfile(reading: Reading, source: Source) -> None:
    """A Dockerfile or Containerfile."""
    from hardhull.formats.dockerfile import read

    reading.facts.append(read(source, images=reading.images))


def daemon_json(reading: Reading, source: Source) -> None:
    """The configuration file of an engine."""
    from hardhull.formats.daemon_json import read

    reading.facts.append(read(source))


def seccomp(reading: Reading, source: Source) -> None:
    """A seccomp profile."""
    from hardhull.formats.seccomp import read

    reading.facts.append(read(source))


def engine_api(reading: Reading, source: Source) -> None:
    """``docker inspect`` output, or the body of a create call."""
    from hardhull.formats.engine_api import read

    reading.facts += read(source)


def dockerd_options(reading: Reading, source: Source) -> None:
    """``/etc/default/docker`` and ``/etc/sysconfig/docker``."""
    from hardhull.formats.dockerd_flags import read_options

    engine = read_options(source)
    if engine is not None:
        reading.facts.append(engine)


def commands(module: str) -> Callable[[Reading, Source], None]:
    """A reader of texts that hold commands: what they run, and the containers they start."""

    def read(reading: Reading, source: Source) -> None:
        found = import_module(f"hardhull.formats.{module}").read(source)
        reading.facts += [*found.workloads, *found.pipelines]
        reading.not_checked += found.not_checked

    return read


def compose(reading: Reading) -> None:
    """All compose projects; what scripts name with ``-f`` is known by then."""
    from hardhull.scan.projects import Projects

    projects = Projects(reading.tree, reading.facts)
    projects.read()
    reading.facts += projects.workloads
    reading.not_checked += projects.not_checked


def auditd(reading: Reading) -> None:
    """Audit rules: the files of one folder are loaded together."""
    from hardhull.formats.auditd import read

    reading.facts += read(reading.tree.of_kind("auditd"))


def with_drop_ins(sources: list[Source]) -> Iterator[tuple[Source, list[Source]]]:
    """Every unit with the files of its ``.d`` folder, in the order of their names.

    Drop-ins of a unit that is not in the tree are put together to a unit of their own.
    """
    folders: dict[str, list[Source]] = {}
    for source in sorted(sources, key=lambda one: one.path):
        folder, _, name = source.path.rpartition("/")
        own = not (folder.endswith(".d") and name.endswith(".conf"))
        folders.setdefault(source.path if own else folder.removesuffix(".d"), []).append(source)
    for path, found in folders.items():
        main = next((source for source in found if source.path == path), found[0])
        yield main, [source for source in found if source is not main]


def units(reading: Reading) -> None:
    """Units of systemd: the containers that their commands start."""
    from hardhull.formats.systemd import read

    for source, drop_ins in with_drop_ins(reading.tree.of_kind("unit")):
        found = read(source, drop_ins)
        reading.facts += [*found.workloads, *found.pipelines]
        reading.not_checked += found.not_checked


def quadlets(reading: Reading) -> None:
    """Podman's ``.container`` files."""
    from hardhull.formats.quadlet import read

    for source, drop_ins in with_drop_ins(reading.tree.of_kind("quadlet")):
        found = read(source, drop_ins)
        reading.facts += found.workloads
        reading.not_checked += found.not_checked


def dockerd(reading: Reading) -> None:
    """Engines that units and scripts start, put together with the daemon.json that they read."""
    tree = reading.tree
    starters = [source for source in tree.of_kind("unit") if b"dockerd" in source.data]
    scripts = [source for source in tree.of_kind("shell") if b"dockerd" in source.data]
    if not starters and not scripts and not tree.of_kind("dockerd-options"):
        return
    from hardhull.facts.engine import Engine
    from hardhull.formats.dockerd_units import close, paired, read_scripts, read_units

    engines = [fact for fact in reading.facts if isinstance(fact, Engine)]
    files = [fact for fact in engines if fact.syntax == "daemon.json"]
    flags = [fact for fact in engines if fact.syntax != "daemon.json"] + read_units(starters)
    others = [fact for fact in reading.facts if not isinstance(fact, Engine)]
    read = [*paired(files, flags), *read_scripts(scripts)]
    for engine in read:
        if engine.syntax != "daemon.json":
            what = f"what the command line of {engine.subject} ({engine.place}) does not set"
            reading.not_checked.append(NotChecked("out-of-scope", what, close(engine), "scan its daemon.json with it"))
    reading.facts[:] = [*others, *read]


READERS: dict[str, Callable[[Reading, Source], None]] = {
    "dockerfile": dockerfile,
    "dockerfile-template": template,
    "daemon.json": daemon_json,
    "seccomp": seccomp,
    "engine-api": engine_api,
    "dockerd-options": dockerd_options,
    "shell": commands("script.shell"),
    "makefile": commands("script.makefile"),
    "markdown": commands("script.markdown"),
    "workflow": commands("script.github"),
    "gitlab": commands("script.gitlab"),
}
"""Readers of one file at a time, by kind."""

TREE_READERS: tuple[tuple[frozenset[str], Callable[[Reading], None]], ...] = (
    (frozenset({"kubernetes", "kustomization"}), kubernetes),
    (frozenset({"auditd"}), auditd),
    (frozenset({"unit"}), units),
    (frozenset({"quadlet"}), quadlets),
    (frozenset({"compose"}), compose),
    (frozenset({"unit", "shell", "dockerd-options"}), dockerd),
)
"""Readers that need all files of their kinds together."""
