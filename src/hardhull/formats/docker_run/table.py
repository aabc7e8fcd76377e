"""Which field of a workload each option is, and how its value is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.docker_run import mounts, special
from hardhull.formats.docker_run.values import decimal, duration, size, whole
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.docker_run.fields import Fields
    from hardhull.formats.docker_run.line import Option
    from hardhull.text.shell.values import Arg


def take(fields: Fields, option: Option, *, flag: bool) -> None:
    """Takes one option into the fields; one that no field is for is kept by name.

    Args:
        fields: where to.
        option: what is written.
        flag: whether it is a switch.
    """
    name = option.name
    if flag:
        fields.flag(option)
    elif option.value is None:
        fields.unread.append(Field("unread", f"--{name}", option.place))
    elif name in SCALARS:
        fields.scalar(*SCALARS[name], option, option.value)
    elif name in LISTS:
        fields.item(*LISTS[name], option, option.value)
    elif name in SPECIAL:
        SPECIAL[name](fields, option, option.value)
    elif name not in ABOUT_CLIENT:
        fields.unread.append(Field("unread", f"--{name}", option.place))


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _restart(text: str) -> str:
    """Docker's words; a service says ``any`` and ``none``."""
    return {"any": "always", "none": "no"}.get(text, text) or "no"


def _words(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


SCALARS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "cgroup-parent": ("cgroup_parent", str),
    "cgroupns": ("cgroupns", str),
    "cpu-shares": ("cpu_shares", whole),
    "cpus": ("cpus", decimal),
    "entrypoint": ("entrypoint", _words),
    "hostname": ("hostname", str),
    "ipc": ("ipc", str),
    "limit-cpu": ("cpus", decimal),
    "limit-memory": ("memory", size),
    "limit-pids": ("pids", whole),
    "log-driver": ("log_driver", str),
    "memory": ("memory", size),
    "memory-reservation": ("memory_reservation", size),
    "memory-swap": ("memory_swap", size),
    "name": ("container_name", str),
    "oom-score-adj": ("oom_score_adj", whole),
    "pid": ("pid", str),
    "pids-limit": ("pids", whole),
    "platform": ("platform", str),
    "pull": ("pull_policy", str),
    "replicas": ("replicas", whole),
    "reserve-cpu": ("cpu_reservation", decimal),
    "reserve-memory": ("memory_reservation", size),
    "restart": ("restart", _restart),
    "restart-condition": ("restart", _restart),
    "runtime": ("runtime_name", str),
    "shm-size": ("shm_size", size),
    "stop-grace-period": ("stop_grace", duration),
    "stop-signal": ("stop_signal", str),
    "stop-timeout": ("stop_grace", decimal),
    "user": ("user", str),
    "userns": ("userns", str),
    "uts": ("uts", str),
    "workdir": ("working_dir", str),
}
"""Options with one value."""

LISTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "add-host": ("extra_hosts", str),
    "annotation": ("annotations", _pair),
    "container-label": ("labels", _pair),
    "device": ("devices", mounts.device),
    "device-cgroup-rule": ("device_cgroup_rules", str),
    "env-file": ("env_files", str),
    "group": ("group_add", str),
    "group-add": ("group_add", str),
    "host": ("extra_hosts", str),
    "label": ("labels", _pair),
    "link": ("links", str),
    "log-opt": ("log_options", _pair),
    "sysctl": ("sysctls", _pair),
    "tmpfs": ("mounts", mounts.tmpfs),
}
"""Options that may be repeated; each is one item."""

SPECIAL: dict[str, Callable[[Fields, Option, Arg], None]] = {
    "blkio-weight": special.block,
    "blkio-weight-device": special.block,
    "cap-add": special.capability,
    "cap-drop": special.capability,
    "config": special.grant,
    "cpu-period": special.keep,
    "cpu-quota": special.keep,
    "device-read-bps": special.block,
    "device-read-iops": special.block,
    "device-write-bps": special.block,
    "device-write-iops": special.block,
    "dns": special.words,
    "env": special.env,
    "expose": special.words,
    "health-cmd": special.keep,
    "health-interval": special.keep,
    "health-retries": special.keep,
    "health-start-period": special.keep,
    "health-timeout": special.keep,
    "mount": special.mount,
    "network": special.network,
    "publish": special.publish,
    "secret": special.grant,
    "security-opt": special.security,
    "storage-opt": special.storage,
    "ulimit": special.ulimit,
    "volume": special.volume,
}
"""Options whose value has a syntax of its own."""

ABOUT_CLIENT = frozenset(("attach", "detach-keys", "cidfile"))
"""Options about the client, not about the container."""
