"""One recorded run of a workload in a world of its own: it is started, used, and stopped, and gives a Profile."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.learn import profile as made
from hardhull.learn.errors import RecordingError
from hardhull.learn.watch import Meters, watch
from hardhull.run.create import prepare
from hardhull.run.exercise import exercise
from hardhull.run.processes import of_container
from hardhull.run.world import World

if TYPE_CHECKING:
    from hardhull.facts.profile import Profile
    from hardhull.run.exercise import Exercise, Exercised
    from hardhull.run.settings import Adapted, Settings
    from hardhull.run.target import Target

TRIAL = "trial of the checks"
"""The deed of having stopped the processes for a moment, to see whether the checks notice."""


class Learned(NamedTuple):
    """What came of a recorded run.

    Attributes:
        profile: of this run alone; None where the workload did not work, so that nothing would be known of it.
        used: what was done and what it answered.
        deeds: what was done, in words.
        left_out: what was not.
        adapted: what was another way than the file says.
        slower: why it was recorded the slower way; empty where it was not.
    """

    profile: Profile | None
    used: Exercised
    deeds: tuple[str, ...]
    left_out: tuple[str, ...]
    adapted: tuple[Adapted, ...]
    slower: str


def learn(target: Target, wanted: Exercise, settings: Settings) -> Learned:
    """Records the named workload; what it depends on runs beside it and is not recorded.

    Args:
        target: what is run.
        wanted: how it is used.
        settings: of the world.

    Raises:
        CannotRunError: it cannot be run, or no check of it can be believed.
        RecordingError: nothing can be recorded.
    """
    containers = prepare(target.workloads, settings)
    begun, clock = datetime.now(UTC), time.monotonic()
    with watch() as watching, World(containers, settings) as world, Meters() as meters:

        def started() -> None:
            first = int(world.state(wanted.key)["Pid"])
            try:
                if first:
                    watching.life([first, *(pid for pid in of_container(world, wanted.key) if pid != first)])
                    meters.life(first)
            except RecordingError:
                if Path(f"/proc/{first}").exists() and world.state(wanted.key)["Running"]:
                    raise  # one that ended at once is told by what it was used for

        used = exercise(world, wanted, started)
        adapted = tuple(world.adapted[wanted.key])
        subject = made.Subject(target.subject.subject, _image(world, wanted.key), _engine(world), target.path)
        fields = watching.fields() if used.works else {}
        peaks = meters.peaks
    reloaded, missed = _reload(used)
    deeds = (*wanted.deeds, *reloaded, *([TRIAL] if wanted.trust else []))
    found = None
    if used.works:
        done = made.Exercise(begun, time.monotonic() - clock, deeds)
        found = made.profile(subject, done, fields, peaks)
    return Learned(found, used, deeds, (*wanted.left_out, *missed), adapted, watching.slower)


def _reload(used: Exercised) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The reload as a deed, and as something that was not done."""
    life = used.observation.life if used.observation else None
    if life is None:
        return (), ()
    if life.reloaded is None:
        return (), ("reload (nobody says how it is done)",)
    if not life.reloaded.works:
        return (), (f"reload (by {life.reloaded.way.title} it does not work)",)
    return (f"reload by {life.reloaded.way.title}",), ()


def _image(world: World, key: str) -> str:
    """The digest of the image's configuration."""
    return str(world.inspect(key)["Image"])


def _engine(world: World) -> str:
    """Name and version of the engine."""
    answer: dict[str, object] = world.client.version()
    return f"docker {answer.get('Version', '')}".strip()
