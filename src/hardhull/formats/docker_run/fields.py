"""From the options of one command line to the fields of a workload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Mount
from hardhull.formats.docker_run.values import ValueProblemError, switch
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.docker_run.line import Option
    from hardhull.text.shell.values import Arg

GOOD_LISTS = {"cap_drop": "ALL", "log_options": "", "ulimits": "", "block_io": ""}
"""Lists whose absent items matter: where options may be hidden they are not known, unless this item is there."""

_NAMED = frozenset(("env-host", "rootfs", "insecure-registry", "no-resolve-image"))
"""Switches that change the container and that no field is for."""

_FLAGS = {
    "privileged": "privileged",
    "read-only": "read_only",
    "init": "init",
    "tty": "tty",
    "oom-kill-disable": "oom_kill_disable",
    "detach": "detach",
    "interactive": "stdin_open",
    "rm": "remove",
    "publish-all": "publish_all",
}


class Fields:
    """Collects the fields of a workload.

    Attributes:
        fields: by name; the last option wins, as the CLI has it.
        lists: items by the name of their list, in order.
        unread: options that say nothing a Workload has a field for.
        kept: options that only together make a field.
    """

    def __init__(self, program: str) -> None:
        self.program = program
        self.fields: dict[str, Field[Any]] = {}
        self.lists: dict[str, list[Field[Any]]] = {}
        self.unread: list[Field[str]] = []
        self.kept: dict[str, Option] = {}

    def flag(self, option: Option) -> None:
        """A switch: alone, or with ``=true`` or ``=false``."""
        name = _FLAGS.get(option.name)
        try:
            on = option.value is None or self.known(option.value, switch)
        except ValueProblemError as problem:
            if name is not None:
                self.fields[name] = Field.unknown(name, option.place, f"--{option.name}: {problem}", written=True)
            return
        if name is not None:
            self.fields[name] = Field(name, on, option.place)
        elif on and option.name in _NAMED:
            self.unread.append(Field("unread", f"--{option.name}", option.place))
        elif option.name == "no-healthcheck" and on:
            self.kept[option.name] = option
        elif option.name == "use-api-socket" and on:
            self.append("mounts", Field("mounts", Mount("bind", _SOCKET, _SOCKET), option.place))

    @staticmethod
    def known(value: Arg, read: Callable[[str], Any]) -> Any:
        """What ``read`` makes of a value.

        Raises:
            ValueProblemError: the value is not known, or ``read`` refuses it.
        """
        if not value.known:
            raise ValueProblemError(value.why)
        return read(value.text)

    def scalar(self, name: str, read: Callable[[str], Any], option: Option, value: Arg) -> None:
        """A field with one value; a later option replaces an earlier one."""
        try:
            self.fields[name] = Field(name, self.known(value, read), option.place)
        except ValueProblemError as problem:
            self.fields[name] = Field.unknown(name, option.place, f"--{option.name}: {problem}", written=True)

    def append(self, name: str, field: Field[Any]) -> None:
        """One more item of a list."""
        self.lists.setdefault(name, []).append(field)

    def item(self, name: str, read: Callable[[str], Any], option: Option, value: Arg) -> None:
        """One more item of a list, made from a value that has to be known."""
        self.made(name, option, lambda: self.known(value, read))

    def made(self, name: str, option: Option, make: Callable[[], Any]) -> None:
        """One more item of a list; one that cannot be known says why."""
        try:
            self.append(name, Field(name, make(), option.place))
        except ValueProblemError as problem:
            field: Field[Any] = Field.unknown(name, option.place, f"--{option.name}: {problem}", written=True)
            self.append(name, field)

    def close_lists(self, open_: str | None) -> None:
        """Makes fields of the lists; ``open_`` says why further options may be hidden."""
        for name, items in self.lists.items():
            hidden = open_ is not None and name in GOOD_LISTS
            if hidden and not any(item.get("") == GOOD_LISTS[name] for item in items):
                self.fields[name] = Field.unknown(name, items[0].place, open_ or "", written=True)
            else:
                self.fields[name] = Field(name, tuple(items), items[0].place)


_SOCKET = "/var/run/docker.sock"
