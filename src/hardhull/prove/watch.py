"""What the kernel sees of one container of a world, over all the lives that it has there."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.learn.cgroup import Meter, groups, most
from hardhull.learn.errors import RecordingError
from hardhull.learn.profile import Exercise as Deeds
from hardhull.learn.profile import Subject, profile

if TYPE_CHECKING:
    from hardhull.facts.profile import Peaks, Run
    from hardhull.learn.bpf import Recorder
    from hardhull.learn.namespace import Namespace
    from hardhull.run.world import World


class Seen(NamedTuple):
    """The recordings of one container.

    Attributes:
        first: of its first life: start, checks, load and the graceful stop that a restart begins with.
        later: of its lives after that: what exec and the last stop add.
    """

    first: Run
    later: tuple[Run, ...] = ()

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return (self.first, *self.later)

    def of(self, dimension: str) -> frozenset[Any]:
        """The union of one dimension over all lives."""
        found: frozenset[Any] = frozenset()
        for run in self.runs:
            found |= getattr(run, dimension)
        return found


class Watch:
    """Follows one container through one world.

    Args:
        recorder: attached.
        world: entered.
        key: of the container.
        subject: what the recording is called.
        deeds: what is done meanwhile, in words.
    """

    def __init__(self, recorder: Recorder, world: World, key: str, subject: Subject, deeds: tuple[str, ...]) -> None:
        self._recorder, self._world, self._key = recorder, world, key
        self._subject, self._deeds = subject, deeds
        self._lives: list[Namespace] = []
        self._meters: list[Meter] = []
        self._stack = ExitStack()
        self._begun, self._start = datetime.now(UTC), time.monotonic()

    def started(self) -> None:
        """The container was just started, or started again. One that has ended already is looked for afterwards."""
        pid = self._world.state(self._key)["Pid"]
        if not pid:
            return
        try:
            self._lives.append(self._recorder.watch(pid))
            self._meters.append(self._stack.enter_context(Meter(groups(pid))))
        except RecordingError:
            return

    def seen(self) -> Seen:
        """What was recorded; the recorder forgets it. The world may be gone already."""
        self._stack.close()
        recording = self._recorder.snapshot(forget=True)
        found = [recording.of(each) for each in self._lives] or [recording.newcomers()]
        runs = [self._run(fields) for fields in found]
        for each in self._lives:
            self._recorder.release(each)
        return Seen(runs[0], tuple(runs[1:]))

    def _run(self, fields: dict[str, Any]) -> Run:
        deeds = Deeds(self._begun, time.monotonic() - self._start, self._deeds)
        return profile(self._subject, deeds, fields, self._peaks()).runs[0]

    def _peaks(self) -> Peaks | None:
        found: Peaks | None = None
        for meter in self._meters:
            found = meter.peaks if found is None else most(found, meter.peaks)
        return found
