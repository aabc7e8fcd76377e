"""Which function reads which kind of file. Formats are imported only when a file of theirs is there."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hardhull.model.result import NotChecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hardhull.facts.engine import Engine
    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import Lookup
    from hardhull.formats.script.result import ScriptRead
    from hardhull.model.source import Source
    from hardhull.scan.read import Reading


class Read(NamedTuple):
    """What one file says.

    Attributes:
        facts: in its order.
        not_checked: what of it could not be read.
    """

    facts: Sequence[Fact] = ()
    not_checked: Sequence[NotChecked] = ()


Reader: TypeAlias = "Callable[[Source, Lookup], Read]"
"""Reads one file; where it names a base image, somebody may know that image."""


def template(source: Source, _images: Lookup) -> Read:
    """A template of a Dockerfile: what it renders to is what counts."""
    how = "render it and scan the result, for example through `hardhull scan -`"
    why = "a template, not yet a Dockerfile"
    return Read(not_checked=[NotChecked("out-of-scope", source.path, why, how)])


def dockerfile(source: Source, images: Lookup) -> Read:
    """A Dockerfile or Containerfile."""
    from hardhull.formats.dockerfile import read

    return Read([read(source, images=images)])


def daemon_json(source: Source, _images: Lookup) -> Read:
    """The configuration file of an engine."""
    from hardhull.formats.daemon_json import read

    return Read([read(source)])


def seccomp(source: Source, _images: Lookup) -> Read:
    """A seccomp profile."""
    from hardhull.formats.seccomp import read

    return Read([read(source)])


def engine_api(source: Source, _images: Lookup) -> Read:
    """``docker inspect`` output, or the body of a create call."""
    from hardhull.formats.engine_api import read

    return Read(read(source))


def live(source: Source, _images: Lookup) -> Read:
    """A document of facts about a machine."""
    from hardhull.formats.live import read

    found = read(source)
    return Read(found.facts, [NotChecked(*gap) for gap in found.gaps])


def image(source: Source, _images: Lookup) -> Read:
    """A document about a built image."""
    from hardhull.formats.built_image import read

    return Read([read(source)])


def dockerd_options(source: Source, _images: Lookup) -> Read:
    """``/etc/default/docker`` and ``/etc/sysconfig/docker``."""
    from hardhull.formats.dockerd_flags import read_options

    engine = read_options(source)
    return Read() if engine is None else Read([engine])


def commands(module: str) -> Reader:
    """A reader of texts that hold commands: what they run, and the containers they start."""

    def read(source: Source, _images: Lookup) -> Read:
        return _of_commands(import_module(f"hardhull.formats.{module}").read(source))

    return read


def _of_commands(found: ScriptRead) -> Read:
    return Read([*found.workloads, *found.pipelines], found.not_checked)


def kubernetes(reading: Reading) -> None:
    """All manifests of the tree, and the cluster they declare together."""
    from hardhull.formats.kubernetes import kustomize
    from hardhull.formats.kubernetes.read import gather, read

    tree, once = reading.tree, reading.record.read
    kustomizations = tuple(tree.of_kind("kustomization"))
    charts = tuple(source.path for source in tree.of_kind("chart"))
    context = once((kustomize.context, kustomizations, charts), lambda: kustomize.context(kustomizations, charts))
    for source in kustomizations:
        reading.take((), [once((kustomize.not_checked, source), partial(kustomize.not_checked, source))])
    manifests = tuple(tree.of_kind("kubernetes"))
    parts = []
    for source in manifests:
        found = once((read, source, context), partial(read, source, context))
        reading.take(found.workloads, found.not_checked)
        parts += found.cluster_parts
    cluster = once((gather, manifests, context), lambda: gather(parts))
    if cluster is not None:
        reading.take([cluster])


def compose(reading: Reading) -> None:
    """All compose projects; what scripts name with ``-f`` is known by then."""
    from hardhull.scan.projects import Projects

    projects = Projects(reading.tree, reading.facts, reading.record)
    projects.read()
    reading.facts += projects.workloads
    reading.not_checked += projects.not_checked


def auditd(reading: Reading) -> None:
    """Audit rules: the files of one folder are loaded together."""
    from hardhull.formats.auditd import read

    sources = tuple(reading.tree.of_kind("auditd"))
    reading.take(reading.record.read((read, sources), lambda: read(sources)))


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
        what = (read, source, *drop_ins)
        reading.take(*reading.record.read(what, lambda: _of_commands(read(source, drop_ins))))  # noqa: B023


def quadlets(reading: Reading) -> None:
    """Podman's ``.container`` files."""
    from hardhull.formats.quadlet import read

    for source, drop_ins in with_drop_ins(reading.tree.of_kind("quadlet")):
        found = reading.record.read((read, source, *drop_ins), partial(read, source, drop_ins))
        reading.take(found.workloads, found.not_checked)


def dockerd(reading: Reading) -> None:
    """Engines that units and scripts start, put together with the daemon.json that they read."""
    tree = reading.tree
    starters = [source for source in tree.of_kind("unit") if b"dockerd" in source.data]
    scripts = [source for source in tree.of_kind("shell") if b"dockerd" in source.data]
    if not starters and not scripts and not tree.of_kind("dockerd-options"):
        return
    from hardhull.facts.engine import Engine

    engines = [fact for fact in reading.facts if isinstance(fact, Engine)]
    what = (dockerd, *(engine.as_read for engine in engines), *starters, *scripts)
    found = reading.record.read(what, lambda: _put_together(engines, starters, scripts))
    reading.facts[:] = [fact for fact in reading.facts if not isinstance(fact, Engine)]
    reading.take(*found)


def _put_together(engines: list[Engine], starters: list[Source], scripts: list[Source]) -> Read:
    """Engines of configuration and options files with those of units and scripts."""
    from hardhull.formats.dockerd_units import close, paired, read_scripts, read_units

    files = [fact for fact in engines if fact.syntax == "daemon.json"]
    flags = [fact for fact in engines if fact.syntax != "daemon.json"] + read_units(starters)
    found = [*paired(files, flags), *read_scripts(scripts)]
    not_checked = []
    for engine in found:
        if engine.syntax != "daemon.json":
            what = f"what the command line of {engine.subject} ({engine.place}) does not set"
            not_checked.append(NotChecked("out-of-scope", what, close(engine), "scan its daemon.json with it"))
    return Read(found, not_checked)


READERS: dict[str, Reader] = {
    "dockerfile": dockerfile,
    "dockerfile-template": template,
    "daemon.json": daemon_json,
    "seccomp": seccomp,
    "engine-api": engine_api,
    "live": live,
    "image": image,
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
