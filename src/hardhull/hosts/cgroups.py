"""The limits of a control group as they are set in the kernel, of cgroup v1 and v2.

Source of the names: Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst of the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.hosts.proc import lines, text

if TYPE_CHECKING:
    from hardhull.hosts.mounts import Mounted

V1 = {
    "memory": ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes",
               "memory.oom_control"),
    "pids": ("pids.max",),
    "cpu": ("cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.shares"),
    "blkio": ("blkio.weight", "blkio.bfq.weight", "blkio.throttle.read_bps_device",
              "blkio.throttle.write_bps_device", "blkio.throttle.read_iops_device",
              "blkio.throttle.write_iops_device"),
    "devices": ("devices.list",),
}  # fmt: skip
V2 = (
    "memory.max", "memory.swap.max", "memory.low", "memory.oom.group", "pids.max", "cpu.max", "cpu.weight", "io.weight",
    "io.max",
)  # fmt: skip
HANDED_DOWN = ("memory.limit_in_bytes", "memory.max", "pids.max")
"""Limits that also hold for every group below."""
TOP = 1 << 62
"""Bytes from which on cgroup v1's number for "no limit" begins (the largest multiple of a page)."""


class Groups:
    """The hierarchies of control groups of this machine."""

    def __init__(self, mounts: list[Mounted]) -> None:
        self.unified = next((one.target for one in mounts if one.kind == "cgroup2"), "")
        self.v1: dict[str, str] = {}
        for one in mounts:
            if one.kind == "cgroup" and one.root == "/":
                names = one.line.rpartition(" ")[2].split(",")
                for name in names:
                    self.v1.setdefault(name, one.target)

    def of(self, pid: int) -> dict[str, str]:
        """The group of a process in each hierarchy: controller (empty for v2) to path."""
        found = {}
        for line in lines(f"/proc/{pid}/cgroup"):
            _, names, path = (*line.split(":", 2), "", "")[:3]
            for name in names.split(","):
                found[name] = path
        return found

    def readings(self, groups: dict[str, str]) -> dict[str, str]:
        """File to content of every limit of a process, those of groups above it where they are tighter.

        Args:
            groups: of the process.
        """
        found: dict[str, str] = {}
        for controller, names in V1.items():
            top, path = self.v1.get(controller), groups.get(controller)
            if top and path is not None:
                for name in names:
                    self._take(found, top, path, name)
        if self.unified and groups.get(""):
            for name in V2:
                self._take(found, self.unified, groups[""], name)
        return found

    def _take(self, found: dict[str, str], top: str, path: str, name: str) -> None:
        own = f"{top}{path.rstrip('/')}/{name}"
        value = text(own)
        if value is None:
            return
        found[own] = value
        if name in HANDED_DOWN:
            above = path.rstrip("/").rpartition("/")[0]
            while above:
                upper = text(f"{top}{above}/{name}")
                if upper and limit(upper) is not None and _tighter(upper, value):
                    found[f"{top}{above}/{name}"] = upper
                above = above.rpartition("/")[0]

    def file(self, groups: dict[str, str], controller: str, name: str, unified: str) -> tuple[str, str] | None:
        """A file of a group and what it says, of cgroup v1 where the controller is there; None where there is none.

        Args:
            groups: of a process.
            controller: of cgroup v1.
            name: of the file there.
            unified: of the file in cgroup v2.
        """
        places = ((self.v1.get(controller), groups.get(controller), name), (self.unified, groups.get(""), unified))
        for top, path, file in places:
            found = text(f"{top}{path.rstrip('/')}/{file}") if top and path else None
            if found is not None:
                return f"{top}{path}/{file}", found
        return None

    def processes(self, groups: dict[str, str]) -> list[int]:
        """The processes of a group."""
        for top, path in ((self.v1.get("pids"), groups.get("pids")), (self.unified, groups.get(""))):
            if top and path and path != "/":
                found = [int(line) for line in lines(f"{top}{path}/cgroup.procs") if line.isdigit()]
                if found:
                    return found
        return []


def limit(value: str) -> int | None:
    """A limit as a number; None for none."""
    return int(value) if value.isdigit() and int(value) < TOP else None


def _tighter(one: str, other: str) -> bool:
    mine, theirs = limit(one), limit(other)
    return mine is not None and (theirs is None or mine < theirs)
