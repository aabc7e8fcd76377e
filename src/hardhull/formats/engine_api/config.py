"""``Config``: what is started, and as whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import EnvVar
from hardhull.formats.engine_api.parse import amount, boolean, healthcheck, plain, string, text, words
from hardhull.formats.jsonread import entries_of, entry_place, fold_entry, is_null, items_of, text_of
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.engine_api.setter import Setter
    from hardhull.text.nodes import Node


def read_config(setter: Setter, config: Node, *, inspected: bool) -> None:
    """Fills what a ``Config`` (or the top of a create body) says.

    Args:
        setter: writes to the workload.
        config: the object.
        inspected: whether the engine wrote it, so that the image's own settings are already in it.
    """
    setter.scalar("image", config, "Image", text)
    setter.scalar("command", config, "Cmd", words)
    setter.scalar("entrypoint", config, "Entrypoint", words)
    setter.scalar("working_dir", config, "WorkingDir", text)
    setter.scalar("hostname", config, "Hostname", text)
    setter.scalar("tty", config, "Tty", boolean)
    setter.scalar("stdin_open", config, "OpenStdin", boolean)
    setter.scalar("stop_signal", config, "StopSignal", text)
    setter.scalar("stop_grace", config, "StopTimeout", lambda node: float(amount(node) or 0))
    setter.scalar("healthcheck", config, "Healthcheck", healthcheck)
    setter.scalar("platform", config, "Platform", text)
    _user(setter, config, inspected=inspected)
    env = fold_entry(config, "Env")
    setter.items("env", env, (setter.item("env", node, variable) for node in items_of(env.value if env else None)))
    labels = fold_entry(config, "Labels")
    pairs = entries_of(labels.value) if labels else []
    setter.items(
        "labels",
        labels,
        (Field("labels", (entry.name or "", plain(entry.value)), entry_place(setter.source, entry)) for entry in pairs),
    )
    exposed = fold_entry(config, "ExposedPorts")
    if exposed is not None:
        ports = tuple(entry.name or "" for entry in entries_of(exposed.value))
        setter.put("expose", ports, setter.place(exposed.key), written=bool(ports))


def _user(setter: Setter, config: Node, *, inspected: bool) -> None:
    """``User``. In an inspection the image's USER is merged in, so that an empty one really is root."""
    entry = fold_entry(config, "User")
    if entry is None:
        return
    empty = is_null(entry.value) or text_of(entry.value) == ""
    if empty and inspected:
        origin = "the engine's own record of the container, where an empty user is root"
        setter.put("user", "0", setter.place(entry.value), origin=origin)
    else:
        setter.scalar("user", config, "User", text)


def variable(node: Node) -> EnvVar:
    """``NAME=value``."""
    name, found, value = string(node).partition("=")
    return EnvVar(name, value, value) if found else EnvVar(name, None, "", "host")
