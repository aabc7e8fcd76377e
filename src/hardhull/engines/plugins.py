"""Plugins that a configuration names: an engine waits 15 seconds for one that is not there, then gives up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardhull.engines.schema import HOST, Refusal
from hardhull.facts.log_drivers import is_built_in

if TYPE_CHECKING:
    from hardhull.engines.candidate import Candidate

FOLDERS: Final = ("/run/docker/plugins", "/etc/docker/plugins", "/usr/lib/docker/plugins")
"""Where an engine looks for plugins that it does not manage itself (moby, ``pkg/plugins/discovery.go``)."""


def plugins(wanted: Candidate, address: str) -> tuple[list[Refusal], list[tuple[str, str]]]:
    """The plugins that are nowhere, and the keys whose plugin the engine itself manages: a shadow has none of those.

    Args:
        wanted: the configuration.
        address: of the engine.
    """
    named = [("authorization-plugins", name) for name in _new(wanted, "authorization_plugins")]
    driver = str(wanted.new("log_driver"))
    if "log_driver" in wanted.fields and not is_built_in(driver):
        named.append(("log-driver", driver))
    if not named:
        return [], []
    own = _managed(address)
    absent, managed = [], []
    for key, name in named:
        if any(Path(folder, f"{name}{end}").exists() for folder in FOLDERS for end in (".sock", ".spec", ".json")):
            continue
        if own & {name, f"{name}:latest"}:
            managed.append((key, f"the plugin {name} runs in the engine itself"))
        else:
            absent.append(Refusal(HOST, key, f"the plugin {name} is not installed, and then no container starts"))
    return absent, managed


def _new(wanted: Candidate, field: str) -> tuple[str, ...]:
    return tuple(map(str, wanted.new(field))) if field in wanted.fields else ()


def _managed(address: str) -> frozenset[str]:
    from docker.errors import DockerException

    from hardhull.engines.shadow import client_of

    try:
        with client_of(address) as client:
            return frozenset(one["Name"] for one in client.plugins() if one.get("Enabled"))
    except DockerException:
        return frozenset()
