"""Which key of a ``.container`` file says a field, and with which text.

Keys that Podman 4.9 does not know yet (its podman-systemd.unit(5)) are written as ``PodmanArgs=``, unless the file uses
them already: an unknown key keeps the whole unit from being made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.workload import Workload
from hardhull.formats.docker_run import say, spell, spell_mounts
from hardhull.formats.docker_run.line import RunLine
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.wordtext import Quoting, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from hardhull.model.source import Place
    from hardhull.text.shell.values import Arg


class Line(NamedTuple):
    """A line to write: key, value as Podman gets it, and the section."""

    key: str
    text: str
    section: str = "Container"


def _switch(value: object) -> str:
    return "true" if value else "false"


_SCALARS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "container_name": ("ContainerName", str),
    "entrypoint": ("Entrypoint", spell.entrypoint),
    "hostname": ("HostName", str),
    "image": ("Image", str),
    "init": ("RunInit", _switch),
    "log_driver": ("LogDriver", str),
    "memory": ("Memory", spell.size),
    "network_mode": ("Network", str),
    "no_new_privileges": ("NoNewPrivileges", _switch),
    "pids": ("PidsLimit", str),
    "pull_policy": ("Pull", str),
    "read_only": ("ReadOnly", _switch),
    "seccomp": ("SeccompProfile", str),
    "shm_size": ("ShmSize", spell.size),
    "stop_grace": ("StopTimeout", spell.whole_seconds),
    "stop_signal": ("StopSignal", str),
    "userns": ("UserNS", str),
    "working_dir": ("WorkingDir", str),
}
_LISTS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "annotations": ("Annotation", spell.pair),
    "cap_add": ("AddCapability", str),
    "cap_drop": ("DropCapability", str),
    "devices": ("AddDevice", spell.device),
    "env": ("Environment", spell.env),
    "env_files": ("EnvironmentFile", str),
    "extra_hosts": ("AddHost", str),
    "group_add": ("GroupAdd", str),
    "labels": ("Label", spell.pair),
    "log_options": ("LogOpt", spell.pair),
    "networks": ("Network", spell.network),
    "sysctls": ("Sysctl", spell.pair),
    "ulimits": ("Ulimit", spell.ulimit),
}
_MOUNTS = {"mount": "Mount", "tmpfs": "Tmpfs", "volume": "Volume"}
_HEALTH = {
    "health-cmd": "HealthCmd",
    "health-interval": "HealthInterval",
    "health-retries": "HealthRetries",
    "health-start-period": "HealthStartPeriod",
    "health-timeout": "HealthTimeout",
}
_RESTART = {"no": "no", "always": "always", "on-failure": "on-failure"}

NEWER = frozenset(("AddHost", "Entrypoint", "GroupAdd", "LogOpt", "Memory", "StopSignal", "StopTimeout"))
"""Keys that came after Podman 4.9."""

WORDS = frozenset(("AddCapability", "AddDevice", "Annotation", "DropCapability", "Environment", "Label", "Sysctl"))
"""Keys whose value is a list of words."""

_PLAIN = re.compile(r"[^%$\\\"'\x00-\x1f]+")


def scalar(field: str, value: Any, place: Place, there: Container[str]) -> list[Line]:
    """The lines that give a field with one value this value; none for its default.

    Args:
        field: the field.
        value: the value.
        place: of the workload.
        there: the keys that the unit uses.

    Raises:
        UnwritableError: nothing says it.
    """
    if value == getattr(Workload, field).default:
        return []
    if field == "user":
        user, _, group = value.partition(":")
        return [Line("User", user), *([Line("Group", group)] if group else [])]
    if field == "restart":
        if value not in _RESTART:
            raise UnwritableError(f"Restart= of a service has no word for {value}")
        return [Line("Restart", _RESTART[value], "Service")]
    if field == "healthcheck":
        words = spell.health(value)
        return [
            Line("HealthCmd", "none") if name not in _HEALTH else Line(_HEALTH[name], text or "")
            for name, text in words
        ]
    if field == "unmasked_paths":
        return [Line("Unmask", "ALL")]
    key, text = _SCALARS.get(field, ("", str))
    if field == "seccomp" and value == "default":
        raise UnwritableError("podman has no word for its own seccomp profile")
    if key and (key not in NEWER or key in there):
        return [Line(key, text(value))]
    return [_args(*words) for words in say.scalar(field, value, command_line(place))]


def item(field: str, value: Any, place: Place, there: Container[str], was: tuple[str, Arg] | None = None) -> Line:
    """The line that says one item of a list.

    Args:
        field: the list.
        value: the item.
        place: of the workload.
        there: the keys that the unit uses.
        was: key and value of the line that it takes the place of.

    Raises:
        UnwritableError: nothing says it.
    """
    old = was[1] if was is not None else None
    if field == "mounts":
        names = {key: name for name, key in _MOUNTS.items()}
        name = names.get(was[0], "") if was is not None else ""
        name = name or spell_mounts.mount_option(value, service=False)
        return Line(_MOUNTS[name], spell_mounts.mount(value, name, old))
    if field == "ports":
        return Line("PublishPort", spell_mounts.port(value, old))
    if field == "selinux" and value == "disable":
        return Line("SecurityLabelDisable", "true")
    if field == "selinux" and value.partition(":")[0] in {"type", "level", "filetype"}:
        kind, _, text = value.partition(":")
        return Line(
            {"type": "SecurityLabelType", "level": "SecurityLabelLevel"}.get(kind, "SecurityLabelFileType"), text
        )
    key, spelled = _LISTS.get(field, ("", str))
    if key and (key not in NEWER or key in there):
        return Line(key, spelled(value))
    return _args(*say.item(field, value, command_line(place)))


def command_line(place: Place) -> RunLine:
    """The command line that the unit becomes, without its options."""
    return RunLine("podman", "run", place, (), None, (), None, ())


def _args(name: str, value: str | None) -> Line:
    text = f"--{name}" if value is None else quoted(value, Quoting.UNIT, f"--{name}=")
    return Line("PodmanArgs", text)


def written(line: Line) -> str:
    """The value as it stands in the file.

    Raises:
        UnwritableError: it would have to be escaped.
    """
    if line.key == "PodmanArgs":
        return line.text
    if not _PLAIN.fullmatch(line.text):
        raise UnwritableError(f"{line.text!r} would have to be escaped")
    return f'"{line.text}"' if line.key in WORDS and " " in line.text else line.text
