"""Proves one workload: the run as it is declared, the search, and what they were made with."""

from __future__ import annotations

import posixpath
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.prove.folders import below, written
from hardhull.prove.image import ImageFiles, lasting
from hardhull.prove.search import Proven, Search
from hardhull.prove.trial import Stage, Trial
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.run.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from hardhull.facts.workload import Workload
    from hardhull.learn.bpf import Recorder
    from hardhull.run.exercise import Exercise
    from hardhull.run.settings import Settings

OWN = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
"""Files that the engine mounts into every container."""


class Ran(NamedTuple):
    """What ran.

    Attributes:
        image: its id.
        reference: as it is named.
        engine: name and version.
        user: whom it started as; empty for root.
        mounted: where something was mounted in it.
        lasting: files that it wrote to its own root file system and left behind.
    """

    image: str
    reference: str
    engine: str
    user: str
    mounted: tuple[str, ...]
    lasting: frozenset[str] = frozenset()


class Outcome(NamedTuple):
    """A proof in the making: what ran, and what was found."""

    ran: Ran
    proven: Proven


def prove(
    subject: Workload,
    among: Sequence[Workload],
    settings: Settings,
    wanted: Exercise,
    recorder: Recorder,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Finds the strictest configuration under which a workload works.

    Args:
        subject: the workload.
        among: it and what it depends on.
        settings: of the worlds that it runs in.
        wanted: how it is used.
        recorder: attached.
        tell: is told what is being tried.

    Raises:
        CannotRunError: it does not work as it is declared, or no check of it can be believed.
    """
    stage = Stage(subject, among, settings, wanted, recorder)
    found: list[Ran] = []
    tell("as it is declared")
    before = stage.baseline(lambda world, trial: found.append(_ran(world, wanted.key, trial)))
    if not before.works:
        how = "make it work first, or name a check that fits it"
        raise CannotRunError(Refusal(f"{subject.subject} is not proven", f"as it is, {before.failure}", how))
    (ran,) = found
    executed = {use.path for use in before.seen.of("files") if use.use == "execute"}
    with _files(ran, executed, settings) as files:
        return Outcome(ran, Search(stage, before, files, ran.user, ran.mounted, tell).run())


@contextmanager
def _files(ran: Ran, executed: Collection[str], settings: Settings) -> Iterator[ImageFiles]:
    """The image's files for as long as the search goes on."""
    with World((), settings) as world:
        yield ImageFiles(world, ran.image, ran.lasting, executed)


def _ran(world: World, key: str, trial: Trial) -> Ran:
    answer: dict[str, Any] = world.inspect(key)
    version: dict[str, Any] = world.client.version()
    mounts = [each["Destination"] for each in answer["Mounts"]]
    mounts += list((answer["HostConfig"].get("Tmpfs") or {}).keys())
    reference = next(iter(world.containers[key].images), "")
    user, engine = answer["Config"]["User"], f"docker {version['Version']}"
    paths = written(trial.seen.of("files"), (*mounts, *OWN))
    found = sorted({posixpath.dirname(path) for path in paths})
    apart = [each for each in found if not below(posixpath.dirname(each), found)]
    left = lasting(world, key, apart, frozenset(paths))
    return Ran(answer["Image"], reference, engine, user, (*mounts, *OWN), left)


__all__ = ["Outcome", "Ran", "Trial", "prove"]
