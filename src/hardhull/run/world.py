"""A disposable world: containers with networks and volumes of their own, which are gone at its end, however it ends."""

from __future__ import annotations

import math
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.run import cleanup
from hardhull.run.create import COMPLETED, HEALTHY
from hardhull.run.furnish import Furnishing
from hardhull.run.guard import Guard, Share
from hardhull.run.logs import hiding, last_lines, shown
from hardhull.run.owner import current
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.supply.connection import NoEngineError, connect
from hardhull.supply.connection import refusal as unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from docker import APIClient

    from hardhull.run.create import Container
    from hardhull.run.owner import Owner
    from hardhull.run.settings import Adapted, Settings

POLL = 0.05
CALL_SECONDS = 60
"""How long one answer of the engine may take: it starts containers and unpacks archives."""


class Address(NamedTuple):
    """Where a container is asked from this machine.

    Attributes:
        host: the address.
        ports: port in the container (``80/tcp``) to the port at that address.
    """

    host: str
    ports: dict[str, int]


class World:
    """Containers that run together, for the time of a ``with``.

    Entering it removes what killed runs left behind and starts the guard; leaving it removes everything.

    Args:
        containers: what :func:`hardhull.run.create.prepare` made.
        settings: how it is set up.
        guard: of another run, which looks after this one as well while it lives; None for one of its own.

    Attributes:
        id: of the run; every object of it is labelled ``hardhull.run=ID``.
        client: the engine.
        where: the engine's address as it may be shown.
        ids: containers by key, once made.
        adapted: what is another way than the files say, by key.
        cleared: runs of killed owners that were removed first.
        hidden: secrets of all containers.
        begun: when each container was started (``time.monotonic``), by key.
    """

    def __init__(self, containers: Sequence[Container], settings: Settings, guard: Guard | None = None) -> None:
        self.id = secrets.token_hex(6)
        self.containers = {one.key: one for one in containers}
        self.settings = settings
        self.client: APIClient
        self.where = ""
        self.ids: dict[str, str] = {}
        self.adapted: dict[str, list[Adapted]] = {one.key: list(one.adapted) for one in containers}
        self.cleared: list[str] = []
        self.begun: dict[str, float] = {}
        self.hidden = hiding(value for one in containers for value in one.hidden)
        self.guard: Guard | Share
        self._shared = guard
        self._owner = _this_process()
        self._end = 0.0

    def __enter__(self) -> Self:
        self.client, self.where = _connected()
        try:
            seconds = self.settings.bounds.seconds
            self._end = time.monotonic() + seconds  # never later than the guard's
            shared = self._shared if self._shared is not None and self._shared.alive else None
            self.guard = Share(shared, self.id, seconds) if shared else Guard(self.id, seconds)
            for run in cleanup.leftovers(self.client, self._owner):
                cleanup.sweep(self.client, run)
                self.cleared.append(run)
        except BaseException:
            self._leave(clean=False)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leave(clean=kind is None)

    def _leave(self, *, clean: bool) -> None:
        """Removes everything. Where a call may have been cut short, the guard does it, which looks longer.

        A guard whose time was over has done so before, and what was made after that is removed here.
        """
        guard: Guard | Share | None = getattr(self, "guard", None)
        try:
            if guard is not None and clean and cleanup.sweep(self.client, self.id):
                guard.done()
                guard = None
        finally:
            acted = guard is not None and guard.act() and self.left()
            if guard is not None and not acted and cleanup.sweep(self.client, self.id, quiet=cleanup.QUIET):
                guard.done()
            self.client.close()

    def labels(self, part: str) -> dict[str, str]:
        """The labels of an object that somebody else makes for this world: it is gone with it."""
        return self._owner.labels(self.id, part)

    def left(self) -> float:
        """Seconds until its guard removes it."""
        return max(0.0, self._end - time.monotonic())

    def expire(self) -> None:
        """Its time is over for those who ask how much is left; it is not removed for that."""
        self._end = 0.0

    def abandon(self) -> None:
        """Removes everything while another thread still uses it, which fails there."""
        self.expire()
        client, _ = _connected()
        try:
            cleanup.sweep(client, self.id)
        finally:
            client.close()

    def start(self, key: str = "", patience: float = math.inf) -> None:
        """Makes and starts all containers in their order, each when what it waits for is so far.

        Args:
            key: a container that others wait for no longer than ``patience`` seconds.
            patience: see there.

        Raises:
            CannotRunError: the engine refuses, an image is missing, or a dependency does not become what is awaited.
        """
        furnishing = Furnishing(self.client, self.id, self._owner, self.settings)
        for container in self.containers.values():
            with self.telling(container.workload.subject):
                self._await(container, key, patience)
                self.ids[container.key] = furnishing.make(container, self.ids)
                self.adapted[container.key] += furnishing.adapted.pop(container.key, [])
                self.begun[container.key] = time.monotonic()
                self.client.start(self.ids[container.key])

    def inspect(self, key: str) -> dict[str, Any]:
        """``docker inspect`` of a container.

        Raises:
            CannotRunError: it is gone, or the engine does not answer.
        """
        with self.telling(key):
            answer: dict[str, Any] = self.client.inspect_container(self.ids[key])
        return answer

    def state(self, key: str) -> dict[str, Any]:
        """``State`` of that."""
        found: dict[str, Any] = self.inspect(key)["State"]
        return found

    def address(self, key: str) -> Address:
        """Where a container is asked; in an internal network at its own address, in the host's on this machine.

        Raises:
            CannotRunError: it has no network.
        """
        container = self.containers[key]
        if container.joins:
            return self.address(container.joins)._replace(ports=self._ports(key, self.inspect(container.joins)))
        answer = self.inspect(key)
        if answer["HostConfig"]["NetworkMode"] == "host":
            numbers = dict.fromkeys(
                (*(name for name, _ in container.ports), *(answer["Config"].get("ExposedPorts") or ()))
            )
            return Address("127.0.0.1", {name: int(name.partition("/")[0]) for name in numbers})
        if self.settings.reach:
            return Address("127.0.0.1", self._ports(key, answer))
        networks = answer["NetworkSettings"]["Networks"] or {}
        host = next((one["IPAddress"] for one in networks.values() if one.get("IPAddress")), "")
        if not host:
            why = "it has no address (no network, or it has ended)"
            raise CannotRunError(Refusal(f"{key} cannot be asked", why, "check it by a command inside"))
        return Address(host, self._ports(key, answer))

    def _ports(self, key: str, answer: dict[str, Any]) -> dict[str, int]:
        """Ports of the file and of the image."""
        image = answer["Config"].get("ExposedPorts") or {}
        names = dict.fromkeys((*(name for name, _ in self.containers[key].ports), *image))
        if not self.settings.reach:
            return {name: int(name.partition("/")[0]) for name in names}
        mapped = answer["NetworkSettings"]["Ports"] or {}
        return {name: int(mapped[name][0]["HostPort"]) for name in names if mapped.get(name)}

    def wait_healthy(self, key: str, seconds: float) -> str:
        """Waits until the engine has judged a container's health.

        Returns:
            ``healthy``, ``unhealthy``, ``none`` (it has no check), ``exited``, or ``starting`` when the time is over.
        """
        end = time.monotonic() + min(seconds, self.left())
        while True:
            state = self.state(key)
            health = (state.get("Health") or {}).get("Status", "none")
            if not state["Running"]:
                return "exited"
            if health != "starting" or time.monotonic() > end:
                return str(health)
            time.sleep(POLL)

    def wait_ended(self, key: str, seconds: float) -> int | None:
        """The exit code of a container that ends by itself; None when the time is over."""
        end = time.monotonic() + min(seconds, self.left())
        while time.monotonic() < end:
            state = self.state(key)
            if state["Status"] in {"exited", "dead"}:
                return int(state["ExitCode"])
            time.sleep(POLL)
        return None

    @contextmanager
    def telling(self, subject: str) -> Iterator[None]:
        """Turns what the engine and the way to it raise into a refusal.

        Raises:
            CannotRunError: the engine refused, or did not answer.
        """
        from docker.errors import APIError
        from requests.exceptions import RequestException

        try:
            yield
        except APIError as error:
            if not self.left():
                why, how = "the time of the run is over", "give it more time"
            else:
                why = f"the engine refuses it: {shown(str(error.explanation or error), 500, self.hidden)}"
                how = "change what the engine names"
            raise CannotRunError(Refusal(f"{subject} is not run", why, how)) from None
        except RequestException as error:
            told = unanswered(error, self.where)
            raise CannotRunError(Refusal(f"{subject} is not run", f"the engine: {told.why}", told.how)) from None

    def _await(self, container: Container, key: str, patience: float) -> None:
        for service, condition in container.after:
            most = self.begun[service] + patience - time.monotonic() if service == key else math.inf
            if condition == COMPLETED:
                code = self.wait_ended(service, most)
                if code != 0:
                    ended = "did not end in time" if code is None else f"ended with code {code}"
                    raise self._stuck(container, service, ended)
            elif condition == HEALTHY:
                health = self.wait_healthy(service, most)
                if health != "healthy":
                    raise self._stuck(container, service, f"is not healthy ({health})")

    def _stuck(self, container: Container, service: str, what: str) -> CannotRunError:
        said = last_lines(self, service)
        why = f"{service}, which it waits for, {what}" + (f"; it said: {said}" if said else "")
        return CannotRunError(Refusal(f"{container.workload.subject} is not run", why, f"make {service} work first"))


def _this_process() -> Owner:
    try:
        return current()
    except OSError:
        why = "this system does not show its processes in /proc"
        raise CannotRunError(Refusal("nothing is run", why, "run it under Linux")) from None


def _connected() -> tuple[APIClient, str]:
    """The engine of this machine: containers of another one could neither be asked nor observed from here.

    Raises:
        CannotRunError: there is none.
    """
    try:
        client, where = connect()
    except NoEngineError as error:
        at = f" at {error.where}" if error.where else ""
        raise CannotRunError(Refusal("nothing is run", f"the engine{at}: {error.why}", error.how)) from None
    if not where.startswith("unix:"):
        client.close()
        how = "run it there, with the engine's own socket"
        raise CannotRunError(Refusal("nothing is run", f"the engine at {where} is on another machine", how))
    client.timeout = CALL_SECONDS
    return client, where
