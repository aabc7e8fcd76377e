"""Using a workload as its people do: its checks, their load, its life cycle; the same before and after a change."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

from hardhull.run import checks
from hardhull.run.checks import Check, Outcome
from hardhull.run.job import ended
from hardhull.run.logs import last_lines
from hardhull.run.observe import Observation, life_cycle, observe, troubles
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.run.trust import Trust, trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.run.world import World

PAUSE, LONGEST_PAUSE = 0.05, 0.5
LOAD_SECONDS = 600.0
UNUSED = {"life": "restart, exec and the graceful stop", "loads": "load", "seconds": "use over a longer time"}
"""What an exercise may leave out, as people call it."""


class Exercise(NamedTuple):
    """What is done with one container of a world.

    Attributes:
        key: whose; its key in the world.
        commands: the person's own checks, run on this machine; ``@NAME COMMAND`` asks the container NAME, which works
            only where this one does. Likewise ``urls`` and ``loads``.
        urls: asked as people know them (``http://localhost:8080/``).
        loads: commands on this machine that use it and judge every reply.
        seconds: how long it runs on after that, checked every second.
        ready: how long it may take until every check passes.
        life: whether it is restarted, a command is executed in it, it is reloaded where it is known how, and stopped.
        patience: how many seconds a load may take.
        reload: how it is reloaded: a signal or a command inside; empty for what its package says.
        grace: how many seconds it may take to end, where that is less than its grace period.
        trust: whether it is tried first if its checks can fail at all.
    """

    key: str
    commands: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    seconds: float = 0.0
    ready: float = 60.0
    life: bool = True
    trust: bool = False
    reload: str = ""
    patience: float = LOAD_SECONDS
    grace: float = math.inf

    @property
    def deeds(self) -> tuple[str, ...]:
        """What is done, in words for a profile."""
        found = ["start", "checks", *(["load"] if self.loads else [])]
        found += [f"{self.seconds:g} s of use"] if self.seconds else []
        return (*found, *(["exec", "restart"] if self.life else []), "stop")

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not done."""
        return tuple(title for name, title in UNUSED.items() if not getattr(self, name))


class Haste(NamedTuple):
    """When waiting ends early, although there would be patience left.

    Attributes:
        ready: seconds until it should be ready.
        load: seconds that each load should take.
        lost: asked after that, now and again: whether there is nothing more to wait for. It is told the session of the
            command that waits; 0 where there is none.
    """

    ready: float = math.inf
    load: float = math.inf
    lost: Callable[[int], bool] = lambda _: False


NO_HASTE = Haste()


class Exercised(NamedTuple):
    """What came of it.

    Attributes:
        ready: the seconds until every check passed; None where that never happened.
        outcomes: of every check and load, in the order in which they were run.
        observation: None where it did not get so far.
        ended: the exit code of a container that ended by itself.
        out_of_memory: whether the kernel ended one of its processes.
        said: the last lines of its log where something failed.
        trust: what was found of its checks, where that was asked for.
    """

    ready: float | None
    outcomes: tuple[Outcome, ...]
    observation: Observation | None = None
    ended: int | None = None
    out_of_memory: bool = False
    said: str = ""
    trust: tuple[Trust, ...] = ()

    @property
    def passed(self) -> int:
        """How many checks and loads answered as they should."""
        return sum(outcome.passed for outcome in self.outcomes)

    @property
    def works(self) -> bool:
        """Whether it became ready, everything passed, and it came back from its restart and from an asked reload."""
        life = self.observation.life if self.observation else None
        back = life is None or (life.restarted and not (life.reloaded and life.reloaded.failed))
        return self.ready is not None and self.passed == len(self.outcomes) and self.ended is None and back

    @property
    def failure(self) -> str:
        """Why it does not work, as a sentence part; empty where it does."""
        if self.works:
            return ""
        if self.ended is not None:
            return f"it ended with code {self.ended}" + (f"; it said: {self.said}" if self.said else "")
        failed = next((outcome for outcome in self.outcomes if not outcome.passed), None)
        if failed is not None:
            said = failed.output.strip().splitlines()
            return f"{failed.check.title} fails" + (f": {said[-1][:200]}" if said else "")
        if self.ready is None:
            return "it was not ready in time"
        life = self.observation.life if self.observation else None
        if life is not None and life.restarted and life.reloaded and life.reloaded.failed:
            why = f": {life.reloaded.said}" if life.reloaded.said else ""
            return f"it does not work after a reload by {life.reloaded.way.title}{why}"
        return "it does not come back after a restart"


def questions(world: World, exercise: Exercise) -> list[Check]:
    """The checks of a container: what its file, its image and the person say, else whether its ports are open.

    Where the file names no ports and the loads ask another service, the loads are its checks: what its image exposes
    need not be open then (a worker of the same image as the server).

    Raises:
        CannotRunError: nobody has said how to see whether it works.
    """
    key = exercise.key
    found = checks.of_container(world, key)
    found += [_url(world, key, url) for url in exercise.urls]
    found += [_command("host", key, command) for command in exercise.commands]
    if not found and not world.containers[key].ports:
        loads = [_command("load", key, command, exercise.patience) for command in exercise.loads]
        found = [load for load in loads if load.judges]
    if not found and (world.containers[key].networks or world.containers[key].joins):
        found = [Check("tcp", key, (port,)) for port in _open(world, key)]
    if not found:
        how = "give it a HEALTHCHECK, or name a check with --check or --url; what does its work and ends needs none"
        raise CannotRunError(Refusal(f"{key} is not run", "nobody says how to see whether it works", how))
    return found


def _open(world: World, key: str) -> list[str]:
    """The TCP ports that have to be open: those of the file, else of the image, which may expose more than is used."""
    told = [name for name, _ in world.containers[key].ports]
    names = [name for name in told if name.endswith("/tcp")] or world.address(key).ports
    return [name.partition("/")[0] for name in names if name.endswith("/tcp")]


def asked_at(text: str) -> tuple[str, str]:
    """Of ``@NAME COMMAND`` the name and the command; the name is empty where it is the workload itself."""
    name, _, rest = text.partition(" ")
    return (name[1:], rest.strip()) if name.startswith("@") and name != "@" else ("", text)


def _command(kind: str, key: str, command: str, seconds: float = checks.SECONDS) -> Check:
    name, rest = asked_at(command)
    return Check(kind, name or key, (rest,), seconds, key if name not in {"", key} else "")


def _url(world: World, key: str, url: str) -> Check:
    name, rest = asked_at(url)
    return checks.of_url(world, name or key, rest)._replace(judges=key if name not in {"", key} else "")


def exercise(
    world: World,
    wanted: Exercise,
    started: Callable[[], None] = lambda: None,
    used: Callable[[Exercised], bool] = lambda _: True,
    haste: Haste = NO_HASTE,
) -> Exercised:
    """Starts everything, waits until it is ready, and uses it.

    Args:
        world: entered, not started.
        wanted: what is done.
        started: called when the containers have just been started, and again when this one was restarted.
        used: called when it has been used, before it is stopped for the first time; whether to go on to that.
        haste: what ends the waiting early; not that after a restart.

    Raises:
        CannotRunError: the engine refuses it, or there is no check.
    """
    world.start(wanted.key, wanted.ready)
    started()
    try:
        asked = questions(world, wanted)
    except CannotRunError:
        if wanted.loads or wanted.seconds:
            raise
        outcome = ended(world, wanted.key, wanted.ready)
        if outcome is None:
            raise
        return _done(world, wanted, outcome)
    first = _ready(world, wanted, asked, haste)
    if not all(outcome.passed for outcome in first):
        return _failed(world, wanted.key, first)
    ready = time.monotonic() - world.begun[wanted.key]
    trust = tuple(trusted(check, world) for check in asked) if wanted.trust else ()
    if wanted.trust and not any(each.trusted for each in trust):
        raise CannotRunError(_unbelievable(wanted, trust))
    outcomes = [*first]
    for command in wanted.loads if not _by_load(asked) else ():
        outcomes.append(_ask(world, _command("load", wanted.key, command, wanted.patience), haste))
        if not outcomes[-1].passed:
            return _failed(world, wanted.key, outcomes, ready)
    outcomes += _after(world, wanted, asked)
    if not all(outcome.passed for outcome in outcomes):
        return _failed(world, wanted.key, outcomes, ready)
    oom = bool(world.state(wanted.key)["OOMKilled"])
    found = Exercised(ready, tuple(outcomes), observe(world, wanted.key), out_of_memory=oom, trust=trust)
    if not used(found) or not wanted.life:
        return found
    life = life_cycle(world, wanted.key, _works(world, wanted, asked, started), wanted.reload, wanted.grace)
    oom = bool(world.state(wanted.key)["OOMKilled"])
    return found._replace(observation=found.observation and found.observation._replace(life=life), out_of_memory=oom)


def _done(world: World, wanted: Exercise, outcome: Outcome) -> Exercised:
    """A workload that did its work and ended: an end like that of a killed one would be told by its code."""
    if not outcome.passed:
        return _failed(world, wanted.key, (outcome,))
    trust = (Trust(outcome.check, True, "its exit code and what it writes are compared", outcome),)
    oom = bool(world.state(wanted.key)["OOMKilled"])
    seen = Observation(None, troubles(world, wanted.key))
    return Exercised(
        outcome.seconds, (outcome,), seen, out_of_memory=oom, trust=trust if wanted.trust else ()
    )  # fmt: skip


def _unbelievable(wanted: Exercise, trust: Sequence[Trust]) -> Refusal:
    why = "; ".join(f"{each.check.title}: {each.why}" for each in trust)
    return Refusal(f"{wanted.key} is not judged", f"no check of it can be believed ({why})", "name one with --check")


def _works(world: World, wanted: Exercise, asked: Sequence[Check], started: Callable[[], None]) -> Callable[[], bool]:
    """Asks whether it works again; a life that began meanwhile is told of first."""
    lives = {world.state(wanted.key)["Pid"]}

    def again() -> bool:
        pid = world.state(wanted.key)["Pid"]
        if pid not in lives:
            lives.add(pid)
            started()
        return all(outcome.passed for outcome in _ready(world, wanted, asked))

    return again


def _ready(world: World, wanted: Exercise, asked: Sequence[Check], haste: Haste = NO_HASTE) -> list[Outcome]:
    """The first passing outcome of each check; the failing one of that which never passed in time."""
    begun = time.monotonic()
    found = []
    for check in asked:
        outcome = _until(world, check, begun + wanted.ready, begun + haste.ready, haste)
        found.append(outcome)
        if not outcome.passed:
            break
    return found


def _until(world: World, check: Check, end: float, early: float, haste: Haste) -> Outcome:
    while True:
        begun = time.monotonic()
        outcome = _ask(world, check._replace(seconds=max(0.5, min(check.seconds, end - begun))), haste)
        waited = time.monotonic() - begun - outcome.seconds  # until it was its turn
        end, early = end + waited, early + waited
        if outcome.passed or time.monotonic() > end or not _running(world, check):
            return outcome
        if time.monotonic() > early and haste.lost(0):
            return outcome
        time.sleep(max(PAUSE, min(LONGEST_PAUSE, outcome.seconds)))  # asking takes a processor, too


def _by_load(asked: Sequence[Check]) -> bool:
    """Whether its loads are its checks, so that they have run when it is ready."""
    return any(check.kind == "load" for check in asked)


def _running(world: World, check: Check) -> bool:
    return all(world.state(each)["Running"] for each in check.containers)


def _ask(world: World, check: Check, haste: Haste = NO_HASTE) -> Outcome:
    """What a check says; a container that has ended has no address to be asked at."""
    looks: list[float] = []  # the first when it has its turn

    def lost(session: int) -> bool:
        looks.append(time.monotonic())
        return looks[-1] - looks[0] > haste.load and haste.lost(session)

    try:
        return checks.run(check, world, lost)
    except CannotRunError as error:
        return Outcome(check, passed=False, ran=False, seconds=0.0, code=None, output=error.refusals[0].why)


def _after(world: World, wanted: Exercise, asked: Sequence[Check]) -> list[Outcome]:
    """The checks once more after the load, and every second for as long as it is to run."""
    if not wanted.seconds and (not wanted.loads or _by_load(asked)):
        return []
    end = time.monotonic() + wanted.seconds
    found = [_ask(world, check) for check in asked]
    while time.monotonic() < end and all(outcome.passed for outcome in found):
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))
        found = [_ask(world, check) for check in asked]
    return found


def _failed(world: World, key: str, outcomes: Sequence[Outcome], ready: float | None = None) -> Exercised:
    state = world.state(key)
    ended = None if state["Running"] else int(state["ExitCode"])
    return Exercised(ready, tuple(outcomes), None, ended, bool(state["OOMKilled"]), last_lines(world, key))
