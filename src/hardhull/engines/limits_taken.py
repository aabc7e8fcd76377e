"""Limits of memory, processes and processors, each shown by a load or by what the kernel has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.engines.limits_bare import MIB, STARTED, TAKEN, at, verdict
from hardhull.engines.loads import limited
from hardhull.engines.probe import ProbeError
from hardhull.facts.limits import KEPT, NOTHING, PARTLY, REFUSED, SET, UNSEEN, ShownLimit
from hardhull.hosts.proc import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import APIClient

    from hardhull.engines.limits_bare import Bare
    from hardhull.engines.loads import Limited

MEMORY: Final = 64
"""MiB that a container may have."""
PIDS: Final = 32
"""Processes that it may have."""
PERIOD, QUOTA, WORK = 100_000, 25_000, 600
"""Microseconds: a quarter of one processor; and milliseconds for which it works."""


def taken(client: APIClient, bare: Bare, tell: Callable[[str], None]) -> Iterator[ShownLimit]:
    """Those that go together in one container; each alone where the engine does not take them all."""
    both: dict[str, Any] = {}
    for look in TOGETHER:
        both |= look.host
    tell(", ".join(look.setting for look in TOGETHER))
    try:
        with limited(client, both) as one:
            for look in TOGETHER:
                yield look.ask(one, bare)._replace(setting=look.setting, given=look.given)
        alone: tuple[Look, ...] = ALONE
    except ProbeError:
        alone = (*TOGETHER, *ALONE)
    for look in alone:
        tell(look.setting)
        try:
            with limited(client, look.host) as one:
                yield look.ask(one, bare)._replace(setting=look.setting, given=look.given)
        except ProbeError as error:
            yield ShownLimit(look.setting, look.given, REFUSED, "", "", str(error))


def _memory(one: Limited, bare: Bare) -> ShownLimit:
    ended = verdict(one.load(f"flood-memory={TAKEN}"))
    file = one.kernel("memory", "memory.limit_in_bytes", "memory.max")
    seen = f"{TAKEN} MiB: {ended} with it, {bare.memory} without"
    if ended == "killed" and bare.memory == "succeeded":
        return ShownLimit("", "", KEPT, seen, at(file))
    most = one.kernel("memory", "memory.max_usage_in_bytes", "memory.peak")
    if most and most[1].isdigit() and int(most[1]) <= MEMORY * MIB and bare.memory == "succeeded":
        return ShownLimit("", "", PARTLY, seen, at(most), "what does not fit goes to swap")
    why = "" if bare.memory == "succeeded" else "a container without it could not take so much either"
    return ShownLimit("", "", UNSEEN if why else NOTHING, seen, at(file), why)


def _swap(one: Limited, bare: Bare) -> ShownLimit:
    file = one.kernel("memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
    if file is None:
        return ShownLimit("", "", NOTHING, "", "", "this kernel does not count swap (swapaccount=1)")
    if len(lines("/proc/swaps")) < 2:
        return ShownLimit("", "", SET, "", at(file), "this machine has no swap, so nothing shows it")
    ended = verdict(one.load(f"flood-memory={TAKEN}"))
    seen = f"{TAKEN} MiB: {ended} with it, {bare.memory} without"
    kept = ended == "killed" and bare.memory == "succeeded"
    return ShownLimit("", "", KEPT if kept else UNSEEN, seen, at(file))


def _pids(one: Limited, bare: Bare) -> ShownLimit:
    ended = verdict(one.load(f"flood-processes={STARTED}"))
    seen = f"{STARTED} processes: {ended} with it, {bare.pids} without"
    file = one.kernel("pids", "pids.max")
    if bare.pids != "succeeded":
        return ShownLimit("", "", UNSEEN, seen, at(file), "a container without it could not start so many either")
    return ShownLimit("", "", KEPT if ended == "blocked" else NOTHING, seen, at(file))


def _cpus(one: Limited, _bare: Bare) -> ShownLimit:
    words = one.load(f"--load=cpu={WORK}")
    used, passed = (int(words[1]), int(words[2])) if len(words) == 3 else (0, 0)
    held = one.stat("cpu", "cpu.stat", "nr_throttled")
    file = one.kernel("cpu", "cpu.cfs_quota_us", "cpu.max")
    seen = f"{used} ms of {passed} ms used; held up {held} times"
    if held and used <= passed * 2 * QUOTA / PERIOD:
        return ShownLimit("", "", KEPT, seen, at(file))
    nothing = passed and used > passed * 2 * QUOTA / PERIOD
    return ShownLimit("", "", NOTHING if nothing else UNSEEN, seen, at(file), "" if nothing else "too little was used")


def _cpuset(one: Limited, _bare: Bare) -> ShownLimit:
    allowed = one.status("Cpus_allowed_list")
    return ShownLimit(
        "", "", KEPT if allowed == "0" else NOTHING, "", f"/proc/PID/status Cpus_allowed_list = {allowed}"
    )


def _file(
    controller: str, name: str, unified: str, wanted: str, why: str, new: str = ""
) -> Callable[[Limited, Bare], ShownLimit]:
    """A setting that only counts in a need that is not made here: whether the kernel has it at all.

    Args:
        controller: of cgroup v1.
        name: of its file.
        unified: of the file in cgroup v2.
        wanted: a line of it.
        why: when it counts.
        new: the line in cgroup v2, where it is another one.
    """

    def look(one: Limited, _bare: Bare) -> ShownLimit:
        file = one.kernel(controller, name, unified)
        if file is None:
            return ShownLimit("", "", NOTHING, "", "", f"this kernel has no {name}")
        if wanted not in file[1].splitlines() and (not new or file[1] != new):
            return ShownLimit("", "", NOTHING, "", at(file), "the kernel has another value")
        return ShownLimit("", "", SET, "", at(file, wanted), why)

    return look


class Look(NamedTuple):
    """How a setting is looked at.

    Attributes:
        setting: as in :class:`ShownLimit`.
        given: likewise.
        host: the keys of the HostConfig.
        ask: what looks at it.
    """

    setting: str
    given: str
    host: dict[str, Any]
    ask: Callable[[Limited, Bare], ShownLimit]


_BOTH: Final = {"Memory": MEMORY * MIB, "MemorySwap": MEMORY * MIB}
TOGETHER: Final = (
    Look("memory", f"{MEMORY} MiB", _BOTH, _memory),
    Look("memory_swap", f"{MEMORY} MiB with swap", _BOTH, _swap),
    Look("memory_reservation", "32 MiB", {"MemoryReservation": 32 * MIB},
         _file("memory", "memory.soft_limit_in_bytes", "memory.low", str(32 * MIB), "counts when memory is short")),
    Look("pids", f"{PIDS} processes", {"PidsLimit": PIDS}, _pids),
    Look("cpus", "a quarter of a processor", {"CpuPeriod": PERIOD, "CpuQuota": QUOTA}, _cpus),
    Look("cpu_shares", "512", {"CpuShares": 512},
         _file("cpu", "cpu.shares", "cpu.weight", "512", "counts when the processors are busy", "20")),
    Look("cpuset", "processor 0", {"CpusetCpus": "0"}, _cpuset),
)  # fmt: skip
ALONE: Final = (
    Look("kernel_memory", "32 MiB", {"KernelMemory": 32 * MIB},
         _file("memory", "memory.kmem.limit_in_bytes", "-", str(32 * MIB), "")),
    Look("memory_swappiness", "0", {"MemorySwappiness": 0},
         _file("memory", "memory.swappiness", "-", "0", "counts when the machine swaps")),
    Look("oom_kill_disable", "true", {**_BOTH, "OomKillDisable": True},
         _file("memory", "memory.oom_control", "-", "oom_kill_disable 1", "a container at its limit stands still")),
)  # fmt: skip
"""What many engines and kernels do not know: kernel memory is ignored since runc 1.0, the others since cgroup v2."""
