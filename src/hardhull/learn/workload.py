"""One recorded run of a workload in a world of its own: it is started, used, and stopped, and gives a Profile."""

from __future__ import annotations

import time
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.profile import Profile, merge
from hardhull.learn import profile as made
from hardhull.learn.code import Code
from hardhull.learn.errors import RecordingError
from hardhull.learn.watch import Meters, watch
from hardhull.run.create import prepare
from hardhull.run.exercise import exercise
from hardhull.run.job import JOB
from hardhull.run.owner import lasts
from hardhull.run.processes import halted, of_container
from hardhull.run.project import enough
from hardhull.run.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.learn.watch import Watch
    from hardhull.run.exercise import Exercise, Exercised
    from hardhull.run.settings import Adapted, Settings
    from hardhull.run.target import Target

TRIAL = "trial of the checks"
"""The deed of having stopped the processes for a moment, to see whether the checks notice."""


class Learned(NamedTuple):
    """What came of a recorded run.

    Attributes:
        profile: of this recording alone, a run for each life: the first one is start, checks, load and the graceful
            stop; what a restart, a command inside and a reload add is in the second. None where the workload did not
            work, so that nothing would be known of it.
        used: what was done and what it answered.
        left_out: what was not.
        adapted: what was another way than the file says.
        slower: why it was recorded the slower way; empty where it was not.
    """

    profile: Profile | None
    used: Exercised
    left_out: tuple[str, ...]
    adapted: tuple[Adapted, ...]
    slower: str


def learn(
    target: Target, wanted: Exercise, settings: Settings, tell: Callable[[str], None] = lambda _: None
) -> Learned:
    """Records the named workload; what it depends on runs beside it and is not recorded.

    Where it does not work so, it is recorded once more with its whole Compose project beside it.

    Args:
        target: what is run.
        wanted: how it is used.
        settings: of the world.
        tell: is told of a second run.

    Raises:
        CannotRunError: it cannot be run, or no check of it can be believed.
        RecordingError: nothing can be recorded.
    """
    return enough(target, lambda among: _recorded(among, wanted, settings), lambda found: found.used.works, tell)


def _recorded(target: Target, wanted: Exercise, settings: Settings) -> Learned:
    """One recorded run."""
    containers = prepare(target.workloads, settings)
    begun: list[tuple[datetime, float]] = []
    with (
        World(containers, settings) as world,
        watch() as watching,
        Meters() as meters,
        Code() as code,
    ):

        def started() -> None:
            begun.append((datetime.now(UTC), time.monotonic()))
            first = int(world.state(wanted.key)["Pid"])
            try:
                if first:
                    _life(world, wanted.key, first, watching)
                    meters.life(first)
                    code.life(first)
            except RecordingError:
                if lasts(first):
                    raise  # one that ended at once is told by what it was used for

        used = exercise(world, wanted, started)
        ends = [*(clock for _, clock in begun[1:]), time.monotonic()]
        adapted = tuple(world.adapted[wanted.key])
        subject = made.Subject(target.subject.subject, _image(world, wanted.key), _engine(world), target.path)
        lives = watching.lives() if used.works else []
        files = [use for life in lives for use in life["files"]]
        static = code.passes(files, subject.image)
        peaks = meters.peaks
    deeds, left_out = _deeds(wanted, used)
    runs = []
    for (start, clock), end, fields, most, done in zip(begun, ends, lives, peaks, deeds, strict=False):
        runs.append(made.profile(subject, made.Exercise(start, end - clock, done), fields, most))
    found = merge([*runs, Profile((), static)]) if runs else None
    return Learned(found, used, left_out, adapted, watching.slower)


def _life(world: World, key: str, first: int, watching: Watch) -> None:
    """Has a life watched.

    Processes that strace follows stand still while it takes hold of them: it sees no child that was made before that.
    """
    with halted(world, key) if watching.slower else nullcontext():
        watching.life([first, *(pid for pid in of_container(world, key) if pid != first)])


def _deeds(wanted: Exercise, used: Exercised) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]]:
    """What was done in the first life and in the second one, and what was not done."""
    if any(outcome.check.kind == JOB for outcome in used.outcomes):
        return (("start", "its end"), ()), ()
    aside = ("exec", "restart")
    first = tuple(deed for deed in wanted.deeds if deed not in aside)
    if wanted.trust:
        first = (*first[:-1], TRIAL, first[-1])
    life = used.observation.life if used.observation else None
    missed: tuple[str, ...] = ()
    reloads: tuple[str, ...] = ()
    if life is not None and life.reloaded is None:
        missed = ("reload (nobody says how it is done)",)
    elif life is not None and life.reloaded is not None and not life.reloaded.works:
        missed = (f"reload (by {life.reloaded.way.title} it does not work)",)
    elif life is not None and life.reloaded is not None:
        reloads = (f"reload by {life.reloaded.way.title}",)
    return (first, ("restart", "checks", "exec", *reloads, "stop")), (*wanted.left_out, *missed)


def _image(world: World, key: str) -> str:
    """The digest of the image's configuration."""
    return str(world.inspect(key)["Image"])


def _engine(world: World) -> str:
    """Name and version of the engine."""
    answer: dict[str, object] = world.client.version()
    return f"docker {answer.get('Version', '')}".strip()
