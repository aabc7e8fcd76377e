"""Which options say a field: the other direction of :mod:`hardhull.formats.docker_run.table`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.workload import Workload
from hardhull.formats.docker_run import spell, spell_mounts
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.docker_run.line import Option, RunLine

Words = tuple[str, "str | None"]
"""An option's long name and its value; None for a switch."""

_FLAGS = {
    "privileged": "privileged",
    "read_only": "read-only",
    "init": "init",
    "tty": "tty",
    "oom_kill_disable": "oom-kill-disable",
    "detach": "detach",
    "stdin_open": "interactive",
    "remove": "rm",
    "publish_all": "publish-all",
}
_RUN: dict[str, tuple[str, Callable[[Any], str]]] = {
    "cgroup_parent": ("cgroup-parent", str),
    "cgroupns": ("cgroupns", str),
    "container_name": ("name", str),
    "cpu_shares": ("cpu-shares", str),
    "cpus": ("cpus", spell.decimal),
    "entrypoint": ("entrypoint", spell.entrypoint),
    "hostname": ("hostname", str),
    "ipc": ("ipc", str),
    "log_driver": ("log-driver", str),
    "memory": ("memory", spell.size),
    "memory_reservation": ("memory-reservation", spell.size),
    "memory_swap": ("memory-swap", spell.size),
    "network_mode": ("network", str),
    "oom_score_adj": ("oom-score-adj", str),
    "pid": ("pid", str),
    "pids": ("pids-limit", str),
    "platform": ("platform", str),
    "pull_policy": ("pull", str),
    "restart": ("restart", str),
    "runtime_name": ("runtime", str),
    "shm_size": ("shm-size", spell.size),
    "stop_grace": ("stop-timeout", spell.whole_seconds),
    "stop_signal": ("stop-signal", str),
    "storage": ("storage-opt", lambda value: f"size={spell.size(value)}"),
    "user": ("user", str),
    "userns": ("userns", str),
    "uts": ("uts", str),
    "working_dir": ("workdir", str),
}
_SERVICE: dict[str, tuple[str, Callable[[Any], str]]] = {
    "cpus": ("limit-cpu", spell.decimal),
    "cpu_reservation": ("reserve-cpu", spell.decimal),
    "memory": ("limit-memory", spell.size),
    "memory_reservation": ("reserve-memory", spell.size),
    "pids": ("limit-pids", str),
    "replicas": ("replicas", str),
    "restart": ("restart-condition", spell.service_restart),
    "stop_grace": ("stop-grace-period", spell.seconds),
}
_LISTS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "annotations": ("annotation", spell.pair),
    "cap_add": ("cap-add", str),
    "cap_drop": ("cap-drop", str),
    "configs": ("config", spell.grant),
    "device_cgroup_rules": ("device-cgroup-rule", str),
    "devices": ("device", spell.device),
    "env": ("env", spell.env),
    "env_files": ("env-file", str),
    "extra_hosts": ("add-host", str),
    "group_add": ("group-add", str),
    "labels": ("label", spell.pair),
    "links": ("link", str),
    "log_options": ("log-opt", spell.pair),
    "networks": ("network", spell.network),
    "secrets": ("secret", spell.grant),
    "selinux": ("security-opt", "label={}".format),
    "sysctls": ("sysctl", spell.pair),
    "ulimits": ("ulimit", spell.ulimit),
}
_SERVICE_NAMES = {"add-host": "host", "group-add": "group"}

_PODMAN_LACKS = frozenset(("link", "runtime"))
"""Options of docker that podman-run(1) does not have (``--runtime`` stands in front of its verb)."""

_NERDCTL_LACKS = frozenset(
    (
        *("blkio-weight-device", "device-cgroup-rule", "device-read-bps", "device-read-iops", "device-write-bps"),
        *("device-write-iops", "expose", "health-cmd", "health-interval", "health-timeout", "health-retries"),
        *("health-start-period", "no-healthcheck", "link", "publish-all", "storage-opt", "userns"),
    )
)
"""What nerdctl's command reference lists as not there."""


def scalar(field: str, value: Any, line: RunLine) -> list[Words]:
    """The options that give a field with one value this value; none for its default.

    Raises:
        UnwritableError: no option does.
    """
    if value == getattr(Workload, field).default:
        return []
    words = _scalar(field, value, line)
    for name, _ in words:
        _has(line, name)
    return words


def _scalar(field: str, value: Any, line: RunLine) -> list[Words]:
    if field in _FLAGS:
        return [(_FLAGS[field], None if value else "false")]
    if field == "healthcheck":
        return spell.health(value)
    if field in {"no_new_privileges", "seccomp", "apparmor", "unmasked_paths"}:
        return [("security-opt", _security(field, value, line))]
    if field in {"dns", "expose"}:
        return [(field, one) for one in value]
    table = {**_RUN, **_SERVICE} if line.verb == "service create" else _RUN
    if field not in table:
        raise UnwritableError(f"no option of {line.program} {line.verb} sets {field}")
    name, text = table[field]
    return [(name, text(value))]


def _security(field: str, value: Any, line: RunLine) -> str:
    if field == "no_new_privileges":
        return "no-new-privileges" + ("" if value else "=false")
    if field == "unmasked_paths":
        return "unmask=ALL" if line.program == "podman" else "systempaths=unconfined"
    if field == "seccomp" and value == "default":
        if line.program != "docker":
            raise UnwritableError(f"{line.program} has no word for its own seccomp profile")
        value = "builtin"
    return f"{field}={value}"


def item(field: str, value: Any, line: RunLine, was: Option | None = None) -> Words:
    """The option that says one item of a list.

    Args:
        field: the list.
        value: the item.
        line: the command line.
        was: the option that it takes the place of.

    Raises:
        UnwritableError: no option does.
    """
    service = line.verb == "service create"
    old = was.value if was is not None else None
    if field == "mounts":
        name = was.name if was is not None and old is not None else spell_mounts.mount_option(value, service=service)
        words: Words = (name, spell_mounts.mount(value, name, old))
    elif field == "ports":
        words = ("publish", spell_mounts.port(value, old))
    elif field == "block_io":
        words = (spell.block_option(value), spell.block(value))
    elif field in _LISTS:
        name, text = _LISTS[field]
        words = (_SERVICE_NAMES.get(name, name) if service else name, text(value))
    else:
        raise UnwritableError(f"no option of {line.program} {line.verb} sets {field}")
    if was is None:
        _has(line, words[0])
    return words


def _has(line: RunLine, name: str) -> None:
    """Refuses an option that only another program has.

    Raises:
        UnwritableError: this one does not have it.
    """
    lacks = {"podman": _PODMAN_LACKS, "nerdctl": _NERDCTL_LACKS}.get(line.program, frozenset())
    if name in lacks:
        raise UnwritableError(f"{line.program} has no --{name}")
