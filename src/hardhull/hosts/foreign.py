"""Containers that the engine says nothing of: of other engines and runtimes, or left behind by this one.

A process is in a container if it has a mount namespace of its own, and of these two: a root folder of its own, and a
process namespace of its own or a control group that a runtime named. With the host's own root it needs the process
namespace. Sandboxes of single programs (browsers, units) are not told: an empty root, or the host's mounts.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from hardhull.hosts.proc import identity, link, namespaces, pids, text
from hardhull.hosts.reality import reality

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.hosts.machine import Machine

RUNTIMES = (
    ("kubernetes", re.compile(r"kubepods")),
    ("podman", re.compile(r"libpod")),
    ("CRI-O", re.compile(r"crio-")),
    ("containerd", re.compile(r"cri-containerd|/(?:default|moby|k8s\.io|nerdctl)/")),
    ("LXC", re.compile(r"/lxc(?:\.payload)?")),
    ("systemd-nspawn", re.compile(r"/machine\.slice|systemd-nspawn")),
    ("BuildKit", re.compile(r"buildkit")),
    ("docker", re.compile(r"docker")),
)
"""How runtimes name their control groups."""
IDENTIFIER = re.compile(r"[0-9a-f]{64}")
MOST = 1000


def foreign(machine: Machine, known: set[str]) -> Iterator[dict[str, Any]]:
    """Every container that has none of the known identifiers.

    Args:
        machine: the machine.
        known: identifiers of the engine's containers.
    """
    seen: set[str] = set()
    for pid in _outside(machine):
        groups = machine.groups.of(pid)
        path = max(groups.values(), key=len, default="")
        spaces = namespaces(pid)
        named = IDENTIFIER.findall(path)[-1:]  # the last: an engine inside a container names its own below that one's
        identifier = named[0] if named else f"{spaces.get('mnt')} {spaces.get('pid')}"
        if identifier in seen or (named and named[0] in known) or len(seen) >= MOST:
            continue
        runtime = next((name for name, pattern in RUNTIMES if pattern.search(path)), "")
        if not runtime and spaces.get("pid") == machine.host.get("pid"):
            continue
        seen.add(identifier)
        found = reality(pid, machine)
        if found:
            yield {
                "name": (named[0][:12] if named else f"process {pid}"),
                "runtime": runtime or "unknown",
                "group": path,
                "program": text(f"/proc/{pid}/comm") or "",
                "kernel": found,
            }


def _outside(machine: Machine) -> Iterator[int]:
    """Processes with other mounts than the host's, and another root folder or process numbers; the oldest first."""
    own = namespaces("self").get("mnt")
    first = namespaces(1).get("mnt", own)
    numbers = {machine.host.get("pid"), namespaces("self").get("pid")}
    for pid in sorted(pids()):
        mounts = link(f"/proc/{pid}/ns/mnt")
        if mounts is None or mounts in {own, first}:
            continue
        root = identity(f"/proc/{pid}/root")
        if root is None or _empty(f"/proc/{pid}/root"):
            continue
        if root == machine.root and link(f"/proc/{pid}/ns/pid") in numbers:
            continue
        yield pid


def _empty(folder: str) -> bool:
    """Whether nothing is in a folder: programs lock themselves up in such a one."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True
