"""What each limit does here: shown by a load with it and without it, else by what the kernel has of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.engines import probe
from hardhull.engines.loads import limited, volume
from hardhull.facts.limits import KEPT, NOTHING, PARTLY, REFUSED, SET, UNSEEN, ShownLimit
from hardhull.hosts.proc import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import APIClient

    from hardhull.engines.loads import Disk, Limited

CONTAINER: Final = re.compile(r"[0-9a-f]{64}")
MIB: Final = 1 << 20
MEMORY, TAKEN = 64, 160
"""MiB that a container may have, and that it tries to take."""
PIDS, STARTED = 32, 128
"""Processes that it may have, and that it tries to start."""
PERIOD, QUOTA, WORK = 100_000, 25_000, 600
"""Microseconds: a quarter of one processor; and milliseconds for which it works."""
RATE, MOVED, BLOCK = 2 * MIB, 2048, 64
"""Bytes a second that it may write or read, KiB that it does, in blocks of so many KiB."""
OPERATIONS: Final = 20
"""Blocks a second."""
HALF: Final = 0.5
"""A load that takes less than this part of the time that the limit asks for was not held up by it."""
WEIGHTED: Final = frozenset({"bfq", "cfq"})
"""Schedulers of disks that know weights (block/bfq-iosched.c; cfq went with Linux 5.0)."""


class Bare(NamedTuple):
    """A container without limits: what it is compared with."""

    memory: str
    pids: str
    write: int
    read: int


def shown(client: APIClient, tell: Callable[[str], None] = lambda _: None) -> list[ShownLimit]:
    """What every limit does, in throwaway containers of one small program. The image is brought and taken away.

    Args:
        client: the engine, on this machine.
        tell: is told what is tried next.

    Raises:
        ProbeError: no container runs at all.
    """
    probe.bring_image(client)
    try:
        with volume(client) as (name, disk):
            tell("without limits")
            bare = _bare(client, name)
            return [*_taken(client, bare, tell), *_block(client, disk, name, bare, tell), weight(client, disk)]
    finally:
        probe.clear(client)


def of_disk(client: APIClient, field: str) -> tuple[ShownLimit, ShownLimit]:
    """What a weight does, and what a throttle does. The image has to be there.

    Args:
        client: the engine.
        field: of :data:`THROTTLES`.

    Raises:
        ProbeError: no container runs at all.
    """
    with volume(client) as (name, disk):
        found = _block(client, disk, name, _bare(client, name), lambda _: None, (field,))
        return weight(client, disk), next(found)


def _bare(client: APIClient, volume_name: str) -> Bare:
    with limited(client, {}, volume_name) as one:
        return Bare(
            _verdict(one.load(f"flood-memory={TAKEN}")), _verdict(one.load(f"flood-processes={STARTED}")),
            _passed(one.load(f"--load=direct-write={MOVED}")), _passed(one.load(f"--load=direct-read={MOVED}")),
        )  # fmt: skip


def _verdict(words: list[str]) -> str:
    """``succeeded``, ``blocked`` or ``killed`` of a drill's line."""
    return words[1] if len(words) > 2 else ""


def _passed(words: list[str]) -> int:
    """Milliseconds of a load's line; -1 where it was refused."""
    return int(words[2]) if len(words) == 3 and words[2].isdigit() and words[1].isdigit() else -1


# ---- memory, processes, processors --------------------------------------------------------------------------------


def _taken(client: APIClient, bare: Bare, tell: Callable[[str], None]) -> Iterator[ShownLimit]:
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
    except probe.ProbeError:
        alone = (*TOGETHER, *ALONE)
    for look in alone:
        tell(look.setting)
        try:
            with limited(client, look.host) as one:
                yield look.ask(one, bare)._replace(setting=look.setting, given=look.given)
        except probe.ProbeError as error:
            yield ShownLimit(look.setting, look.given, REFUSED, "", "", str(error))


def _at(found: tuple[str, str] | None, line: str = "") -> str:
    """``FILE = VALUE``, without the name of a container that is gone by then."""
    if found is None:
        return ""
    file, value = CONTAINER.sub("ID", found[0]), line or found[1]
    return f"{file} = {value}"


def _memory(one: Limited, bare: Bare) -> ShownLimit:
    ended = _verdict(one.load(f"flood-memory={TAKEN}"))
    file = one.kernel("memory", "memory.limit_in_bytes", "memory.max")
    seen = f"{TAKEN} MiB: {ended} with it, {bare.memory} without"
    if ended == "killed" and bare.memory == "succeeded":
        return ShownLimit("", "", KEPT, seen, _at(file))
    most = one.kernel("memory", "memory.max_usage_in_bytes", "memory.peak")
    if most and most[1].isdigit() and int(most[1]) <= MEMORY * MIB and bare.memory == "succeeded":
        return ShownLimit("", "", PARTLY, seen, _at(most), "what does not fit goes to swap")
    why = "" if bare.memory == "succeeded" else "a container without it could not take so much either"
    return ShownLimit("", "", UNSEEN if why else NOTHING, seen, _at(file), why)


def _swap(one: Limited, bare: Bare) -> ShownLimit:
    file = one.kernel("memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
    if file is None:
        return ShownLimit("", "", NOTHING, "", "", "this kernel does not count swap (swapaccount=1)")
    if len(lines("/proc/swaps")) < 2:
        return ShownLimit("", "", SET, "", _at(file), "this machine has no swap, so nothing shows it")
    ended = _verdict(one.load(f"flood-memory={TAKEN}"))
    seen = f"{TAKEN} MiB: {ended} with it, {bare.memory} without"
    kept = ended == "killed" and bare.memory == "succeeded"
    return ShownLimit("", "", KEPT if kept else UNSEEN, seen, _at(file))


def _pids(one: Limited, bare: Bare) -> ShownLimit:
    ended = _verdict(one.load(f"flood-processes={STARTED}"))
    seen = f"{STARTED} processes: {ended} with it, {bare.pids} without"
    file = one.kernel("pids", "pids.max")
    if bare.pids != "succeeded":
        return ShownLimit("", "", UNSEEN, seen, _at(file), "a container without it could not start so many either")
    return ShownLimit("", "", KEPT if ended == "blocked" else NOTHING, seen, _at(file))


def _cpus(one: Limited, _bare: Bare) -> ShownLimit:
    words = one.load(f"--load=cpu={WORK}")
    used, passed = (int(words[1]), int(words[2])) if len(words) == 3 else (0, 0)
    held = one.stat("cpu", "cpu.stat", "nr_throttled")
    file = one.kernel("cpu", "cpu.cfs_quota_us", "cpu.max")
    seen = f"{used} ms of {passed} ms used; held up {held} times"
    if held and used <= passed * 2 * QUOTA / PERIOD:
        return ShownLimit("", "", KEPT, seen, _at(file))
    nothing = passed and used > passed * 2 * QUOTA / PERIOD
    return ShownLimit("", "", NOTHING if nothing else UNSEEN, seen, _at(file), "" if nothing else "too little was used")


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
            return ShownLimit("", "", NOTHING, "", _at(file), "the kernel has another value")
        return ShownLimit("", "", SET, "", _at(file, wanted), why)

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


# ---- block I/O ----------------------------------------------------------------------------------------------------

THROTTLES: Final = (
    ("read_bps", "BlkioDeviceReadBps", "direct-read", RATE, MOVED * 1024 * 1000 // RATE),
    ("write_bps", "BlkioDeviceWriteBps", "direct-write", RATE, MOVED * 1024 * 1000 // RATE),
    ("read_iops", "BlkioDeviceReadIOps", "direct-read", OPERATIONS, MOVED // BLOCK * 1000 // OPERATIONS),
    ("write_iops", "BlkioDeviceWriteIOps", "direct-write", OPERATIONS, MOVED // BLOCK * 1000 // OPERATIONS),
)
"""Field, key of the HostConfig, load, limit, and milliseconds that the load takes at the least with it."""


def _block(
    client: APIClient,
    disk: Disk,
    volume_name: str,
    bare: Bare,
    tell: Callable[[str], None],
    wanted: tuple[str, ...] = (),
) -> Iterator[ShownLimit]:
    for field, key, kind, limit, least in THROTTLES:
        if wanted and field not in wanted:
            continue
        given = f"{limit // MIB} MiB a second" if limit == RATE else f"{limit} operations a second"
        if not disk.device:
            yield ShownLimit(field, given, UNSEEN, "", "", disk.why)
            continue
        tell(field)
        try:
            with limited(client, {key: [{"Path": disk.device, "Rate": limit}]}, volume_name) as one:
                yield _throttled(one, field, kind, least, bare)._replace(setting=field, given=given)
                if field == "write_bps":
                    yield _buffered(one, least)._replace(given=given)
        except probe.ProbeError as error:
            yield ShownLimit(field, given, REFUSED, "", "", str(error))


def _throttled(one: Limited, field: str, kind: str, least: int, bare: Bare) -> ShownLimit:
    took = _passed(one.load(f"--load={kind}={MOVED}"))
    without = bare.read if kind == "direct-read" else bare.write
    file = one.kernel("blkio", f"blkio.throttle.{field}_device", "io.max")
    seen = f"{MOVED} KiB past the cache: {took} ms with it, {without} ms without"
    if took < 0 or without < 0:
        return ShownLimit("", "", UNSEEN, "", _at(file), "its file system takes nothing past the cache")
    if took < least * HALF:
        return ShownLimit("", "", NOTHING, seen, _at(file))
    if without > least * HALF:
        return ShownLimit("", "", UNSEEN, seen, _at(file), "the disk is as slow without it")
    return ShownLimit("", "", KEPT, seen, _at(file))


def _buffered(one: Limited, least: int) -> ShownLimit:
    """Writes through the cache, which cgroup v1 does not count for who wrote."""
    took = _passed(one.load(f"--load=write={MOVED}"))
    seen = f"{MOVED} KiB through the cache: {took} ms"
    if one.kernel("blkio", "blkio.throttle.write_bps_device", "-") is None:
        return ShownLimit(
            "write_bps_buffered", "", UNSEEN, seen, "", "cgroup v2 holds them up later, when they are stored"
        )
    held = took >= least * HALF
    why = "" if held else "cgroup v1 does not hold up what is written through the cache"
    return ShownLimit("write_bps_buffered", "", KEPT if held else NOTHING, seen, "", why)


def weight(client: APIClient, disk: Disk) -> ShownLimit:
    """What a disk weight does: the kernel has to have it, and the disk's scheduler to know it."""
    given = "weight 300"
    try:
        with limited(client, {"BlkioWeight": 300}) as one:
            files = ("blkio.bfq.weight", "io.bfq.weight"), ("blkio.weight", "io.weight")
            file = next((found for names in files if (found := one.kernel("blkio", *names))), None)
            if file is None:
                return ShownLimit("weight", given, NOTHING, "", "", "this kernel's control groups have no weight")
            if "300" not in file[1].split():
                return ShownLimit("weight", given, NOTHING, "", _at(file), "the engine leaves it out")
            if disk.scheduler and disk.scheduler not in WEIGHTED:
                why = f"{disk.device} uses {disk.scheduler}, which knows no weights"
                return ShownLimit("weight", given, NOTHING, "", _at(file), why)
            return ShownLimit("weight", given, SET, "", _at(file), "counts when several want the disk")
    except probe.ProbeError as error:
        return ShownLimit("weight", given, REFUSED, "", "", str(error))
