"""One container as the kernel has it, file by file. Nothing is run in it, and nothing of it is opened for writing."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

from hardhull.hosts.mounts import mounted
from hardhull.hosts.proc import identity, link, namespaces, status, text

if TYPE_CHECKING:
    from hardhull.hosts.machine import Machine
    from hardhull.hosts.mounts import Mounted

VIRTUAL = frozenset(
    {"proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "bpf", "pstore",
     "configfs", "fusectl", "hugetlbfs", "binfmt_misc", "efivarfs", "nsfs"}
)  # fmt: skip
"""File systems that show the kernel; in a container of its own namespaces they show its own part of it."""
USUAL = frozenset({"/proc", "/sys", "/dev"})
MASKED = ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware", "/proc/acpi", "/proc/scsi")
READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")
"""What the engine hides or write-protects (moby, ``oci/defaults.go``)."""
SSH_SERVERS = frozenset({"sshd", "dropbear"})
MOST_PROCESSES = 4096
OTHERS = 8
"""Processes with other rights than the first one of which the document keeps the readings."""
RIGHTS = ("Uid", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp")


def reality(pid: int, machine: Machine) -> dict[str, Any]:
    """What the kernel says of a container whose first process is ``pid``; nothing where the process has gone.

    Returns:
        The names of files to what was read in them; of mounts, the lines that show the host and the path they show.
    """
    own = status(pid)
    if not own:
        return {}
    groups = machine.groups.of(pid)
    members = machine.groups.processes(groups)[:MOST_PROCESSES]
    found: dict[str, Any] = {f"/proc/{pid}/status": own}
    found[f"/proc/{pid}/uid_map"] = " ".join((text(f"/proc/{pid}/uid_map") or "").split())
    found[f"/proc/{pid}/ns"] = namespaces(pid)
    for name in ("attr/current", "oom_score_adj"):
        read = text(f"/proc/{pid}/{name}")
        if read is not None:  # what may not be read is not there: an empty text would say that there is no profile
            found[f"/proc/{pid}/{name}"] = read
    found[f"/proc/{pid}/cgroup"] = {name or "unified": path for name, path in groups.items()}
    found |= machine.groups.readings(groups)
    mounts = _mounts(pid, machine)
    if mounts:
        found[f"/proc/{pid}/mountinfo"] = mounts
    found |= _devices(pid)
    found |= _processes(pid, own, members)
    return found


def _mounts(pid: int, machine: Machine) -> list[dict[str, Any]]:
    """The root, what shows something of the host, and which paths of /proc and /sys are covered."""
    found: list[dict[str, Any]] = []
    for one in mounted(pid):
        if one.target == "/":
            found.append({"target": "/", "what": "root", "options": ",".join(one.options), "line": one.line})
        elif one.target in MASKED or one.target in READ_ONLY:
            found.append({"target": one.target, "what": "covered", "line": one.line})
        elif one.kind not in VIRTUAL or not _is_usual(one.target):
            entry = _shown(pid, one, machine)
            if entry:
                found.append(entry)
    return found


def _is_usual(target: str) -> bool:
    """Whether a file system of the kernel is where every container has its own."""
    return target in USUAL or target.startswith(("/proc/", "/sys/", "/dev/"))


def _shown(pid: int, one: Mounted, machine: Machine) -> dict[str, Any]:
    """A mount of a part of the host's file systems, and the engines' sockets that are in it."""
    host = machine.paths.of(one)
    if host is None:
        return {} if one.kind == "tmpfs" else _foreign(one)
    entry: dict[str, Any] = {"target": one.target, "what": "host", "host": host, "line": one.line}
    entry["read_only"] = "ro" in one.options
    entry["propagation"] = ",".join(tag for tag in one.tags if tag.startswith(("shared:", "master:")))
    within = [item for item in machine.sockets if _is_in(item["path"], host) and _seen(pid, one.target, host, item)]
    if not within:
        mine = identity(f"/proc/{pid}/root{one.target}")
        within = [item for item in machine.sockets if (item["device"], item["inode"]) == mine]
    if within:
        entry["sockets"] = [f"{item['owner']} {item['path']}" for item in within]
    return entry


def _foreign(one: Mounted) -> dict[str, Any]:
    """A file system that the host does not mount itself: a whole disk, or a network share."""
    if one.kind in {"overlay", "aufs", "fuse-overlayfs"} or one.source in {"none", one.kind}:
        return {}
    return {
        "target": one.target,
        "what": "disk",
        "host": one.source,
        "read_only": "ro" in one.options,
        "line": one.line,
    }


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _seen(pid: int, target: str, host: str, item: dict[str, Any]) -> bool:
    """Whether the socket is really there in the container: another mount may lie over it."""
    inside = target.rstrip("/") + item["path"][len(host.rstrip("/")) :]
    return identity(f"/proc/{pid}/root{inside}") == (item["device"], item["inode"])


def _devices(pid: int) -> dict[str, Any]:
    """Device files in the container's /dev, by number."""
    folder, nodes = f"/proc/{pid}/root/dev", {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False)
                if stat.S_ISBLK(mode.st_mode) or stat.S_ISCHR(mode.st_mode):
                    kind = "b" if stat.S_ISBLK(mode.st_mode) else "c"
                    nodes[f"/dev/{entry.name}"] = f"{kind} {os.major(mode.st_rdev)}:{os.minor(mode.st_rdev)}"
                if len(nodes) >= 512:
                    break
    except OSError:
        return {}
    return {folder: dict(sorted(nodes.items()))}


def _processes(pid: int, own: dict[str, str], members: list[int]) -> dict[str, Any]:
    """Processes of the container that have other rights than its first one, and those that let people in."""
    found: dict[str, Any] = {}
    rights = [tuple(own.get(name) for name in RIGHTS)]
    for other in members:
        if other == pid:
            continue
        name = text(f"/proc/{other}/comm") or ""
        program = (link(f"/proc/{other}/exe") or "").rpartition("/")[2]
        if {name, program} & SSH_SERVERS:
            found[f"/proc/{other}/comm"] = name
        theirs = status(other)
        held = tuple(theirs.get(each) for each in RIGHTS)
        if theirs and held not in rights and len(rights) <= OTHERS:
            rights.append(held)
            found[f"/proc/{other}/status"] = theirs
    name = text(f"/proc/{pid}/comm") or ""
    program = (link(f"/proc/{pid}/exe") or "").rpartition("/")[2]
    if {name, program} & SSH_SERVERS:
        found[f"/proc/{pid}/comm"] = name
    return found
