"""A clone of a container: same image, user, privileges, limits, mounts and networks, and the helper as its program."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.prove.drills.helper import INSIDE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardhull.run.settings import Bounds

_OWN_NETWORK = ("Hostname", "Domainname", "MacAddress", "ExposedPorts")
"""Keys that the engine refuses beside another container's network."""
UNCONFINED = ("seccomp=unconfined", "apparmor=unconfined", "label=disable")


class Clone(NamedTuple):
    """One clone, to be made as often as it is needed.

    Attributes:
        body: of the create call.
        networks: ids of further networks that it is connected to before it starts.
    """

    body: dict[str, Any]
    networks: tuple[str, ...] = ()

    @property
    def host(self) -> dict[str, Any]:
        """Its HostConfig."""
        found: dict[str, Any] = self.body["HostConfig"]
        return found

    def changed(self, **host: Any) -> Clone:
        """The same with other keys of its HostConfig."""
        return self._replace(body={**self.body, "HostConfig": {**self.host, **host}})

    def without(self, kind: str) -> Clone:
        """The same without mounts of a kind."""
        return self.changed(Mounts=[mount for mount in self.host["Mounts"] if mount["Type"] != kind])


def of(answer: Mapping[str, Any], volume: str) -> Clone:
    """The clone of a container.

    Args:
        answer: ``docker inspect`` of the container.
        volume: the engine's name of the volume with the helper.
    """
    body: dict[str, Any] = deepcopy(answer["Config"])
    host: dict[str, Any] = deepcopy(answer["HostConfig"])
    body |= {"Entrypoint": [f"{INSIDE}/helper"], "Cmd": [], "Env": [], "Healthcheck": {"Test": ["NONE"]}}
    body |= {"Tty": False, "OpenStdin": False, "AttachStdin": False, "HostConfig": host}
    host |= {"PortBindings": {}, "PublishAllPorts": False, "AutoRemove": False, "RestartPolicy": {"Name": "no"}}
    host["Mounts"] = [*(host.get("Mounts") or ()), helper_mount(volume)]
    mode = str(host["NetworkMode"])
    if mode == "host" or mode.startswith("container:"):
        for key in _OWN_NETWORK:
            body.pop(key, None)
    found: Mapping[str, Any] = answer["NetworkSettings"]["Networks"] or {}
    made_in = [one["NetworkID"] for name, one in found.items() if mode in {name, one["NetworkID"]}]
    return Clone(body, tuple(each for each in networks(answer) if each not in made_in))


def networks(answer: Mapping[str, Any]) -> list[str]:
    """The ids of the networks that a container is connected to; none for ``none`` and ``host``."""
    found: Mapping[str, Any] = answer["NetworkSettings"]["Networks"] or {}
    return [one["NetworkID"] for name, one in found.items() if name not in {"none", "host"}]


def helper_mount(volume: str) -> dict[str, Any]:
    """The mount of the volume with the helper."""
    mount = {"Type": "volume", "Source": volume, "Target": INSIDE, "ReadOnly": True}
    return mount | {"VolumeOptions": {"NoCopy": True}}


def opened(clone: Clone, bounds: Bounds, reachable: Sequence[str], engine: str) -> Clone:
    """The same with all that does not depend on what this engine can grant: root, no filter, no masks, no own limits.

    Args:
        clone: of a container.
        bounds: which protect the machine.
        reachable: networks that it is connected to, one at least if there is one.
        engine: path of the engine's socket, which it gets.
    """
    old = clone.host
    first, *others = reachable or ["none"]
    host: dict[str, Any] = {
        "Memory": bounds.memory,
        "PidsLimit": bounds.pids,
        "LogConfig": old["LogConfig"],
        "Mounts": [
            *({**mount, "ReadOnly": mount["Target"] == INSIDE} for mount in old["Mounts"]),
            {"Type": "bind", "Source": engine, "Target": "/run/docker.sock"},
        ],
        "Binds": [bind.removesuffix(":ro") for bind in old.get("Binds") or ()],
        "Dns": old.get("Dns"),
        "NetworkMode": first,
        "SecurityOpt": list(UNCONFINED),
        "MaskedPaths": [],
        "ReadonlyPaths": [],
        "DeviceCgroupRules": ["a *:* rwm"],
        "RestartPolicy": {"Name": "no"},
    }
    body = {**clone.body, "User": "0:0", "HostConfig": host}
    for key in _OWN_NETWORK:
        body.pop(key, None)
    return Clone(body, tuple(others))
