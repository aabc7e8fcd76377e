"""From what a person names to the workloads that are run: a file or folder, standard input, or an image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.workload import Workload
from hardhull.model.source import Source
from hardhull.run.create import needed
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.model.result import NotChecked
    from hardhull.run.manifest import DataObject

IMAGE: Final = "image:"
STDIN: Final = "-"
MOST_NAMED: Final = 12
"""Workloads that a message lists."""
_SHAPES: Final = "a compose file, a manifest, a script with `docker run`, a folder that holds one, or image:NAME"
_NOT_RUN: Final = frozenset({"init", "ephemeral"})
"""Parts of a pod that are never meant by themselves."""


class Target(NamedTuple):
    """What is run.

    Attributes:
        subject: the workload that was meant.
        workloads: it and all that it needs beside it.
        root: the folder that paths of files are relative to: that of the tree, else the current one.
        path: of the file that the subject stands in, relative to the root; empty where it stands in none of the tree.
        data: config maps and secrets of the manifests beside it.
        joined: whether another workload of the file uses the subject's network as its own.
        project: every service that `docker compose up` would start with it; none where it is of no Compose project.
    """

    subject: Workload
    workloads: tuple[Workload, ...]
    root: Path
    path: str
    data: tuple[DataObject, ...] = ()
    joined: bool = False
    project: tuple[Workload, ...] = ()

    @property
    def whole(self) -> Target:
        """The same with its whole project: a service may need others that its file does not say it depends on."""
        others = tuple(each for each in self.project if each not in self.workloads)
        return self._replace(workloads=(*self.workloads, *others))


def target(named: str, service: str = "", stdin: bytes = b"", beside: Sequence[str] = ()) -> Target:
    """Finds what a person means.

    Args:
        named: a path, ``PATH:NAME`` for one of several workloads in it, ``image:REFERENCE``, or ``-``.
        service: the name of the workload, where it is given by itself.
        stdin: what ``-`` holds.
        beside: names of workloads of the same file that run as well, with what they depend on.

    Raises:
        CannotRunError: there is nothing there, nothing that can be run, or more than one workload.
    """
    if named.startswith(IMAGE) and beside:
        raise CannotRunError(Refusal(f"{named} is not run", f"an image has no {beside[0]} beside it", "name a file"))
    if named.startswith(IMAGE):
        return _image(named, service)
    path, name = (named, service) if named == STDIN else _split(named, service)
    root, found, problems = _read(path, stdin)
    if not found:
        raise CannotRunError(_nothing(named, problems))
    subject = _chosen(named, path, name, found, root)
    among = [each for each in found if each.place.source.path == subject.place.source.path]
    where = "" if path == STDIN else subject.place.source.path
    others = [_chosen(named, path, name, among, root) for name in beside]
    run = tuple(needed(subject, among, others))
    project = tuple(each for each in among if each.syntax == "compose" and not each.profiles.get(()))
    return Target(subject, run, root, where, _beside(subject, root, path), _joined(subject, among), project)


def _joined(subject: Workload, among: Sequence[Workload]) -> bool:
    modes = {f"service:{subject.name}", *(f"container:{name}" for name in _names(subject))}
    return any(each.network_mode.get(None) in modes for each in among)


def _beside(subject: Workload, root: Path, path: str) -> tuple[DataObject, ...]:
    """The config maps and secrets below the folder that was named, or in which the subject's file stands."""
    if subject.runtime != "kubernetes":
        return ()
    from hardhull.run.manifest import data_objects
    from hardhull.scan import Options, gather

    if path == STDIN:
        return data_objects([subject.place.source])
    folder = Path(path) if Path(path).is_dir() else (root / subject.place.source.path).parent
    discovery, _ = gather([str(folder)], Options())
    return data_objects(each.source for each in discovery.files if "kubernetes" in each.kinds)


def of_image(reference: str) -> Workload:
    """An image by itself, as a create body of the Engine API in memory, into which changes can be written."""
    from hardhull.formats.engine_api import read

    text = json.dumps({"Image": reference, "HostConfig": {}}, indent=2) + "\n"
    (workload,) = read(Source(f"{IMAGE}{reference}", text.encode()))
    return workload


def _image(named: str, service: str) -> Target:
    reference = named.removeprefix(IMAGE)
    if not reference or service or any(char.isspace() for char in reference):
        why = "an image has no services" if service and reference else "it names no image"
        raise CannotRunError(Refusal(f"{named} is not run", why, "write it as image:NAME, image:NAME:TAG or image:ID"))
    workload = of_image(reference)
    return Target(workload, (workload,), Path.cwd(), "")


def _split(named: str, service: str) -> tuple[str, str]:
    """Path and name. What exists as it stands is a path, whatever is in it."""
    path, colon, name = named.rpartition(":")
    if colon and path and name and not Path(named).exists() and Path(path).exists():
        if service and service != name:
            why = f"its name is given twice ({name} and {service})"
            raise CannotRunError(Refusal(f"{named} is not run", why, "leave one of them out"))
        return path, name
    return named, service


def _read(path: str, stdin: bytes) -> tuple[Path, list[Workload], Sequence[NotChecked]]:
    """Root of the tree, the workloads that can be meant, and what could not be read.

    Raises:
        CannotRunError: there is no such file.
    """
    from hardhull.scan import Options, gather
    from hardhull.scan.config import ConfigError
    from hardhull.scan.connect import confine
    from hardhull.scan.discover import NoSuchTargetError
    from hardhull.scan.read import Reading
    from hardhull.scan.tree import Tree

    try:
        discovery, _ = gather([path], Options(stdin=stdin))
    except NoSuchTargetError:
        why = "there is no such file or folder"
        raise CannotRunError(Refusal(f"{path} is not run", why, f"name {_SHAPES}")) from None
    except ConfigError as error:
        what = f"the configuration {error.path} cannot be used"
        raise CannotRunError(Refusal(what, error.what, error.how)) from None
    tree = Tree(discovery.root, discovery.files)
    reading = Reading(tree)
    reading.run()
    confine(reading.facts, tree, reading.record)
    found = [each for each in reading.facts if isinstance(each, Workload) and not each.from_docs]
    return discovery.root, found, (*discovery.not_checked, *reading.not_checked)


def _nothing(named: str, problems: Sequence[NotChecked]) -> Refusal:
    failed = next((each for each in problems if each.kind == "failed"), None)
    if failed is not None:
        return Refusal(f"{named} is not run", f"{failed.what}: {failed.why}", failed.how)
    return Refusal(f"{named} is not run", "nothing in it says how a container is run", f"name {_SHAPES}")


def _chosen(named: str, path: str, name: str, found: Sequence[Workload], root: Path) -> Workload:
    """The one workload that is meant: by its name, else the only one; of several the one in the folder itself.

    Raises:
        CannotRunError: there is none of the name, or several.
    """
    able = [each for each in found if each.role.get("app") not in _NOT_RUN]
    meant = [each for each in able if not name or name in _names(each)]
    folder = Path(path)
    if len(meant) > 1 and path != STDIN and folder.is_dir():
        here = [each for each in meant if (root / each.place.source.path).parent == folder.resolve()]
        meant = here if len(here) == 1 or (here and not name) else meant
    if len(meant) == 1:
        return meant[0]
    if not meant:
        why = f"it has no workload {name} (it has: {_listed(able)})"
        raise CannotRunError(Refusal(f"{named} is not run", why, "name one of those with --service"))
    several = f"it has {len(meant)} workloads" + (f" of the name {name}" if name else "")
    paths = {each.place.source.path for each in meant}
    how = "name one with --service" if len(paths) == 1 else f"name one as {meant[0].place.source.path}:{meant[0].name}"
    raise CannotRunError(Refusal(f"{named} is not run", f"{several} ({_listed(meant)})", how))


def _names(workload: Workload) -> set[str]:
    own = workload.container_name.get(None)
    return {workload.name, workload.subject, *([own] if own else [])}


def _listed(workloads: Sequence[Workload]) -> str:
    """Their names, with the file where there is more than one file."""
    paths = {each.place.source.path for each in workloads}
    names = [each.name if len(paths) == 1 else f"{each.place.source.path}:{each.name}" for each in workloads]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
