"""Whether a check can fail: it is believed only after it passed on the app as it is and failed on it broken on purpose.

The app is broken in two ways, and put right again: all its processes are stopped (SIGSTOP), so that it hangs; and its
port is closed. For a check from outside that is another port, where nothing listens; for one inside it is a twin with
the same image, files and settings, in which a shell waits instead of the app.
"""

from __future__ import annotations

import socket
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.run import processes
from hardhull.run.checks import SHELL, Check, Outcome, command_of, run
from hardhull.run.world import Address

if TYPE_CHECKING:
    from hardhull.run.world import World

OUTSIDE = frozenset({"host", "http", "tcp"})
LEAST_PATIENCE, TIMES = 1.0, 10.0
"""A check of a broken app may take so many times as long as of the intact one, and at least so many seconds."""
PATIENCE = 5.0
"""Seconds after which a check of a broken app has failed."""
RECOVERY = 10


class Trial(NamedTuple):
    """One way of breaking the app.

    Attributes:
        broken: how: ``stopped`` or ``closed port``.
        outcome: what the check said; None where the app could not be broken so.
        why: why it could not be broken so, or how it was not quite.
    """

    broken: str
    outcome: Outcome | None
    why: str = ""

    @property
    def noticed(self) -> bool:
        """Whether the check ran, and failed."""
        return self.outcome is not None and self.outcome.ran and not self.outcome.passed


class Trust(NamedTuple):
    """Whether a check is believed.

    Attributes:
        check: which.
        trusted: the verdict.
        why: the reason as a sentence.
        intact: what it said of the app as it is.
        trials: what it said of the broken app.
        recovered: whether it passed again afterwards.
    """

    check: Check
    trusted: bool
    why: str
    intact: Outcome
    trials: tuple[Trial, ...] = ()
    recovered: bool = True


def trusted(check: Check, world: World) -> Trust:
    """Tries a check on the app as it is, and broken in each way that can be done here."""
    intact = run(check, world)
    if not intact.passed:
        return Trust(check, trusted=False, why="it fails on the app as it is", intact=intact)
    asked = _quick(check, world)
    asked = asked._replace(seconds=min(asked.seconds, max(LEAST_PATIENCE, TIMES * intact.seconds)))
    # Where it asks another container, whose port is closed says nothing of the one that it judges.
    trials = (_stopped(asked, world),) if check.judges else (_stopped(asked, world), _closed(asked, world))
    recovered = _recovers(check, world)
    noticed = [trial.broken for trial in trials if trial.noticed]
    if not recovered:
        return Trust(check, False, "the app did not come back after it was stopped", intact, trials, recovered=False)
    if not noticed:
        tried = " and ".join(trial.broken for trial in trials if trial.outcome is not None)
        return Trust(check, False, f"it passes on an app that is broken ({tried})", intact, trials)
    return Trust(check, True, f"it fails on an app that is broken ({' and '.join(noticed)})", intact, trials)


def _recovers(check: Check, world: World) -> bool:
    for _ in range(RECOVERY):
        if run(check, world).passed:
            return True
        time.sleep(0.3)
    return False


def _quick(check: Check, world: World) -> Check:
    """The same question, with less patience; a HEALTHCHECK as the command that it is, which a twin has none of."""
    asked = command_of(check, world) if check.kind == "health" else check
    return asked._replace(seconds=min(asked.seconds, PATIENCE))


def _stopped(check: Check, world: World) -> Trial:
    with processes.halted(world, check.judges or check.container) as all_of_them:
        outcome = run(check, world)
    return Trial("stopped", outcome, "" if all_of_them else "only its first process could be stopped")


def _closed(check: Check, world: World) -> Trial:
    if check.kind in OUTSIDE:
        return Trial("closed port", run(check, _Elsewhere(world)))  # type: ignore[arg-type]
    return _twin(check, world)


class _Elsewhere:
    """A world in which every port of every container is one of this machine where nothing listens."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def address(self, key: str) -> Address:
        """Closed ports in the place of its own."""
        ports = self._world.address(key).ports
        return Address("127.0.0.1", {name: _free_port() for name in ports or {"0/tcp": 0}})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _twin(check: Check, world: World) -> Trial:
    """The command in a container like it, in which the app was never started."""
    from docker.errors import APIError

    answer = world.inspect(check.container)
    body: dict[str, Any] = deepcopy(answer["Config"])
    body["HostConfig"] = answer["HostConfig"]
    body |= {"Entrypoint": [SHELL], "Cmd": ["-c", "read forever"], "OpenStdin": True, "Healthcheck": {"Test": ["NONE"]}}
    if str(answer["HostConfig"]["NetworkMode"]).startswith("container:"):
        body["HostConfig"]["NetworkMode"] = "none"
    key = f"{check.container}~twin"
    name = f"hardhull-{world.id}-twin-{check.container}"
    try:
        made = world.client.create_container_from_config(body, name)  # type: ignore[no-untyped-call]
        world.ids[key] = made["Id"]
        world.client.start(world.ids[key])
        outcome = run(check._replace(container=key), world)
    except APIError:
        return Trial("closed port", None, f"its image has no {SHELL}")
    finally:
        if key in world.ids:
            world.client.remove_container(world.ids.pop(key), force=True)
    return Trial("closed port", outcome)
