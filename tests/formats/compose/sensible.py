"""Changes that a rule could want of a service, for writing them into real files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Attachment, BlockLimit, EnvVar, Grant, Healthcheck, Mount, Ulimit
from hardhull.model.change import Add, Drop, SetTo, Swap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.model.field import Field

_DIGEST = "@sha256:" + "0" * 64
_SET: dict[str, Any] = {
    "read_only": True, "no_new_privileges": True, "memory": 256 << 20, "cpus": 0.5, "pids": 100, "init": True,
    "restart": "on-failure:5", "user": "1000:1000", "stop_grace": 90.0, "shm_size": 64 << 20, "oom_score_adj": 100,
    "memory_reservation": 64 << 20, "memory_swap": 512 << 20, "apparmor": "docker-default", "platform": "linux/amd64",
    "seccomp": "profiles/seccomp.json", "pull_policy": "always", "hostname": "one", "cpu_shares": 512,
    "healthcheck": Healthcheck(("CMD", "curl", "-f", "http://localhost/"), interval=30.0, retries=3),
    "command": ("serve", "--port=$PORT", "two words"), "log_driver": "local", "stop_signal": "SIGINT",
}  # fmt: skip
_DEFAULTS: dict[str, Any] = {
    "privileged": False, "network_mode": None, "pid": None, "ipc": None, "userns": None, "user": None, "memory": None,
    "read_only": False, "no_new_privileges": None, "seccomp": None, "apparmor": None, "restart": None,
    "healthcheck": None, "log_driver": None, "cpus": None, "pids": None, "container_name": None, "tty": False,
    "stdin_open": False, "init": None, "command": None, "entrypoint": None, "platform": None, "hostname": None,
    "stop_grace": None, "shm_size": None, "unmasked_paths": False, "working_dir": None, "uts": None,
}  # fmt: skip
_DROPPED = (
    "cap_add", "cap_drop", "mounts", "env", "devices", "ports", "sysctls", "labels", "group_add", "log_options",
    "ulimits", "secrets", "configs", "selinux", "env_files", "extra_hosts", "links", "networks", "depends_on",
    "device_cgroup_rules", "annotations", "block_io", "hollow",
)  # fmt: skip
_ADDED: dict[str, Any] = {
    "cap_drop": "ALL", "cap_add": "NET_BIND_SERVICE", "log_options": ("max-size", "10m"), "group_add": "2000",
    "mounts": Mount("tmpfs", None, "/hardhull-tmp", options=("size=64m",)), "labels": ("hardhull", "a=$b"),
    "ulimits": Ulimit("hardhull", 1024, 2048), "sysctls": ("net.core.somaxconn", "1024"),
    "networks": Attachment("hardhull-back", declared=True, internal=True, subnets=("10.99.0.0/24",)),
    "secrets": Grant("hardhull_pw", "/run/secrets/hardhull_pw", "secrets/pw.txt"),
    "env": EnvVar("HARDHULL", "a$b", "a$$b"), "block_io": BlockLimit("read_bps", "/dev/hardhull", 1 << 20),
    "device_cgroup_rules": "c 1:3 mr",
}  # fmt: skip


def sensible(workload: Workload) -> Iterator[tuple[str, list[Change]]]:
    """Named changes of a service, each to be made alone; none that would change nothing."""
    for name, value in _SET.items():
        field = getattr(workload, name)
        if not (field.known and field.value == value):
            yield f"set {name}", [SetTo(name, value)]
    for name, value in _DEFAULTS.items():
        field = getattr(workload, name)
        if field.written and not (field.known and field.value == value):
            yield f"unset {name}", [SetTo(name, value)]
    image = workload.image
    if image.known and image.value and "@" not in image.value:
        yield "pin image", [SetTo("image", image.value + _DIGEST)]
    yield from _of_lists(workload)


def _of_lists(workload: Workload) -> Iterator[tuple[str, list[Change]]]:
    for name, item in _ADDED.items():
        field = getattr(workload, name)
        if field.known and not any(one.known and _same(one.value, item) for one in field.value):
            yield f"add {name}", [Add(name, item)]
    for name in _DROPPED:
        for item in _items(workload, name)[:3]:
            if item.known and (name != "depends_on" or item.value.condition):
                yield f"drop {name}", [Drop(name, item)]
    for item in _items(workload, "ports"):
        if item.known and item.value.host_ip != "127.0.0.1":
            yield "loopback", [Swap("ports", item, item.value._replace(host_ip="127.0.0.1"))]
    for item in _items(workload, "mounts")[:4]:
        if item.known and not item.value.read_only:
            yield "mount read-only", [Swap("mounts", item, item.value._replace(read_only=True))]
    for item in _items(workload, "env")[:3]:
        if item.known and item.value.name.isidentifier():
            name = item.value.name
            yield "env to variable", [Swap("env", item, EnvVar(name, None, f"${{HARDHULL_{name}}}", "variable"))]
    for item in _items(workload, "log_options")[:2]:
        if item.known:
            yield "swap log option", [Swap("log_options", item, (item.value[0], "7"))]
    for item in _items(workload, "networks")[:1]:
        if item.known and item.value.name != "hardhull-front":
            front = Attachment("hardhull-front", declared=True)
            yield "swap network", [Swap("networks", item, front)]


def _same(one: Any, other: Any) -> bool:
    """Whether two items have one name."""
    if isinstance(one, tuple) and isinstance(other, tuple) and one and other:
        return bool(one[0] == other[0])
    return bool(one == other)


def _items(workload: Workload, name: str) -> list[Field[Any]]:
    field = getattr(workload, name)
    return list(field.value) if field.known else []
