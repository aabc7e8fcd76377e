"""What the kernel sees of one container of a world, over all the lives that it has there."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hardhull.facts.profile import Profile, merge
from hardhull.learn.code import Code
from hardhull.learn.errors import RecordingError
from hardhull.learn.profile import Exercise as Deeds
from hardhull.learn.profile import profile
from hardhull.learn.watch import Meters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from hardhull.facts.profile import Denial, FileUse, Run, StaticPass
    from hardhull.learn.bpf import Recorder
    from hardhull.learn.namespace import Namespace
    from hardhull.learn.profile import Subject
    from hardhull.learn.recording import Recording
    from hardhull.run.world import World

SWITCH_SECONDS = 0.0005
"""How long code is read before whoever talks with the engine has a turn: the usual 5 ms add up over its answers."""


_WATCHING = Lock()
"""Nobody begins to watch while a recorder forgets."""


class Seen(NamedTuple):
    """The recordings of one container.

    Attributes:
        first: of its first life: start, checks, load and the graceful stop that a restart begins with.
        later: of its lives after that: what exec and the last stop add.
        passes: what its programs can call by their code; empty where that was not read.
        denied: what a filter denied, in the order of time within each life.
        early: capabilities that were asked for before it was stopped for the first time; where the code is read only.
    """

    first: Run
    later: tuple[Run, ...] = ()
    passes: tuple[StaticPass, ...] = ()
    denied: tuple[Denial, ...] = ()
    early: frozenset[str] = frozenset()

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return (self.first, *self.later)

    @property
    def profile(self) -> Profile:
        """The same as a profile."""
        return merge([Profile((run,)) for run in self.runs] + [Profile((), self.passes)])

    def of(self, dimension: str) -> frozenset[Any]:
        """The union of one dimension over all lives."""
        found: frozenset[Any] = frozenset()
        for run in self.runs:
            found |= getattr(run, dimension)
        return found


class Watch:
    """Follows one container through one world, for the time of a ``with``.

    Args:
        recorder: attached.
        world: entered.
        key: of the container.
        deeds: what is done meanwhile, in words.
        code: whether the code of its programs is read as well.
    """

    def __init__(
        self, recorder: Recorder, world: World, key: str, deeds: tuple[str, ...], *, code: bool = False
    ) -> None:
        self._recorder, self._world, self._key, self._deeds = recorder, world, key, deeds
        self._lives: list[Namespace] = []
        self._stack = ExitStack()
        self._meters = Meters()
        self._used: list[FileUse] = []
        self._image = ""
        self._code = Code() if code else None
        self._early: frozenset[str] = frozenset()
        self._begun, self._start = datetime.now(UTC), time.monotonic()

    def __enter__(self) -> Self:
        with _WATCHING:
            self._recorder.watched += 1
        self._stack.enter_context(self._meters)
        if self._code is not None:
            self._stack.enter_context(self._code)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        with _WATCHING:
            self._recorder.watched -= 1
        self._stack.close()
        for each in self._lives:
            self._recorder.release(each)

    @property
    def lives(self) -> int:
        """How often it was seen to be started."""
        return len(self._lives)

    def started(self) -> None:
        """The container was just started, or started again. One that has ended already is looked for afterwards."""
        pid = self._world.state(self._key)["Pid"]
        if not pid:
            return
        try:
            self._lives.append(self._recorder.watch(pid))
            self._meters.life(pid)
            if self._code is not None:
                self._code.life(pid)
        except RecordingError:
            return

    def used(self) -> None:
        """The container was used, and is about to be stopped for the first time."""
        if self._code is not None:
            recording = self._recorder.snapshot()
            found = (check for each in self._lives for check in recording.of(each)["capabilities"])
            self._early = frozenset(check.capability for check in found)

    def peek(self, subject: Subject) -> Seen:
        """What was recorded until now.

        Args:
            subject: what the recording is called.
        """
        return self._seen(subject, self._recorder.snapshot())

    def seen(self, subject: Subject) -> Seen:
        """The same, at the end; the recorder forgets it, unless it records another one as well."""
        with _WATCHING:
            recording = self._recorder.snapshot(forget=self._recorder.watched == 1)
        found = self._seen(subject, recording)
        self._used, self._image = [use for run in found.runs for use in run.files], subject.image
        return found

    def _seen(self, subject: Subject, recording: Recording) -> Seen:
        lives: list[Namespace | str] = [*self._lives] or [self._host()]
        found = [recording.newcomers(each) if isinstance(each, str) else recording.of(each) for each in lives]
        denied = tuple(dict.fromkeys(call for each in lives for call in recording.denied(each)))
        peaks = [*self._meters.peaks, *[None] * len(found)]
        deeds = Deeds(self._begun, time.monotonic() - self._start, self._deeds)
        runs = [profile(subject, deeds, fields, most).runs[0] for fields, most in zip(found, peaks, strict=False)]
        return Seen(runs[0], tuple(runs[1:]), (), denied, self._early)

    @contextmanager
    def reading(self) -> Iterator[Callable[[], tuple[StaticPass, ...]]]:
        """Reads the code of the programs that were seen to run, beside what is done in the ``with``.

        Yields:
            Waits for the end, and gives what was found; nothing where the code was not to be read.
        """
        if self._code is None:
            yield tuple
            return
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            with ThreadPoolExecutor(1, "hardhull-code") as pool:
                yield pool.submit(self._code.passes, self._used, self._image).result
        finally:
            sys.setswitchinterval(interval)

    def _host(self) -> str:
        """The container's name as a host; empty where it was not even made."""
        if self._key not in self._world.ids:
            return ""
        return str(self._world.inspect(self._key)["Config"]["Hostname"])
