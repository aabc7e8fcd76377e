"""Limits as the control groups have them, the tighter ones of groups above included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import BlockLimit
from hardhull.formats.live.nodes import all_ending, ending, key, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.real import Real
    from hardhull.text.nodes import Entry

TOP = 1 << 62
"""Bytes from which on cgroup v1's number stands for "no limit"."""
SHARES = 1024
"""The shares of a group that nobody gave any."""
THROTTLES = {
    "/blkio.throttle.read_bps_device": "read_bps",
    "/blkio.throttle.write_bps_device": "write_bps",
    "/blkio.throttle.read_iops_device": "read_iops",
    "/blkio.throttle.write_iops_device": "write_iops",
}
V2_THROTTLES = {"rbps": "read_bps", "wbps": "write_bps", "riops": "read_iops", "wiops": "write_iops"}


def read_limits(real: Real) -> None:
    """Fills memory, swap, processes, processors and block I/O."""
    _memory(real)
    _swap(real)
    _pids(real)
    _cpus(real)
    _block(real)
    _oom(real)
    _machine(real)


def _least(real: Real, *tails: str) -> tuple[Entry | None, int | None]:
    """The tightest of the groups' limits, and where it stands; the container's own file where there is none."""
    entries = [entry for tail in tails for entry in all_ending(real.kernel, tail)]
    numbers = [(int(word(entry.value)), entry) for entry in entries if word(entry.value).isdigit()]
    limited = [(number, entry) for number, entry in numbers if number < TOP]
    if limited:
        number, entry = min(limited, key=lambda pair: pair[0])
        return entry, number
    return (entries[0] if entries else None), None


def _memory(real: Real) -> None:
    entry, least = _least(real, "/memory.limit_in_bytes", "/memory.max")
    if entry is None:
        return
    declared = real.workload.memory.get(None)
    if declared and (least is None or least > declared + 4096):
        real.drift("memory", f"a memory limit of {declared}", f"{least or 'no limit'}", entry.value)
    real.put("memory", least, entry.value, entry.name or "", written=least is not None)


def _swap(real: Real) -> None:
    entry, least = _least(real, "/memory.memsw.limit_in_bytes")
    declared = real.workload.memory_swap.get(None)
    memory = real.file("/memory.limit_in_bytes")
    if entry is not None:
        if declared and declared > 0 and least is None:
            real.drift("memory_swap", f"a swap limit of {declared}", "no limit", entry.value)
        if least is not None:
            real.put("memory_swap", least, entry.value, entry.name or "")
    elif memory is not None and declared and declared > 0:
        real.drift("memory_swap", f"a swap limit of {declared}", "none", memory, "this kernel does not count swap")


def _pids(real: Real) -> None:
    entry, least = _least(real, "/pids.max")
    if entry is None:
        return
    declared = real.workload.pids.get(None)
    if declared and declared > 0 and (least is None or least > declared):
        real.drift("pids", f"at most {declared} processes", f"{least or 'no limit'}", entry.value)
    real.put("pids", least, entry.value, entry.name or "", written=least is not None)


def _cpus(real: Real) -> None:
    quota, period = ending(real.kernel, "/cpu.cfs_quota_us"), ending(real.kernel, "/cpu.cfs_period_us")
    both = ending(real.kernel, "/cpu.max")
    cpus: float | None = None
    entry = quota or both
    if entry is None:
        return
    words = word(both.value).split() if both is not None else [word(entry.value), word(period.value) if period else ""]
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]):
        cpus = int(words[0]) / int(words[1])
    declared = real.workload.cpus.get(None)
    if declared and cpus is None:
        real.drift("cpus", f"{declared:g} processors", "no limit", entry.value)
    real.put("cpus", cpus, entry.value, entry.name or "", written=cpus is not None)
    shares = ending(real.kernel, "/cpu.shares")
    if shares is not None and word(shares.value).isdigit():
        own = int(word(shares.value))
        real.put("cpu_shares", None if own == SHARES else own, shares.value, shares.name or "", written=own != SHARES)


def _block(real: Real) -> None:
    """Throttles by device, as ``major:minor``; what was declared and is not there has no effect."""
    found = []
    for tail, what in THROTTLES.items():
        entry = ending(real.kernel, tail)
        if entry is not None:
            for line in word(entry.value).splitlines():
                device, _, rate = line.partition(" ")
                if rate.isdigit():
                    found.append(Field("block_io", BlockLimit(what, device, int(rate)), real.place(entry.value)))
    unified = ending(real.kernel, "/io.max")
    if unified is not None:
        for line in word(unified.value).splitlines():
            device, *pairs = line.split()
            for name, _, rate in (pair.partition("=") for pair in pairs):
                if name in V2_THROTTLES and rate.isdigit():
                    limit = BlockLimit(V2_THROTTLES[name], device, int(rate))
                    found.append(Field("block_io", limit, real.place(unified.value)))
    declared = [item for item in real.workload.block_io.get(()) if item.known]
    proof = ending(real.kernel, "/blkio.throttle.read_bps_device") or unified
    if proof is None:
        return
    kinds = {item.value.what for item in found}
    weighable = any(ending(real.kernel, tail) for tail in ("/blkio.weight", "/blkio.bfq.weight", "/io.weight"))
    for item in declared:
        what = item.value.what
        if what.startswith("weight") and not weighable:
            why = "this kernel's disks have no scheduler with weights"
            real.drift("block_io", f"an I/O weight of {item.value.rate}", "no weight", proof.value, why)
        elif not what.startswith("weight") and what not in kinds:
            real.drift("block_io", f"{what} of {item.value.rate}", "no throttle", proof.value)
    if not found and not declared:
        real.put("block_io", (), proof.value, proof.name or "", written=False)
    if found:
        weights = [item for item in declared if item.value.what.startswith("weight")]
        real.workload.fields["block_io"] = Field("block_io", (*weights, *found), found[0].place)


def _oom(real: Real) -> None:
    entry = ending(real.kernel, "/memory.oom_control")
    if entry is not None and "oom_kill_disable 1" in word(entry.value).splitlines():
        real.put("oom_kill_disable", True, entry.value, entry.name or "")
    score = ending(real.kernel, "/oom_score_adj")
    if score is not None and word(score.value).lstrip("-").isdigit() and int(word(score.value)) < 0:
        real.put("oom_score_adj", int(word(score.value)), score.value, score.name or "")


def _machine(real: Real) -> None:
    """What the machine has, to tell a limit from a number that nobody can reach."""
    total = key(key(real.machine, "/proc/meminfo"), "MemTotal")
    words = word(total).split()
    if total is not None and words and words[0].isdigit():
        real.put("machine_memory", int(words[0]) * 1024, total, "/proc/meminfo", written=False)
    processors = key(key(real.machine, "/proc/cpuinfo"), "processors")
    if processors is not None:
        text = real.source.text(processors.span)
        real.put("machine_cpus", int(text) if text.isdigit() else None, processors, "/proc/cpuinfo", written=False)
    least = [key(real.machine, name) for name in ("/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max")]
    numbers = [(int(word(node)), node) for node in least if node is not None and word(node).isdigit()]
    if numbers:
        number, node = min(numbers, key=lambda pair: pair[0])
        real.put("machine_pids", number, node, "the kernel's own limit", written=False)
