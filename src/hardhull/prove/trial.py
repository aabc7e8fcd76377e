"""One try of one candidate: the workload and what it depends on, run in a world and used to the end."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.changed import changed
from hardhull.learn.profile import Subject
from hardhull.prove.changes import measures
from hardhull.prove.filter import profile_text
from hardhull.prove.watch import Seen, Watch
from hardhull.run.compare import compare, worse
from hardhull.run.create import prepare
from hardhull.run.exercise import Exercise, Exercised, exercise
from hardhull.run.refusal import CannotRunError
from hardhull.run.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.workload import Workload
    from hardhull.learn.bpf import Recorder
    from hardhull.prove.candidate import Candidate
    from hardhull.run.compare import Difference
    from hardhull.run.create import Container
    from hardhull.run.settings import Settings

PATIENCE, LEAST_PATIENCE = 3.0, 8.0
"""A candidate may take so many times as long to be ready as the workload did, and at least so many seconds."""


class Trial(NamedTuple):
    """What came of it.

    Attributes:
        candidate: what was tried; None for the workload as it is declared.
        used: what it did; None where the engine did not even start it.
        refusal: why it was not started.
        seen: what the kernel saw of it.
        worse: in what it is worse than the workload as it is declared.
        seconds: how long the try took.
    """

    candidate: Candidate | None
    used: Exercised | None
    refusal: str
    seen: Seen
    worse: tuple[Difference, ...] = ()
    seconds: float = 0.0

    @property
    def works(self) -> bool:
        """Whether it works as well as it did, and no process may do more than before."""
        return self.used is not None and self.used.works and not self.worse

    @property
    def failure(self) -> str:
        """Why it does not, as a sentence part; empty where it does."""
        if self.used is None:
            return self.refusal
        if self.used.failure:
            return self.used.failure
        return "; ".join(f"{one.what} ({one.before or '-'} before, {one.after or '-'} now)" for one in self.worse[:2])


class Stage:
    """Where candidates of one workload are tried.

    Args:
        subject: the workload, as it is declared.
        among: it and what it depends on.
        settings: of the worlds.
        wanted: how it is used.
        recorder: attached.

    Attributes:
        tries: how many there were.
    """

    def __init__(
        self,
        subject: Workload,
        among: Sequence[Workload],
        settings: Settings,
        wanted: Exercise,
        recorder: Recorder,
    ) -> None:
        self.subject, self.wanted, self.settings = subject, wanted, settings
        self.tries = 0
        self._among, self._recorder = among, recorder

    def baseline(self, look: Callable[[World, Trial], None]) -> Trial:
        """The workload as it is declared, with checks that are tried first.

        Args:
            look: is shown the world when everything was done in it.

        Raises:
            CannotRunError: it cannot be run, or no check of it can be believed.
        """
        return self._try(None, self.wanted._replace(trust=True), look)

    def trial(self, candidate: Candidate, before: Trial, *, life: bool = True) -> Trial:
        """A candidate, compared with the workload as it is declared.

        Args:
            candidate: what it is given.
            before: the baseline.
            life: whether it is restarted and stopped as well.
        """
        base = before.used
        ready = max(LEAST_PATIENCE, PATIENCE * (base.ready or 0.0)) if base else self.wanted.ready
        wanted = self.wanted._replace(life=life and self.wanted.life, ready=min(ready, self.wanted.ready))
        try:
            found = self._try(candidate, wanted)
        except CannotRunError as error:
            return Trial(candidate, None, str(error), self._unstarted)
        if found.used is None or base is None or found.used.observation is None or base.observation is None:
            return found
        was = base.observation if life else base.observation._replace(life=None)
        return found._replace(worse=tuple(worse(compare(was, found.used.observation))))

    def _try(
        self, candidate: Candidate | None, wanted: Exercise, look: Callable[[World, Trial], None] = lambda _, __: None
    ) -> Trial:
        self.tries += 1
        begun = time.monotonic()
        containers = [self._filtered(each, candidate) for each in prepare(self._workloads(candidate), self.settings)]
        with World(containers, self.settings) as world:
            subject = Subject(self.subject.subject, "", _engine(world))
            watch = Watch(self._recorder, world, wanted.key, subject, wanted.deeds)
            try:
                used = exercise(world, wanted, watch.started)
            except CannotRunError:
                self._unstarted = watch.seen()
                raise
            found = Trial(candidate, used, "", watch.seen())
            look(world, found)
        return found._replace(seconds=time.monotonic() - begun)

    def _workloads(self, candidate: Candidate | None) -> list[Workload]:
        if candidate is None:
            return list(self._among)
        changes = [change for each in measures(candidate, self.subject) for change in each.changes]
        new = changed(self.subject, changes)
        return [new if each is self.subject else each for each in self._among]

    def _filtered(self, container: Container, candidate: Candidate | None) -> Container:
        """The container with the candidate's own seccomp filter, which no file holds yet."""
        if candidate is None or candidate.syscalls is None or container.key != self.wanted.key:
            return container
        body: dict[str, Any] = json.loads(json.dumps(container.body))
        options = [each for each in body["HostConfig"].get("SecurityOpt", []) if not each.startswith("seccomp")]
        body["HostConfig"]["SecurityOpt"] = [*options, f"seccomp={profile_text(candidate.syscalls, candidate.answers)}"]
        return container._replace(body=body)


def _engine(world: World) -> str:
    version: dict[str, Any] = world.client.version()
    return f"docker {version['Version']}"
