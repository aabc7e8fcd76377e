"""Proves one workload: the run as it is declared, the search, the drills, and what they were made with."""

from __future__ import annotations

import posixpath
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.prove.drills import compare, drill, permissive
from hardhull.prove.folders import below, written
from hardhull.prove.image import ImageFiles, lasting
from hardhull.prove.search import Proven, Search
from hardhull.prove.trial import Stage, Trial, engine
from hardhull.run.project import enough
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.run.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hardhull.learn.bpf import Recorder
    from hardhull.prove.drills import Compared, DrillOutcome
    from hardhull.run.exercise import Exercise
    from hardhull.run.settings import Settings
    from hardhull.run.target import Target

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
    """A proof in the making.

    Attributes:
        ran: what ran.
        proven: what was found.
        drills: before and after; empty where they could not be made.
        undrilled: why that was so.
    """

    ran: Ran
    proven: Proven
    drills: tuple[Compared, ...] = ()
    undrilled: str = ""


def prove(
    target: Target,
    settings: Settings,
    wanted: Exercise,
    recorder: Recorder,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Finds the strictest configuration under which a workload works.

    Args:
        target: the workload, and what it depends on.
        settings: of the worlds that it runs in.
        wanted: how it is used.
        recorder: attached.
        tell: is told what is being tried.

    Raises:
        CannotRunError: it does not work as it is declared, or no check of it can be believed.
    """
    with declared(target, settings, wanted, recorder, tell) as (stage, before, ran, drills):
        executed = {use.path for use in before.seen.of("files") if use.use == "execute"}
        with _files(ran, executed, stage) as files:
            proven = Search(stage, before, files, ran.user, ran.mounted, tell, drills.after).run()
    return Outcome(ran, proven, drills.compared(), drills.why)


@contextmanager
def declared(
    target: Target, settings: Settings, wanted: Exercise, recorder: Recorder, tell: Callable[[str], None]
) -> Iterator[tuple[Stage, Trial, Ran, Drilling]]:
    """The run as it is declared; its drills are made behind what is done in the ``with``.

    Where it does not work with what it depends on, it is run once more with its whole Compose project.

    Raises:
        CannotRunError: it does not work, or no check of it can be believed.
    """
    tell("as it is declared")
    with ExitStack() as stack:
        stage, before, ran, drills = enough(
            target,
            lambda among: _declared(stack, among, settings, wanted, recorder, tell),
            lambda found: found[2] is not None,
            tell,
        )
        if ran is None:
            how = "make it work first, or name a check that fits it"
            why = f"as it is, {before.failure}"
            raise CannotRunError(Refusal(f"{target.subject.subject} is not proven", why, how))
        yield stage, before, ran, drills


def _declared(
    stack: ExitStack,
    target: Target,
    settings: Settings,
    wanted: Exercise,
    recorder: Recorder,
    tell: Callable[[str], None],
) -> tuple[Stage, Trial, Ran | None, Drilling]:
    """The same of what is given; nothing ran where it does not work."""
    stage = stack.enter_context(Stage(target, settings, wanted, recorder))
    drills, found = Drilling(wanted.key), list[Ran]()

    def look(world: World, trial: Trial) -> None:
        if trial.works:
            found.append(_ran(world, wanted.key, trial))
            tell("drills, as it is declared and with everything allowed, behind the tries")

    before = stage.baseline(look, lambda world, _: drills.before(world))
    return stage, before, found[0] if found else None, drills


class Drilling:
    """The drills of one proof: as it is declared, with all that can be granted, and with what was found.

    Args:
        key: of the container.

    Attributes:
        why: why they cannot be made; empty where they can.
    """

    def __init__(self, key: str) -> None:
        self.why = ""
        self._key = key
        self._before: tuple[DrillOutcome, ...] = ()
        self._granted: tuple[DrillOutcome, ...] = ()
        self._after: tuple[DrillOutcome, ...] = ()

    def before(self, world: World) -> None:
        """Drills the workload as it is declared, and with all that this engine can grant."""
        try:
            self._before = drill(world, self._key)
            self._granted = permissive(world, self._key)
        except CannotRunError as error:
            self.why = str(error)

    def after(self, world: World, _trial: Trial) -> None:
        """Drills it as it was found; of several times the last one counts."""
        try:
            self._after = drill(world, self._key)
        except CannotRunError as error:
            self.why = str(error)

    def compared(self) -> tuple[Compared, ...]:
        """Each drill before and after; empty where one of the series is missing."""
        if self.why or not self._after:
            return ()
        return compare(self._before, self._after, self._granted)


@contextmanager
def _files(ran: Ran, executed: Collection[str], stage: Stage) -> Iterator[ImageFiles]:
    """The image's files for as long as the search goes on."""
    with World((), stage.settings, stage.guard) as world:
        yield ImageFiles(world, ran.image, ran.lasting, executed)


def _ran(world: World, key: str, trial: Trial) -> Ran:
    answer: dict[str, Any] = world.inspect(key)
    mounts = [each["Destination"] for each in answer["Mounts"]]
    mounts += list((answer["HostConfig"].get("Tmpfs") or {}).keys())
    reference = next(iter(world.containers[key].images), "")
    paths = written(trial.seen.of("files"), (*mounts, *OWN))
    found = sorted({posixpath.dirname(path) for path in paths})
    apart = [each for each in found if not below(posixpath.dirname(each), found)]
    left = lasting(world, key, apart, frozenset(paths))
    return Ran(answer["Image"], reference, engine(world), answer["Config"]["User"], (*mounts, *OWN), left)


__all__ = ["Outcome", "Ran", "Trial", "prove"]
