"""Quadlet ``.container`` files: keys of their own for what ``podman run`` has options for.

The keys are those of podman-systemd.unit(5), Podman 5.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.docker_run.line import Option, RunLine, read_options
from hardhull.formats.docker_run.options import run_table
from hardhull.formats.docker_run.workload import workload_of
from hardhull.formats.script.text import fragment_of
from hardhull.formats.unitline import words
from hardhull.model.field import Field
from hardhull.model.result import NotChecked
from hardhull.model.source import Place, Span
from hardhull.text.shell.values import Arg, Piece
from hardhull.text.unit import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.workload import Workload
    from hardhull.model.source import Source
    from hardhull.text.unit import Entry

_LISTS = {
    "AddCapability": "cap-add",
    "AddDevice": "device",
    "Annotation": "annotation",
    "DropCapability": "cap-drop",
    "Environment": "env",
    "Label": "label",
    "Sysctl": "sysctl",
}
"""Keys whose value is a list of words, each an option."""

_REPEATED = {
    "AddHost": "add-host",
    "DNS": "dns",
    "DNSOption": "dns-option",
    "DNSSearch": "dns-search",
    "EnvironmentFile": "env-file",
    "ExposeHostPort": "expose",
    "GIDMap": "gidmap",
    "GroupAdd": "group-add",
    "LogOpt": "log-opt",
    "Mount": "mount",
    "Network": "network",
    "NetworkAlias": "network-alias",
    "PublishPort": "publish",
    "Secret": "secret",
    "Tmpfs": "tmpfs",
    "UIDMap": "uidmap",
    "Ulimit": "ulimit",
    "Volume": "volume",
}
"""Keys that may be repeated; the whole value is one option's."""

_SINGLE = {
    "AutoUpdate": "",
    "CgroupsMode": "cgroups",
    "ContainerName": "name",
    "Entrypoint": "entrypoint",
    "HealthCmd": "health-cmd",
    "HealthInterval": "health-interval",
    "HealthLogDestination": "health-log-destination",
    "HealthMaxLogCount": "health-max-log-count",
    "HealthMaxLogSize": "health-max-log-size",
    "HealthOnFailure": "health-on-failure",
    "HealthRetries": "health-retries",
    "HealthStartPeriod": "health-start-period",
    "HealthStartupCmd": "health-startup-cmd",
    "HealthStartupInterval": "health-startup-interval",
    "HealthStartupRetries": "health-startup-retries",
    "HealthStartupSuccess": "health-startup-success",
    "HealthStartupTimeout": "health-startup-timeout",
    "HealthTimeout": "health-timeout",
    "HostName": "hostname",
    "IP": "ip",
    "IP6": "ip6",
    "LogDriver": "log-driver",
    "Memory": "memory",
    "PidsLimit": "pids-limit",
    "Pod": "pod",
    "Pull": "pull",
    "Retry": "retry",
    "RetryDelay": "retry-delay",
    "Rootfs": "",
    "ShmSize": "shm-size",
    "StopSignal": "stop-signal",
    "StopTimeout": "stop-timeout",
    "SubGIDMap": "subgidname",
    "SubUIDMap": "subuidname",
    "Timezone": "tz",
    "UserNS": "userns",
    "WorkingDir": "workdir",
}
"""Keys with one value; an empty option is none that starts the container."""

_SWITCHES = {
    "EnvironmentHost": "env-host",
    "HttpProxy": "http-proxy",
    "ReadOnly": "read-only",
    "ReadOnlyTmpfs": "read-only-tmpfs",
    "RunInit": "init",
}
_SECURITY = {
    "NoNewPrivileges": "no-new-privileges",
    "SecurityLabelDisable": "label=disable",
    "SecurityLabelNested": "label=nested",
}
"""Switches that stand for a ``--security-opt``."""
_SECURITY_VALUES = {
    "AppArmor": "apparmor=",
    "Mask": "mask=",
    "SeccompProfile": "seccomp=",
    "SecurityLabelFileType": "label=filetype:",
    "SecurityLabelLevel": "label=level:",
    "SecurityLabelType": "label=type:",
    "Unmask": "unmask=",
}
_OTHERS = frozenset(
    (
        *("Image", "Exec", "User", "Group", "PodmanArgs", "GlobalArgs", "ContainersConfModule", "Notify"),
        *("ReloadCmd", "ReloadSignal", "ServiceName", "StartWithPod", "VolatileTmp", "HttpProxy"),
    )
)
_TRUE = frozenset(("1", "yes", "true", "on", "y", "t"))


def repeats(key: str) -> bool:
    """Whether a key of ``[Container]`` may be repeated, so that an empty value forgets earlier ones."""
    return key in _REPEATED or key in _LISTS or key in {"PodmanArgs", "GlobalArgs", "UnsetEnvironment"}


class QuadletRead(NamedTuple):
    """What one file holds.

    Attributes:
        workloads: the container; empty where the file is no whole one.
        not_checked: what could not be read.
    """

    workloads: list[Workload]
    not_checked: list[NotChecked]


def read(source: Source, drop_ins: Sequence[Source] = ()) -> QuadletRead:
    """Reads a ``.container`` file.

    Args:
        source: the file.
        drop_ins: the files of its ``.d`` folder, in the order of their names.

    Raises:
        UnreadableError: too large, UTF-16, or binary.
    """
    unit = Unit()
    for one in (source, *drop_ins):
        unit.add(fragment_of(one))
    if "Container" not in unit.sections or not unit.all("Container", "Image", "Rootfs"):
        why = "it names no image; it only changes another .container file"
        how = "name the file that it belongs to as well"
        return QuadletRead([], [NotChecked("out-of-scope", source.path, why, how)])
    return QuadletRead([ContainerReader(source, unit).workload()], [])


class ContainerReader:
    """One ``[Container]`` section."""

    def __init__(self, source: Source, unit: Unit) -> None:
        self.source = source
        self.unit = unit
        self.options: list[Option] = []
        self.odd: list[Arg] = []
        self.open: str | None = None

    def workload(self) -> Workload:
        """The container."""
        unit = self.unit
        keys = dict.fromkeys(entry.key for entry in unit.entries if entry.section == "Container")
        for key in keys:
            for entry in unit.all("Container", key):
                self.entry(entry)
        self._user()
        self._restart()
        image = unit.last("Container", "Image") or unit.last("Container", "Rootfs")
        command = unit.last("Container", "Exec")
        line = RunLine(
            "podman",
            "run",
            unit.sections["Container"],
            tuple(self.options),
            _arg(image) if image is not None and image.key == "Image" else None,
            tuple(words(command, expand=True) or () if command is not None else ()),
            self.open,
            tuple(self.odd),
        )
        workload = workload_of(line, "quadlet")
        if line.image is None:
            workload.image = Field("image", None, line.place, written=False)
        stem = self.source.path.rpartition("/")[2].removesuffix(".container")
        if unit.last("Container", "ContainerName") is None:
            workload.name = stem
        workload.subject = f"container {workload.name}"
        return workload

    def entry(self, entry: Entry) -> None:
        """Takes one line into the options."""
        key = entry.key
        place = Place(entry.key_place.source, Span(entry.key_place.span.start, entry.place.span.end))
        if key in _LISTS:
            for word in words(entry) or [_arg(entry)]:
                self.options.append(Option(_LISTS[key], word, word.place))
        elif key in _REPEATED or key in _SINGLE:
            name = _REPEATED.get(key) or _SINGLE.get(key)
            if name:
                self.options.append(Option(name, _arg(entry), place))
        elif key in _SWITCHES:
            value = None if entry.text.lower() in _TRUE else _text(entry, "false")
            self.options.append(Option(_SWITCHES[key], value, place))
        elif key in _SECURITY:
            self._security(entry, place)
        elif key in _SECURITY_VALUES:
            head = _SECURITY_VALUES[key]
            self.options.append(Option("security-opt", _prefixed(head, entry), place))
        elif key == "PodmanArgs":
            self._podman_args(entry)
        elif key not in _OTHERS:
            self.odd.append(Arg.of(entry.value, 0, len(entry.text), key))

    def _security(self, entry: Entry, place: Place) -> None:
        """A switch; switched off it is what podman does without it, but said."""
        on = entry.text.lower() in _TRUE
        if on or entry.key == "NoNewPrivileges":
            text = _SECURITY[entry.key] + ("" if on else "=false")
            self.options.append(Option("security-opt", _text(entry, text), place))

    def _podman_args(self, entry: Entry) -> None:
        args = words(entry, expand=True)
        if args is None:
            self.open = "PodmanArgs= cannot be read"
            return
        options, open_ = read_options(args, run_table("podman"))
        self.options += options
        self.open = self.open or open_

    def _user(self) -> None:
        user, group = self.unit.last("Container", "User"), self.unit.last("Container", "Group")
        if user is not None:
            value = _arg(user)
            if group is not None:
                value = Arg((*value.pieces, Piece(":", group.value, 0, 0), *_arg(group).pieces), value.site)
            place = Place(user.key_place.source, Span(user.key_place.span.start, user.place.span.end))
            self.options.append(Option("user", value, place))

    def _restart(self) -> None:
        """``Restart=`` of the service is what restarts the container."""
        entry = self.unit.last("Service", "Restart")
        if entry is not None:
            self.options.append(Option("restart", _arg(entry), entry.place))


def _arg(entry: Entry) -> Arg:
    """The whole value as one argument. Specifiers stay as they are written."""
    return Arg.of(entry.value, 0, len(entry.text))


def _text(entry: Entry, text: str) -> Arg:
    return Arg.of(entry.value, 0, len(entry.text), text)


def _prefixed(head: str, entry: Entry) -> Arg:
    value = _arg(entry)
    return Arg((Piece(head, entry.value, 0, 0), *value.pieces), value.site)
