"""Options whose value has a syntax of its own; each function takes one option into the fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Attachment, BlockLimit, EnvVar, Grant, Ulimit
from hardhull.formats.docker_run import mounts
from hardhull.formats.docker_run.values import ValueProblemError, size, switch, whole
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.docker_run.fields import Fields
    from hardhull.formats.docker_run.line import Option
    from hardhull.text.shell.values import Arg

_NETWORK_MODES = frozenset(("host", "none", "bridge", "default", "private", "pasta", "slirp4netns"))


def capability(fields: Fields, option: Option, value: Arg) -> None:
    """``--cap-add`` and ``--cap-drop``; podman takes several at once."""
    words = value.split(",") if fields.program == "podman" else [value]
    for word in words:
        fields.item(option.name.replace("-", "_"), capability_name, option, word)


def env(fields: Fields, option: Option, value: Arg) -> None:
    """``-e NAME=value``, or ``-e NAME`` for the caller's own."""
    at = value.find("=")
    if at == -1:
        if value.known:
            fields.append("env", Field("env", EnvVar(value.text, None, value.text, "host"), option.place))
        else:
            fields.append("env", Field.unknown("env", option.place, f"--env: {value.why}", written=True))
        return
    name, given = value.cut(0, at), value.cut(at + 1)
    plain = given.known and not given.default and value.whole
    written = given.text if plain else value.written.partition(f"{name.text}=")[2] or given.text
    origin = ("default" if given.default else "literal") if given.known else "variable"
    variable = EnvVar(name.text, given.text if given.known else None, written, origin)
    fields.append("env", Field("env", variable, option.place))


def volume(fields: Fields, option: Option, value: Arg) -> None:
    """``-v``."""
    fields.made("mounts", option, lambda: mounts.volume(value))


def mount(fields: Fields, option: Option, value: Arg) -> None:
    """``--mount``."""
    fields.made("mounts", option, lambda: mounts.mount(value))


def publish(fields: Fields, option: Option, value: Arg) -> None:
    """``-p``."""
    fields.made("ports", option, lambda: mounts.port(value))


def network(fields: Fields, option: Option, value: Arg) -> None:
    """``--network``: a mode, or a network to attach to."""
    if not value.known:
        fields.fields["network_mode"] = Field.unknown("network_mode", option.place, value.why, written=True)
        return
    text = value.text
    name, _, options = text.partition(":")
    if name in _NETWORK_MODES or name in {"container", "ns", "pod"}:
        mode = {"default": "bridge"}.get(name, text if name in {"container", "ns", "pod"} else name)
        fields.fields["network_mode"] = Field("network_mode", mode, option.place)
        return
    keys = dict(part.partition("=")[::2] for part in (text if "=" in name else options).split(","))
    aliases = (keys["alias"],) if keys.get("alias") else ()
    network = keys.get("name", name) if "=" in name else name
    fields.append("networks", Field("networks", Attachment(network, aliases=aliases), option.place))


def security(fields: Fields, option: Option, value: Arg) -> None:
    """``--security-opt``: ``key=value`` or, older, ``key:value``."""
    text = value.text
    at = min((index for index in (value.find("="), value.find(":")) if index != -1), default=len(text))
    key = text[:at]
    if not value.cut(0, at).known:
        fields.unread.append(Field("unread", "--security-opt with a variable", option.place))
        return
    rest = value.cut(at + 1)
    if key == "no-new-privileges":
        fields.scalar("no_new_privileges", lambda given: not given or switch(given), option, rest)
    elif key == "label":
        fields.item("selinux", str, option, rest)
    elif key in {"seccomp", "apparmor"}:
        read: Callable[[str], Any] = _profile if key == "seccomp" else str
        fields.scalar(key, read, option, rest)
    elif (key == "systempaths" and rest.text == "unconfined") or (key == "unmask" and rest.text.upper() == "ALL"):
        fields.fields["unmasked_paths"] = Field("unmasked_paths", True, option.place)
    else:
        fields.unread.append(Field("unread", f"--security-opt {key}", option.place))


def block(fields: Fields, option: Option, value: Arg) -> None:
    """Block I/O weights and throttles."""
    if option.name == "blkio-weight":
        fields.made("block_io", option, lambda: BlockLimit("weight", "", fields.known(value, whole)))
        return
    what = "weight_device" if option.name == "blkio-weight-device" else option.name[7:].replace("-", "_")
    read = size if what.endswith("bps") else whole

    def limit() -> BlockLimit:
        path, rate = _halves(value)
        return BlockLimit(what, path, fields.known(rate, read))

    fields.made("block_io", option, limit)


def ulimit(fields: Fields, option: Option, value: Arg) -> None:
    """``--ulimit nofile=1024:2048``."""
    fields.item("ulimits", _ulimit, option, value)


def storage(fields: Fields, option: Option, value: Arg) -> None:
    """``--storage-opt size=10G``."""
    if value.text.startswith("size="):
        fields.scalar("storage", size, option, value.cut(5))
    else:
        fields.unread.append(Field("unread", "--storage-opt", option.place))


def words(fields: Fields, option: Option, value: Arg) -> None:
    """``--dns`` and ``--expose``: tuples of plain text."""
    name = option.name
    field = fields.fields.get(name)
    before = field.get(()) if field is not None else ()
    fields.scalar(name, lambda text: (*before, text), option, value)


def grant(fields: Fields, option: Option, value: Arg) -> None:
    """``--secret`` and ``--config`` of a service, ``--secret`` of podman."""
    fields.item(f"{option.name}s", _grant, option, value)


def keep(fields: Fields, option: Option, _value: Arg) -> None:
    """An option that makes a field only together with others."""
    fields.kept[option.name] = option


def capability_name(text: str) -> str:
    """``CAP_NET_ADMIN`` and ``net_admin`` are ``NET_ADMIN``."""
    return text.upper().removeprefix("CAP_")


def _profile(text: str) -> str:
    return {"builtin": "default"}.get(text, text)


def _halves(value: Arg) -> tuple[str, Arg]:
    at = value.text.rfind(":")
    if at == -1:
        raise ValueProblemError("it names no rate")
    return value.text[:at], value.cut(at + 1)


def _ulimit(text: str) -> Ulimit:
    name, _, limits = text.partition("=")
    soft, _, hard = limits.partition(":")
    if name == "host" or not limits:
        raise ValueProblemError("it is no limit")
    return Ulimit(name, _limit(soft), _limit(hard or soft))


def _limit(text: str) -> int:
    return -1 if text == "unlimited" else whole(text)


def _grant(text: str) -> Grant:
    keys = dict(part.partition("=")[::2] for part in text.split(","))
    name = keys.get("source") or keys.get("src") or text.partition(",")[0]
    return Grant(name, keys.get("target", ""), external=True)
