"""Limits that leave room for what a container was seen to use: a limit below that would end it at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hardhull.hosts.cgroups import Groups
from hardhull.hosts.mounts import mounted

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP: Final = 64 << 20
"""Bytes: to what a limit of memory is rounded up."""
FILES: Final = {
    "Memory": (("memory", "memory.max_usage_in_bytes"), ("", "memory.peak"), ("", "memory.current")),
    "PidsLimit": (("pids", "pids.peak"), ("pids", "pids.current"), ("", "pids.peak"), ("", "pids.current")),
}
"""Where the kernel shows the most that was used, or what is used now: hierarchy (empty for v2) and file."""


def used(answer: Mapping[str, Any], key: str) -> int:
    """The most that a container used so far, as far as the kernel tells; 0 where it cannot be seen."""
    pid = int(answer["State"].get("Pid") or 0)
    groups = Groups(mounted("self"))
    own = groups.of(pid) if pid else {}
    for hierarchy, name in FILES[key]:
        top = groups.v1.get(hierarchy) if hierarchy else groups.unified
        path = own.get(hierarchy, "")
        if not top or answer["Id"] not in path:
            continue
        try:
            return int(Path(f"{top}{path}/{name}").read_text())
        except (OSError, ValueError):
            continue
    return 0


def roomy(answer: Mapping[str, Any], host: dict[str, Any]) -> tuple[str, ...]:
    """Raises limits that would be new and too tight: at least twice of what was used; tells where it did."""
    notes = []
    for key, words, step in (("Memory", "memory", STEP), ("PidsLimit", "processes", 64)):
        limit, before = host.get(key) or 0, answer["HostConfig"].get(key) or 0
        need = 2 * used(answer, key)
        if limit <= 0 or limit == before or limit >= need:
            continue
        host[key] = -(-need // step) * step
        if key == "Memory" and host.get("MemorySwap") == limit:
            host["MemorySwap"] = host[key]
        notes.append(f"{words}: more than proposed, twice what it was seen to use")
    return tuple(notes)
