"""Values of a Workload as the Engine API has them: the other direction of :mod:`hardhull.formats.engine_api.parse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.docker_run.spell import size
from hardhull.formats.engine_api.parse import NANO
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.parts import BlockLimit, Device, EnvVar, Healthcheck, Mount, Port, Ulimit
    from hardhull.text.tree.plain import Plain

HOST = "HostConfig"


def same(value: Any) -> Any:
    """A value that is the same here and there."""
    return value


def whole(value: float) -> int:
    """Seconds, of which the API has only whole ones."""
    if value != int(value):
        raise UnwritableError(f"{value} is no whole number of seconds")
    return int(value)


SCALARS: dict[str, tuple[tuple[str, ...], Callable[[Any], Plain]]] = {
    "image": (("Image",), same),
    "command": (("Cmd",), list),
    "entrypoint": (("Entrypoint",), list),
    "working_dir": (("WorkingDir",), same),
    "hostname": (("Hostname",), same),
    "tty": (("Tty",), same),
    "stdin_open": (("OpenStdin",), same),
    "stop_signal": (("StopSignal",), same),
    "stop_grace": (("StopTimeout",), whole),
    "platform": (("Platform",), same),
    "user": (("User",), same),
    "privileged": ((HOST, "Privileged"), same),
    "read_only": ((HOST, "ReadonlyRootfs"), same),
    "init": ((HOST, "Init"), same),
    "remove": ((HOST, "AutoRemove"), same),
    "publish_all": ((HOST, "PublishAllPorts"), same),
    "oom_kill_disable": ((HOST, "OomKillDisable"), same),
    "oom_score_adj": ((HOST, "OomScoreAdj"), same),
    "pid": ((HOST, "PidMode"), same),
    "ipc": ((HOST, "IpcMode"), same),
    "uts": ((HOST, "UTSMode"), same),
    "userns": ((HOST, "UsernsMode"), same),
    "cgroupns": ((HOST, "CgroupnsMode"), same),
    "cgroup_parent": ((HOST, "CgroupParent"), same),
    "runtime_name": ((HOST, "Runtime"), same),
    "memory": ((HOST, "Memory"), same),
    "memory_swap": ((HOST, "MemorySwap"), same),
    "memory_reservation": ((HOST, "MemoryReservation"), same),
    "cpu_shares": ((HOST, "CpuShares"), same),
    "pids": ((HOST, "PidsLimit"), same),
    "shm_size": ((HOST, "ShmSize"), same),
    "dns": ((HOST, "Dns"), list),
    "log_driver": ((HOST, "LogConfig", "Type"), same),
    "storage": ((HOST, "StorageOpt", "size"), size),
}
"""Fields with one value, and what their default removes."""


def device(item: Device) -> dict[str, Any]:
    """An entry of ``Devices``."""
    inside = item.container or item.host
    return {"PathOnHost": item.host, "PathInContainer": inside, "CgroupPermissions": item.permissions}


def ulimit(item: Ulimit) -> dict[str, Any]:
    """An entry of ``Ulimits``."""
    return {"Name": item.name, "Soft": item.soft, "Hard": item.hard}


def env(item: EnvVar) -> str:
    """``NAME=value``.

    Raises:
        UnwritableError: the value is passed through; the API has no variables of its client.
    """
    if item.value is None:
        raise UnwritableError("the Engine API passes no variables of the client through")
    return f"{item.name}={item.value}"


LISTS: dict[str, tuple[tuple[str, ...], Callable[[Any], Plain]]] = {
    "cap_add": ((HOST, "CapAdd"), same),
    "cap_drop": ((HOST, "CapDrop"), same),
    "group_add": ((HOST, "GroupAdd"), same),
    "devices": ((HOST, "Devices"), device),
    "device_cgroup_rules": ((HOST, "DeviceCgroupRules"), same),
    "extra_hosts": ((HOST, "ExtraHosts"), same),
    "links": ((HOST, "Links"), same),
    "ulimits": ((HOST, "Ulimits"), ulimit),
    "env": (("Env",), env),
    "selinux": ((HOST, "SecurityOpt"), "label={}".format),
}
"""Lists of which every item is an item there, too."""

MAPS: dict[str, tuple[str, ...]] = {
    "labels": ("Labels",),
    "sysctls": (HOST, "Sysctls"),
    "annotations": (HOST, "Annotations"),
    "log_options": (HOST, "LogConfig", "Config"),
}
"""Lists of names and values that are objects there."""

THROTTLES = {
    "weight_device": "BlkioWeightDevice",
    "read_bps": "BlkioDeviceReadBps",
    "write_bps": "BlkioDeviceWriteBps",
    "read_iops": "BlkioDeviceReadIOps",
    "write_iops": "BlkioDeviceWriteIOps",
}


def throttle(item: BlockLimit) -> dict[str, Any]:
    """An entry of a list of throttles."""
    return {"Path": item.device, "Weight" if item.what == "weight_device" else "Rate": item.rate}


def healthcheck(check: Healthcheck) -> dict[str, Any]:
    """``Healthcheck``; None for what is not set."""
    times = {"Interval": check.interval, "Timeout": check.timeout, "StartPeriod": check.start_period}
    parts: dict[str, Any] = {"Test": ["NONE"] if check.disabled else list(check.test)}
    parts |= {name: round(seconds * NANO) if seconds else None for name, seconds in times.items()}
    return {**parts, "Retries": check.retries or None}


def restart(policy: str) -> dict[str, Any]:
    """``RestartPolicy``."""
    name, _, count = policy.partition(":")
    return {"Name": name, "MaximumRetryCount": int(count) if count else None}


def bind(item: Mount) -> str:
    """An entry of ``Binds``.

    Raises:
        UnwritableError: it cannot be one.
    """
    if item.kind not in {"bind", "volume"} or item.host_root is not None:
        raise UnwritableError(f"Binds has no words for a mount of the kind {item.kind}")
    if any(":" in part for part in (item.source or "", item.target)):
        raise UnwritableError("Binds has no words for a path with a colon")
    is_path = bool(item.source) and (item.source or "").startswith(("/", "~", "."))
    if (item.kind == "bind") != is_path:
        raise UnwritableError(f"Binds takes {item.source!r} for another kind of mount")
    words = [*(["ro"] if item.read_only else []), *([item.propagation] if item.propagation else []), *item.options]
    if item.source is None:
        if words:
            raise UnwritableError(f"the Engine API has no words for {words[-1]!r} of an anonymous volume")
        return item.target
    return ":".join([item.source, item.target, *([",".join(words)] if words else [])])


def only_in_mounts(item: Mount) -> bool:
    """Whether only ``Mounts`` can say it: in ``Binds``, ``/data:ro`` would mount a folder of the host on ``ro``."""
    anonymous = item.kind == "volume" and item.source is None and item.host_root is None
    return anonymous and item.read_only and not item.propagation and not item.options


def volume(item: Mount) -> dict[str, Any]:
    """An entry of ``Mounts`` for an anonymous volume."""
    return {"Type": "volume", "Target": item.target, "ReadOnly": item.read_only}


def tmpfs(item: Mount) -> str:
    """The options of a ``Tmpfs`` entry."""
    return ",".join([*(["ro"] if item.read_only else []), *item.options])


def binding(item: Port) -> dict[str, Any]:
    """An entry of a list in ``PortBindings``."""
    return {**({"HostIp": item.host_ip} if item.host_ip else {}), "HostPort": item.host or ""}
