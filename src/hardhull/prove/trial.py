"""One try of one candidate: the workload and what it depends on, run in a world and used to the end."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Lock, RLock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hardhull.facts.changed import changed
from hardhull.learn.profile import Subject
from hardhull.prove.changes import measures
from hardhull.prove.filter import profile_text
from hardhull.prove.giving import declared
from hardhull.prove.harmless import Harmless
from hardhull.prove.watch import Seen, Watch
from hardhull.run.compare import compare, longest, worse
from hardhull.run.create import prepare
from hardhull.run.exercise import NO_HASTE, Exercise, Exercised, Haste, exercise
from hardhull.run.guard import Guard
from hardhull.run.idle import Idle
from hardhull.run.processes import crowd
from hardhull.run.refusal import CannotRunError
from hardhull.run.replies import replies
from hardhull.run.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from hardhull.facts.profile import Call, StaticPass
    from hardhull.facts.workload import Workload
    from hardhull.learn.bpf import Recorder
    from hardhull.prove.candidate import Candidate
    from hardhull.run.compare import Difference
    from hardhull.run.create import Container
    from hardhull.run.observe import LifeCycle, Observation
    from hardhull.run.settings import Settings
    from hardhull.run.target import Target

PATIENCE, LEAST_PATIENCE = 4.0, 5.0
"""A candidate may take so many times as long to be ready as the workload did, and at least so many seconds."""
LOAD_PATIENCE = 10.0
"""Seconds; a load may take so much longer than that many times of what it took."""
LIFETIME = 7 * 86400.0
"""Seconds after which a guard of many worlds ends; each of these has a time of its own."""
LOST_TIMES, LOST_SECONDS = 2.0, 2.0
"""After so many times of what it took, and so many seconds, nobody waits for what is idle or was refused something."""
LOST_IDLE = 2.0
"""Seconds in which nobody was seen at work."""
ENDS = 6
"""How often the workload is ended as it is declared to see whether an exit code of a candidate's is its own, too: what
happens every other time is missed once in 64 so."""


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


Look = Callable[["World", Trial], None]
"""Is shown a world and what came of it, before the world goes away."""


def no_look(_world: World, _trial: Trial) -> None:
    """Nobody looks."""


class Stage:
    """Where candidates of one workload are tried.

    Args:
        target: the workload, as it is declared, and what it depends on.
        settings: of the worlds.
        wanted: how it is used.
        recorder: attached.

    Attributes:
        subject: the workload.
        tries: how many there were.
        runtime: the calls that the runtime was seen to make behind a filter, in all of them, by whether the workload
            could gain no privileges: only then the filter comes last, when the runtime has done its work.
        varies: what of the workload as it is declared is another way from run to run, as sentence parts.
        harmless: what candidates were refused that worked all the same.
        guard: of all its worlds, for the time of a ``with``; without that each has its own.
    """

    def __init__(self, target: Target, settings: Settings, wanted: Exercise, recorder: Recorder) -> None:
        self.target, self.subject = target, target.subject
        self.wanted, self.settings = wanted, settings
        self.tries = 0
        self.runtime: dict[bool, frozenset[Call]] = {False: frozenset(), True: frozenset()}
        self._recorder = recorder
        self.varies: tuple[str, ...] = ()
        self._counting, self._asking = Lock(), RLock()
        self._worlds: list[World] = []
        self._again: Exercised | None = None
        self._codes: list[int] = []
        self._unstarted: dict[int, Seen] = {}
        self.harmless: Harmless
        self.guard: Guard | None = None
        self._pool = ThreadPoolExecutor(1, "hardhull-declared")
        self._behind: list[tuple[World, Future[tuple[StaticPass, ...]]]] = []

    def __enter__(self) -> Self:
        """With one guard for all worlds."""
        self.guard = Guard(secrets.token_hex(6), LIFETIME)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        """Waits for what goes on behind; where something failed, that ends early."""
        for world, _ in self._behind if kind is not None else ():
            world.expire()
        self._pool.shutdown()
        if self.guard is not None:
            self.guard.done()
        for _, ended in self._behind if kind is None else ():
            ended.result()

    @property
    def several(self) -> bool:
        """Whether two of its worlds make no difference to each other: nothing in them has anything of the host's."""
        found = [declared(each) for each in self.target.workloads]
        return not any(value for fields in found for value in fields.values())

    @contextmanager
    def beside(self, work: Callable[[], Trial]) -> Iterator[Future[Trial]]:
        """Does some work of this stage beside what is done in the ``with``; where that fails, it ends early."""
        with ThreadPoolExecutor(1, "hardhull-beside") as pool:
            other = pool.submit(work)
            try:
                yield other
            except BaseException:
                for world in [*self._worlds]:
                    world.abandon()
                raise

    def baseline(self, look: Look = no_look, later: Look | None = None, *, code: bool = True) -> Trial:
        """The workload as it is declared, with checks that are tried first.

        Args:
            look: is shown the world when everything was done in it.
            later: is shown it behind the tries that follow; the code is read there, too. See :meth:`whole`.
            code: whether the code of its programs is read as well.

        Raises:
            CannotRunError: it cannot be run, or no check of it can be believed.
        """
        judged: list[Trial] = []

        def seen(world: World, found: Trial) -> None:
            judged.append(found)
            look(world, found)

        wanted = self.wanted._replace(trust=True)
        before = self._try(None, wanted, seen, code=code, later=_if_works(judged, later))
        self.harmless = Harmless(before)
        return before

    def whole(self, before: Trial) -> Trial:
        """The baseline with what is found behind the tries, when that has ended."""
        passes = self._behind[0][1].result() if self._behind else before.seen.passes
        return before._replace(seen=before.seen._replace(passes=passes))

    def trial(
        self,
        candidate: Candidate,
        before: Trial,
        look: Look = no_look,
        *,
        life: bool = True,
        later: Look | None = None,
        used: Callable[[], None] = lambda: None,
    ) -> Trial:
        """A candidate, compared with the workload as it is declared.

        Args:
            candidate: what it is given.
            before: the baseline.
            look: is shown the world when everything was done in it, and it was not worse.
            life: whether it is restarted and stopped as well.
            later: is shown it then, too, behind the tries that follow.
            used: called when it was used, and is not worse so far.
        """
        base = before.used
        ready = max(LEAST_PATIENCE, PATIENCE * (base.ready or 0.0)) * crowd() if base else self.wanted.ready
        wanted = self.wanted._replace(
            life=life and self.wanted.life,
            ready=min(ready, self.wanted.ready),
            patience=self._patience(before),
            grace=_grace(before),
        )
        judged: list[Trial] = []

        def compared(world: World, found: Trial) -> None:
            worse = self._worse(before, found.used, life=life) if found.used else ()
            judged.append(found._replace(worse=worse))
            if judged[0].works:
                look(world, judged[0])

        try:
            shown = _if_works(judged, later)
            found = self._try(candidate, wanted, compared, before=before, later=shown, used=used)
        except CannotRunError as error:
            unstarted = self._unstarted.pop(get_ident(), None)
            if unstarted is None:
                raise
            return Trial(candidate, None, str(error), unstarted)
        if judged[0].works:
            self.harmless.learn(judged[0])
        return judged[0]._replace(seconds=found.seconds)

    def _patience(self, before: Trial) -> float:
        """How long a load of a candidate may take."""
        return min(self.wanted.patience, (LOAD_PATIENCE + PATIENCE * _longest(before)) * crowd())

    def _haste(self, candidate: Candidate, before: Trial, world: World, watch: Watch) -> Haste:
        """When a candidate is not waited for any longer: it was refused what it asked for, or nobody is at work."""
        idle, subject = Idle(world), Subject(self.subject.subject, "", "", self.target.path)

        def lost(session: int) -> bool:
            unused = idle.seconds(session) > LOST_IDLE
            return unused or bool(self.harmless.evidence(Trial(candidate, None, "", watch.peek(subject))))

        ready = (before.used.ready or 0.0) if before.used else 0.0
        return Haste(_soon(ready), _soon(_longest(before)), lost)

    def _worse(self, before: Trial, used: Exercised, *, life: bool) -> tuple[Difference, ...]:
        """In what it is worse. What the workload answers otherwise is asked of a second baseline first."""
        base = before.used
        if base is None or used.observation is None or base.observation is None:
            return ()
        was = base.observation if life and used.observation.life else base.observation._replace(life=None)
        if used.works and set(used.observation.troubles) - set(was.troubles):
            again = self._second().observation
            was = was._replace(troubles=(*was.troubles, *(again.troubles if again else ())))
        if used.works and _names(was) - _names(used.observation):
            was = self._lasting(was)
        was = self._ended_so(was, used) if used.works else was
        differences = worse(compare(was, used.observation, crowd()))
        if used.works and not differences and worse(replies([base.outcomes], used.outcomes)):
            known = [base.outcomes, self._second().outcomes]
            differences = worse(replies(known, used.outcomes))
        return tuple(differences)

    def _lasting(self, was: Observation) -> Observation:
        """What was seen before, without programs that a second baseline does not have: one that only starts another."""
        again = self._second().observation
        if again is None or was.processes is None:
            return was
        return was._replace(processes=tuple(one for one in was.processes if one.name in _names(again)))

    def _ended_so(self, was: Observation, used: Exercised) -> Observation:
        """What was seen before, with a candidate's exit code if that alone is worse and the workload's own, too."""
        now = used.observation
        if now is None or now.life is None or was.life is None or now.life.stop.killed:
            return was
        code = now.life.stop.code
        same = was._replace(life=was.life._replace(stop=was.life.stop._replace(code=code)))
        alone = worse(compare(was, now, crowd())) and not worse(compare(same, now, crowd()))
        return same if alone and self._ends_with(code, was.life.stop.code) else was

    def _ends_with(self, code: int, usual: int) -> bool:
        """Whether the workload ends with a code as it is declared, when it is asked to end often enough."""
        with self._asking:
            while code not in self._codes and len(self._codes) < ENDS:
                life = self._life()
                self._codes.append(usual if life is None else life.stop.code)
        if code in self._codes:
            codes = " or ".join(str(each) for each in sorted({usual, *self._codes}))
            self.varies = (f"it ends with code {codes}, as it is declared as well",)
        return code in self._codes

    def _life(self) -> LifeCycle | None:
        """How the workload ends once more as it is declared."""
        found = self._try(None, self.wanted._replace(loads=(), seconds=0.0), no_look).used
        return found.observation.life if found is not None and found.observation is not None else None

    def _second(self) -> Exercised:
        """What the workload does once more as it is declared: what is another way then varies by itself."""
        with self._asking:
            if self._again is None:
                found = self._try(None, self.wanted._replace(life=False), no_look).used
                assert found is not None  # noqa: S101  what cannot be started is raised
                self._again = found
            return self._again

    def _try(
        self,
        candidate: Candidate | None,
        wanted: Exercise,
        look: Look,
        *,
        code: bool = False,
        before: Trial | None = None,
        later: Callable[[], Look | None] | None = None,
        used: Callable[[], None] = lambda: None,
    ) -> Trial:
        self._unstarted.pop(get_ident(), None)
        with self._counting:
            self.tries += 1
        begun = time.monotonic()
        containers = [self._filtered(each, candidate) for each in prepare(self._workloads(candidate), self.settings)]
        with ExitStack() as stack:
            world = stack.enter_context(World(containers, self.settings, self.guard))
            self._worlds.append(world)
            stack.callback(self._worlds.remove, world)
            watch = stack.enter_context(Watch(self._recorder, world, wanted.key, wanted.deeds, code=code))

            def on(so_far: Exercised) -> bool:
                watch.used()
                if before is not None and self._worse(before, so_far, life=False):
                    return False
                used()
                return True

            haste = self._haste(candidate, before, world, watch) if candidate and before else NO_HASTE
            try:
                exercised = exercise(world, wanted, watch.started, on, haste)
            except CannotRunError:
                if wanted.key in world.begun and not watch.lives:
                    watch.started()  # what waits for it was not started: it is asked what it did all the same
                self._unstarted[get_ident()] = watch.seen(self._named(world))
                raise
            found = Trial(candidate, exercised, "", watch.seen(self._named(world)))
            with self._counting:
                last = candidate is not None and candidate.no_new_privileges
                self.runtime[last] |= found.seen.of("filtered_syscalls")
            if later is None:
                with watch.reading() as passes:
                    look(world, found)
                    found = found._replace(seen=found.seen._replace(passes=passes()))
            else:
                look(world, found)
                if (shown := later()) is not None:
                    going_on = self._pool.submit(_behind, stack.pop_all(), world, watch, found, shown)
                    self._behind.append((world, going_on))
        return found._replace(seconds=time.monotonic() - begun)

    def _named(self, world: World) -> Subject:
        """What the recordings are called."""
        made = self.wanted.key in world.ids
        image = str(world.inspect(self.wanted.key)["Image"]) if made else ""
        return Subject(self.subject.subject, image, engine(world), self.target.path)

    def _workloads(self, candidate: Candidate | None) -> list[Workload]:
        if candidate is None:
            return list(self.target.workloads)
        changes = [change for each in measures(candidate, self.subject) for change in each.changes]
        new = changed(self.subject, changes)
        return [new if each is self.subject else each for each in self.target.workloads]

    def _filtered(self, container: Container, candidate: Candidate | None) -> Container:
        """The container with the candidate's own seccomp filter, which no file holds yet."""
        if candidate is None or candidate.syscalls is None or container.key != self.wanted.key:
            return container
        body: dict[str, Any] = json.loads(json.dumps(container.body))
        options = [each for each in body["HostConfig"].get("SecurityOpt", []) if not each.startswith("seccomp")]
        body["HostConfig"]["SecurityOpt"] = [*options, f"seccomp={profile_text(candidate)}"]
        return container._replace(body=body)


def _if_works(judged: Sequence[Trial], later: Look | None) -> Callable[[], Look | None] | None:
    """Who is shown a world later, once it is known whether it works; None where nobody is to be."""
    return None if later is None else lambda: later if judged[0].works else None


def _behind(stack: ExitStack, world: World, watch: Watch, found: Trial, later: Look) -> tuple[StaticPass, ...]:
    """Shows a world to whom it may be shown later, reads the code meanwhile, and lets the world go."""
    with stack, watch.reading() as passes:
        later(world, found)
        return passes()


def _soon(seconds: float) -> float:
    """What took so long before may take so long until it is asked whether there is anything to wait for."""
    return LOST_TIMES * seconds * crowd() + LOST_SECONDS


def _longest(before: Trial) -> float:
    """Seconds that the longest load took."""
    outcomes = before.used.outcomes if before.used else ()
    return max((one.seconds for one in outcomes if one.check.kind in {"load", "job"}), default=0.0)


def _grace(before: Trial) -> float:
    """Seconds that a candidate may take to end before it is worse; a whole one more tells it from one that just did."""
    seen = before.used.observation if before.used else None
    return math.inf if seen is None or seen.life is None else longest(seen.life.stop.seconds) * crowd() + 1


def _names(observation: Observation) -> set[str]:
    return {one.name for one in observation.processes or ()}


def engine(world: World) -> str:
    """Name and version of the engine."""
    version: dict[str, Any] = world.client.version()
    return f"docker {version['Version']}"
