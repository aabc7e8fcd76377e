"""Makes a world's networks, volumes and containers in the engine, every one with the labels of the run."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hardhull.run.hostpaths import ROOT, TooLargeError
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.run.settings import Adapted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from docker import APIClient

    from hardhull.run.create import Container
    from hardhull.run.fittings import Placed, Volume
    from hardhull.run.owner import Owner
    from hardhull.run.settings import Settings

NANO = 1_000_000_000
CHECK_EVERY = 1 * NANO
"""The engine's own health checks run at least this often in a world."""
NOBODY = "127.0.0.1"
"""Whom the engine's name server asks for names that it does not know: nobody. It would ask the machine's own name
servers, also for containers of internal networks."""
SOON = ("timeout:1", "attempts:1")
"""So that whoever asks for the name of each client is not kept waiting for 10 seconds (resolv.conf(5))."""
INSIDE = f"/{ROOT}"


class Furnishing:
    """Makes the objects of one run.

    Attributes:
        adapted: what had to be another way, by container.
    """

    def __init__(self, client: APIClient, run: str, owner: Owner, settings: Settings) -> None:
        self.adapted: dict[str, list[Adapted]] = {}
        self._client, self._run, self._owner, self._settings = client, run, owner, settings
        self._networks: dict[str, str] = {}
        self._volumes: dict[str, str] = {}

    def make(self, container: Container, ids: Mapping[str, str]) -> str:
        """Makes a container, not started, and what it needs.

        Args:
            container: what is made.
            ids: containers that are there, by key.

        Raises:
            CannotRunError: its image is missing, or a volume is too large to copy.
            APIError: the engine refuses.
        """
        image, config = image_of(self._client, container)
        body = deepcopy(container.body)
        body["Image"], body["Labels"] = image, self._owner.labels(self._run, container.key)
        for volume in container.volumes:
            self._fill(volume, image)
        mounts, binds = self._mounted(container, config)
        host = body["HostConfig"]
        host["Mounts"], host["Binds"] = mounts, binds
        self._check(container, body, config)
        self._connect(container, body, ids)
        if self._settings.reach and not container.joins:
            self._publish(container, body, config)
        platform = container.workload.platform.get(None)
        made = self._client.create_container_from_config(body, self._name(container.key), platform)  # type: ignore[no-untyped-call]
        for name, aliases in container.networks[1:]:
            self._client.connect_container_to_network(made["Id"], self._network(name), aliases=list(aliases))
        return str(made["Id"])

    def _name(self, part: str) -> str:
        """A name in the engine: only letters, digits and a few signs may be in it."""
        plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in part).strip("-")
        return f"hardhull-{self._run}-{plain[-40:]}"

    # ---- volumes --------------------------------------------------------------------------------------------------

    def _volume(self, key: str) -> str:
        """The volume's name in the engine; it is made when it is first asked for."""
        if key not in self._volumes:
            name = self._name(f"v{len(self._volumes)}-{key}")
            self._client.create_volume(name, driver="local", labels=self._owner.labels(self._run, key))
            self._volumes[key] = name
        return self._volumes[key]

    def _fill(self, volume: Volume, image: str) -> None:
        """Makes a volume with what is in it first; a container that never starts is the way in."""
        if volume.key in self._volumes:
            return
        name = self._volume(volume.key)
        if volume.archive is not None:
            self._unpack(name, image, [volume.archive])
        elif volume.copy_of:
            self._copy(volume, name, image)

    def _unpack(self, name: str, image: str, archive: Iterable[bytes]) -> None:
        unpack(self._client, name, image, archive, self._owner.labels(self._run, "copy"))

    def _copy(self, volume: Volume, name: str, image: str) -> None:
        """The content of a volume of the user's, which is mounted read-only in a container that never starts."""
        from docker.errors import NotFound

        try:
            self._client.inspect_volume(volume.copy_of)
        except NotFound:
            why = f"the engine has no volume {volume.copy_of}"
            raise CannotRunError(Refusal("the volumes are not copied", why, "run it with fresh volumes")) from None
        labels = self._owner.labels(self._run, "copy")
        source = _opened(self._client, volume.copy_of, image, labels, read_only=True)
        stream, _ = self._client.get_archive(source, INSIDE)
        try:
            self._unpack(name, image, self._bounded(stream))
        except TooLargeError:
            most = self._settings.bounds.copy_bytes >> 20
            why = f"the volume {volume.copy_of} is larger than {most} MiB"
            raise CannotRunError(Refusal("the volumes are not copied", why, "run it with fresh volumes")) from None
        self._client.remove_container(source, force=True)

    def _bounded(self, stream: Iterable[bytes]) -> Iterator[bytes]:
        left = self._settings.bounds.copy_bytes
        for chunk in stream:
            left -= len(chunk)
            if left < 0:
                raise TooLargeError
            yield chunk

    def _mounted(self, container: Container, config: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
        """Mounts and Binds. Volumes that the image declares are made here: the engine's own would have no label."""
        mounts: list[dict[str, Any]] = []
        binds: list[str] = []
        keys = {volume.key: volume for volume in container.volumes}
        for placed in container.placed:
            if placed.file:
                binds.append(self._one_file(placed))
                continue
            mount: dict[str, Any] = {"Type": "volume", "Source": self._volumes[placed.volume], "Target": placed.target}
            mount |= {"ReadOnly": placed.read_only}
            if keys[placed.volume].archive is not None:
                mount |= {"VolumeOptions": {"NoCopy": True}}
            mounts.append(mount)
        taken = {placed.target.rstrip("/") for placed in container.placed}
        taken |= {target.rstrip("/") for target in container.body["HostConfig"].get("Tmpfs", {})}
        for target in config.get("Volumes") or {}:
            if target.rstrip("/") not in taken:
                name = self._volume(f"{container.key}:{target}")
                mounts.append({"Type": "volume", "Source": name, "Target": target})
        return mounts, binds

    def _one_file(self, placed: Placed) -> str:
        """A file of a volume, bound from where the engine keeps the volume."""
        kept: Any = self._client.inspect_volume(self._volumes[placed.volume])
        return f"{kept['Mountpoint']}/{placed.file}:{placed.target}{':ro' if placed.read_only else ''}"

    # ---- networks, ports, health ------------------------------------------------------------------------------------

    def _network(self, name: str) -> str:
        if name not in self._networks:
            labels = self._owner.labels(self._run, name)
            made: Any = self._client.create_network(
                self._name(f"n-{name}"), "bridge", internal=not self._settings.reach, labels=labels
            )
            self._networks[name] = made["Id"]
        return self._networks[name]

    def _connect(self, container: Container, body: dict[str, Any], ids: Mapping[str, str]) -> None:
        if container.joins:
            body["HostConfig"]["NetworkMode"] = f"container:{ids[container.joins]}"
            body.pop("Hostname", None)
        elif container.networks:
            name, aliases = container.networks[0]
            network = self._network(name)
            body["HostConfig"]["NetworkMode"] = network
            body["NetworkingConfig"] = {"EndpointsConfig": {network: {"Aliases": list(aliases)}}}
            if not self._settings.reach:
                body["HostConfig"]["Dns"] = [NOBODY]
                if not body["HostConfig"].get("DnsOptions"):
                    body["HostConfig"]["DnsOptions"] = list(SOON)
        else:
            body["HostConfig"]["NetworkMode"] = container.workload.network_mode.get(None) or "none"

    def _publish(self, container: Container, body: dict[str, Any], config: Mapping[str, Any]) -> None:
        """Every port at a free one of 127.0.0.1."""
        names = dict.fromkeys((*(name for name, _ in container.ports), *(config.get("ExposedPorts") or {})))
        if names:
            body["ExposedPorts"] = {name: {} for name in names}
            body["HostConfig"]["PortBindings"] = {name: [{"HostIp": "127.0.0.1", "HostPort": ""}] for name in names}

    def _check(self, container: Container, body: dict[str, Any], config: Mapping[str, Any]) -> None:
        """The health check with all its parts, run often enough to be waited for."""
        own, inherited = body.get("Healthcheck") or {}, config.get("Healthcheck") or {}
        check = {**inherited, **own}
        if not check.get("Test") or check["Test"][0] == "NONE":
            return
        every = check.get("Interval") or 30 * NANO
        if every > CHECK_EVERY:
            check["Interval"] = CHECK_EVERY
            why = "whoever waits for it waits less"
            self.adapted.setdefault(container.key, []).append(
                Adapted(f"its health check runs every second, not every {every / NANO:g} s", why)
            )
        body["Healthcheck"] = check


def image_of(client: APIClient, container: Container) -> tuple[str, dict[str, Any]]:
    """Id and configuration of the image that a container is made from; it is never pulled.

    Raises:
        CannotRunError: the engine does not have it.
        APIError: the engine refuses.
    """
    from docker.errors import ImageNotFound

    for name in container.images:
        try:
            found: Any = client.inspect_image(name)  # type: ignore[no-untyped-call]
        except ImageNotFound:
            continue
        return found["Id"], found.get("Config") or {}
    names = " or ".join(container.images)
    raise CannotRunError(
        Refusal(
            f"{container.workload.subject} is not run",
            f"the engine does not have its image ({names})",
            "build or pull it first; nothing is pulled here",
        )
    )


def unpack(client: APIClient, volume: str, image: str, archive: Iterable[bytes], labels: Mapping[str, str]) -> None:
    """Writes into a volume what an archive has in its folder :data:`hardhull.run.hostpaths.ROOT`.

    Args:
        client: the engine.
        volume: its name there.
        image: any that the engine has: a container of it that never starts is the way in.
        archive: a tar archive.
        labels: of that container.

    Raises:
        APIError: the engine refuses.
    """
    opened = _opened(client, volume, image, labels)
    client.put_archive(opened, "/", iter(archive))
    client.remove_container(opened, force=True)


def _opened(client: APIClient, volume: str, image: str, labels: Mapping[str, str], *, read_only: bool = False) -> str:
    mount = {"Type": "volume", "Source": volume, "Target": INSIDE, "ReadOnly": read_only}
    mount |= {"VolumeOptions": {"NoCopy": True}}
    host = {"Mounts": [mount], "NetworkMode": "none"}
    body = {"Image": image, "Entrypoint": ["/"], "Labels": labels, "HostConfig": host}
    made = client.create_container_from_config(body)  # type: ignore[no-untyped-call]
    return str(made["Id"])
