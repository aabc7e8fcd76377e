"""What all containers of a machine share: its namespaces, its mounts, the sockets of its engines."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from hardhull.hosts.cgroups import Groups
from hardhull.hosts.mounts import HostPaths, mounted
from hardhull.hosts.proc import identity, lines, link, namespaces, pids, text

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("dockerd", "containerd", "podman", "crio", "buildkitd", "cri-dockerd", "k3s", "k3s-server", "kubelet")
"""Programs whose sockets take orders to start containers."""
FIRST = {
    "ipc": "ipc:[4026531839]", "uts": "uts:[4026531838]", "user": "user:[4026531837]", "pid": "pid:[4026531836]",
    "cgroup": "cgroup:[4026531835]",
}  # fmt: skip
"""The first namespaces have the same numbers on every machine (include/uapi or include/linux/proc_ns.h)."""
LISTENS = 0x10000
"""``__SO_ACCEPTCON`` in the flags of /proc/net/unix."""


class Machine:
    """One look at the machine, shared by all containers.

    Attributes:
        engine: the process that answers on the engine's socket; 0 where nobody can say.
        host: the namespaces that count as the host's, by kind, and the file that says so.
        groups: control groups.
        paths: the host's names of what is mounted in containers.
        sockets: where engines listen.
        hidden: whether there are engines whose sockets may not be listed.
    """

    def __init__(self, address: str) -> None:
        self.engine = listener(address)
        self.host, self.host_from = self._host()
        own = mounted("self")
        self.mounts = own
        self.groups = Groups(own)
        self.paths = HostPaths(own)
        self.hidden = False
        self.sockets = list(self._sockets())
        self.root = identity("/")

    def _host(self) -> tuple[dict[str, str], str]:
        """The first namespaces; the network is the engine's, which may have one of its own."""
        found = {**namespaces("self"), **namespaces(1)}
        for name, first in FIRST.items():
            found[name] = first if name in found else found.get(name, first)
        where = "/proc/1/ns"
        if self.engine > 1:
            of_engine = namespaces(self.engine)
            if "net" in of_engine:
                found["net"], where = of_engine["net"], f"/proc/{self.engine}/ns"
        return found, where

    def _sockets(self) -> Iterator[dict[str, Any]]:
        """The Unix sockets on which programs of :data:`ENGINES` listen."""
        for pid in pids():
            name = text(f"/proc/{pid}/comm") or ""
            if name not in ENGINES:
                continue
            held = set(_held(pid))
            self.hidden |= not held
            for line in lines(f"/proc/{pid}/net/unix")[1:]:
                fields = line.split(None, 7)  # a path may have blanks
                if len(fields) < 8 or not int(fields[3], 16) & LISTENS or fields[6] not in held:
                    continue
                path = fields[7]
                where = identity(f"/proc/{pid}/root{path}") if path.startswith("/") else None
                if where is not None:
                    yield {"path": path, "owner": name, "pid": pid, "device": where[0], "inode": where[1]}

    def plain(self) -> dict[str, Any]:
        """The same for the document."""
        return {
            self.host_from: self.host,
            "/proc/net/unix": [
                {"path": one["path"], "owner": f"{one['owner']} ({one['pid']})"} for one in self.sockets
            ],
            "/proc/meminfo": _total_memory(),
            "/proc/cpuinfo": {"processors": os.cpu_count() or 1},
            "/proc/sys/kernel/pid_max": text("/proc/sys/kernel/pid_max") or "",
            "/proc/sys/kernel/threads-max": text("/proc/sys/kernel/threads-max") or "",
            "/sys/kernel/security/lsm": security_modules(),
        }


def security_modules() -> str:
    """The Linux security modules that this kernel runs; empty for none that confines by labels or profiles."""
    listed = text("/sys/kernel/security/lsm")
    if listed is not None:
        return listed
    found = []
    if (text("/sys/module/apparmor/parameters/enabled") or "").startswith("Y"):
        found.append("apparmor")
    if text("/sys/fs/selinux/enforce") is not None:
        found.append("selinux")
    return ",".join(found)


def listener(address: str) -> int:
    """The process that listens on a Unix socket, as the kernel noted it (SO_PEERCRED); 0 where that cannot be asked.

    Where systemd or another program opened the socket for the engine, the kernel noted that one; then it is the engine
    that holds the same socket. Behind a proxy there is none.
    """
    if not address.startswith("unix://"):
        return 0
    path = address.removeprefix("unix://")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
            asked.settimeout(5)
            asked.connect(path)
            pid = int.from_bytes(asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little")
    except OSError:
        return 0
    if _is_engine(pid):
        return pid
    names = ([path], [os.path.realpath(path)])  # /var/run is a link to /run, and the kernel keeps the name it was given
    inodes = {line.split()[6] for line in lines("/proc/net/unix")[1:] if line.split(None, 7)[7:] in names}
    for other in pids():
        if _is_engine(other) and inodes & set(_held(other)):
            return other
    return 0


def _is_engine(pid: int) -> bool:
    name = text(f"/proc/{pid}/comm") or ""
    return name in ENGINES or name.startswith("dockerd")


def _held(pid: int) -> Iterator[str]:
    """The inodes of the sockets that a process holds."""
    try:
        names = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208  names only, and fast
    except OSError:
        return
    for name in names:
        target = link(f"/proc/{pid}/fd/{name}") or ""
        if target.startswith("socket:["):
            yield target[8:-1]


def _total_memory() -> dict[str, str]:
    found = next((line for line in lines("/proc/meminfo") if line.startswith("MemTotal:")), "")
    return {"MemTotal": " ".join(found.partition(":")[2].split())}
