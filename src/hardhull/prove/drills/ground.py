"""Where drills are made: a volume with the helper, and a listener at each neighbour, in the world of a container."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.prove.drills import clone as clones
from hardhull.prove.drills import helper
from hardhull.run.furnish import unpack
from hardhull.run.owner import PART
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from hardhull.prove.drills.clone import Clone
    from hardhull.run.world import World

NEIGHBOURS = 4
"""So many of the world's other containers get a listener."""
PORT = 61999
"""Above the ports that the kernel gives out by itself."""
SECONDS = 60.0
"""For all drills of a clone."""
POLL = 0.03
_SMALL = 32 << 20


class Performed(NamedTuple):
    """What the helper wrote, and whether it ended by itself."""

    said: str
    ended: bool


class Ground:
    """For the time of a ``with``. What it makes has the labels of the run, so that its guard knows it.

    Args:
        world: a started one.
        key: the container that is drilled.

    Attributes:
        answer: ``docker inspect`` of that container.
        clone: its clone.
    """

    def __init__(self, world: World, key: str) -> None:
        self.world, self.key = world, key
        self.answer: dict[str, Any] = {}
        self.clone: Clone
        self._volume = f"hardhull-{world.id}-drills"
        self._listeners: list[str] = []
        self._count = 0

    def __enter__(self) -> Self:
        self.answer = self.world.inspect(self.key)
        self.clone = clones.of(self.answer, self._volume)
        try:
            with self.world.telling(f"the drill of {self.key}"):
                self._furnish()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        """What cannot be removed now is removed with the world."""
        from docker.errors import APIError

        for ident in self._listeners:
            with suppress(APIError):
                self.world.client.remove_container(ident, force=True, v=True)

    def _labels(self, part: str) -> dict[str, str]:
        """The run's labels, which the container has."""
        return {**self.answer["Config"]["Labels"], PART: f"{self.key}~{part}"}

    def _furnish(self) -> None:
        """Makes the volume, which stays until the world ends: each ground in it uses the same."""
        from docker.errors import NotFound

        client = self.world.client
        with suppress(NotFound):
            client.inspect_volume(self._volume)
            return
        machine = str(client.info()["Architecture"])
        data = helper.program(machine)
        if data is None:
            why = f"the engine's machine is {machine}, and the helper is built for x86-64 and aarch64"
            raise CannotRunError(Refusal(f"{self.key} is not drilled", why, "drill it on such a machine"))
        client.create_volume(self._volume, driver="local", labels=self._labels("drills"))
        try:
            unpack(client, self._volume, self.answer["Image"], [helper.archive(data)], self._labels("copy"))
        except BaseException:
            client.remove_volume(self._volume, force=True)
            raise

    # ---- neighbours -------------------------------------------------------------------------------------------------

    @property
    def reachable(self) -> list[str]:
        """Ids of the networks of the container and of its neighbours."""
        networks = [each for answer in (self._networked(), *self._others()) for each in clones.networks(answer)]
        return list(dict.fromkeys(networks))

    @cached_property
    def neighbours(self) -> list[str]:
        """Addresses with ports (``172.17.0.2:61999``) that listen from now on.

        They are those of the world's other containers; without any, a stranger's in the container's own network.

        Raises:
            CannotRunError: a listener cannot be started.
        """
        with self.world.telling(f"the drill of {self.key}"):
            heard = [other for other in self._others() if self._listens(f"container:{other['Id']}")]
            found = [address for other in heard for address in _addresses(other)]
            if not found and (networks := clones.networks(self._networked())):
                ident = self._listens(networks[0])
                found = _addresses(self.world.client.inspect_container(ident))
        return [f"{address}:{PORT}" for address in found]

    def _networked(self) -> dict[str, Any]:
        """``docker inspect`` of the container whose network it uses."""
        return self.world.inspect(self.world.containers[self.key].joins or self.key)

    def _others(self) -> list[dict[str, Any]]:
        """``docker inspect`` of others that have a network of their own, and run."""
        containers = self.world.containers
        own = containers[self.key].joins or self.key
        keys = [one for one in self.world.ids if one in containers and one != own and not containers[one].joins]
        answers = [self.world.inspect(one) for one in keys]
        return [answer for answer in answers if _addresses(answer)][:NEIGHBOURS]

    def _listens(self, network: str) -> str:
        """Starts a listener; its id, empty where the port is taken."""
        host = {"NetworkMode": network, "CapDrop": ["ALL"], "ReadonlyRootfs": True, "Memory": _SMALL, "PidsLimit": 16}
        host |= {"Mounts": [clones.helper_mount(self._volume)]}
        body = {"Image": self.answer["Image"], "User": "0:0", "Healthcheck": {"Test": ["NONE"]}, "HostConfig": host}
        body |= {"Entrypoint": [f"{helper.INSIDE}/helper"], "Cmd": [f"--listen={PORT}"]}
        ident = self._started(clones.Clone(body), "listener")
        self._listeners.append(ident)
        while not self.world.client.logs(ident):
            if not self.world.client.inspect_container(ident)["State"]["Running"]:
                return ""
            time.sleep(POLL)
        return ident

    # ---- clones -----------------------------------------------------------------------------------------------------

    def perform(self, clone: Clone, words: Sequence[str]) -> Performed:
        """Runs the helper in a clone, for a minute at most.

        Raises:
            CannotRunError: the clone cannot be made or started, or the time of the run is over.
        """
        with self.world.telling(f"the drill of {self.key}"):
            return self._performed(clone, words)

    def starts(self, clone: Clone) -> bool:
        """Whether the engine makes and starts such a clone."""
        return self.refusal(clone) is None

    def refusal(self, clone: Clone) -> str | None:
        """What the engine says where it does not make or start such a clone; None where it does."""
        from docker.errors import APIError

        with self.world.telling(f"the drill of {self.key}"):
            try:
                self._performed(clone, [])
            except APIError as error:
                return str(error.explanation or error)
            return None

    def _performed(self, clone: Clone, words: Sequence[str]) -> Performed:
        self._count += 1
        key = f"{self.key}~drill{self._count}"
        body = {**clone.body, "Cmd": list(words)}
        try:
            self.world.ids[key] = self._started(clone._replace(body=body), key.partition("~")[2])
            ended = self.world.wait_ended(key, SECONDS) is not None
            if not self.world.left():
                why = "the time of the run is over"
                raise CannotRunError(Refusal(f"{self.key} is not drilled", why, "give it more time"))
            said: bytes = self.world.client.logs(self.world.ids[key], stdout=True, stderr=False)
        finally:
            ident = self.world.ids.pop(key, "")
            if ident:
                self.world.client.remove_container(ident, force=True, v=True)
        return Performed(said.decode("ascii", "replace"), ended)

    def _started(self, clone: Clone, part: str) -> str:
        """Makes and starts a container; one that does not start is removed."""
        from docker.errors import APIError

        client = self.world.client
        body = {**clone.body, "Labels": self._labels(part)}
        ident = str(client.create_container_from_config(body)["Id"])  # type: ignore[no-untyped-call]
        try:
            for network in clone.networks:
                client.connect_container_to_network(ident, network)
            client.start(ident)
        except APIError:
            client.remove_container(ident, force=True, v=True)
            raise
        return ident


def _addresses(answer: dict[str, Any]) -> list[str]:
    networks = answer["NetworkSettings"]["Networks"] or {}
    return [one["IPAddress"] for one in networks.values() if one.get("IPAddress")]
