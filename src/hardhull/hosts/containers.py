"""The containers of an engine, each with what the kernel says of it, and those that the engine does not tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.hosts.foreign import IDENTIFIER, foreign
from hardhull.hosts.reality import reality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docker import APIClient

    from hardhull.hosts.document import Gaps
    from hardhull.hosts.machine import Machine

LIVE = ("running", "paused", "restarting", "removing")
HIDDEN = "the kernel's side of"


def containers(client: APIClient, machine: Machine, names: Sequence[str], gaps: Gaps) -> list[dict[str, Any]]:
    """What is said of every container that runs, or of those named, running or not.

    Args:
        client: of the engine.
        machine: the machine that the engine is on.
        names: names or beginnings of ids; all where there are none.
        gaps: takes what could not be read.
    """
    listed = client.containers(all=True)
    if names:
        listed = [one for name in names for one in _named(listed, name, gaps)]
    else:
        listed = [one for one in listed if one.get("State") in LIVE]
    out = []
    for one in listed:
        inspected = _inspected(client, str(one["Id"]), gaps)
        if inspected is not None:
            out.append(_container(inspected, machine, gaps))
    if not names:
        known = {str(one["Id"]) for one in client.containers(all=True)}
        out += foreign(machine, known)
    return out


def _named(listed: list[dict[str, Any]], name: str, gaps: Gaps) -> list[dict[str, Any]]:
    """The container of a name or id, as the engine would find it."""
    exact = [one for one in listed if f"/{name}" in (one.get("Names") or ()) or one.get("Id") == name]
    found = exact or [one for one in listed if str(one.get("Id", "")).startswith(name)]
    if len(found) != 1:
        why = "the engine has no such container" if not found else f"{len(found)} containers have such an id"
        gaps.failed(f"container {name}", why, "see `docker ps --all`")
    return found if len(found) == 1 else []


def _inspected(client: APIClient, identifier: str, gaps: Gaps) -> dict[str, Any] | None:
    from docker.errors import APIError

    try:
        found = client.inspect_container(identifier)
    except APIError as error:
        if error.status_code != 404:
            gaps.failed(f"container {identifier[:12]}", "the engine does not describe it", "try `docker inspect`")
        return None
    return found if isinstance(found, dict) else None


def _container(inspected: dict[str, Any], machine: Machine, gaps: Gaps) -> dict[str, Any]:
    identifier, name = str(inspected.get("Id", "")), str(inspected.get("Name", "")).lstrip("/")
    state: dict[str, Any] = inspected.get("State") or {}
    out: dict[str, Any] = {f"GET /containers/{identifier[:12]}/json": _kept(inspected)}
    pid = state.get("Pid") or 0
    if not pid:
        gaps.beyond(f"{HIDDEN} container {name}", f"it is {state.get('Status')} and has no process", "scan it again")
        return out
    groups = machine.groups.of(pid)
    if not any(identifier in path for path in groups.values()) and not _is_its(pid, identifier):
        gaps.access(
            f"{HIDDEN} container {name}", "its process is not to be seen from here", "run hardhull on the engine's host"
        )
        return out
    found = reality(pid, machine)
    if not found:
        gaps.beyond(f"{HIDDEN} container {name}", "it ended while it was looked at", "scan it again")
        return out
    if not found.get(f"/proc/{pid}/ns"):
        gaps.access(f"{HIDDEN} container {name}", "its namespaces may not be read", "run hardhull as root")
    out["kernel"] = found
    return out


def _is_its(pid: int, identifier: str) -> bool:
    """Whether a process is a container's whose control group has another name: its hosts file is mounted in it."""
    from hardhull.hosts.mounts import mounted

    return any(f"/containers/{identifier}/" in one.root for one in mounted(pid)) and bool(IDENTIFIER.match(identifier))


def _kept(inspected: dict[str, Any]) -> dict[str, Any]:
    """An inspection without what is no setting and only makes it long."""
    return {key: value for key, value in inspected.items() if key not in {"GraphDriver", "ExecIDs", "SizeRw"}}
