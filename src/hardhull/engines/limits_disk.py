"""Limits of block I/O, each shown by bytes that take as long as it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.engines.limits_bare import MIB, MOVED, at, passed
from hardhull.engines.loads import limited
from hardhull.engines.probe import ProbeError
from hardhull.facts.limits import KEPT, NOTHING, REFUSED, SET, UNSEEN, ShownLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import APIClient

    from hardhull.engines.limits_bare import Bare
    from hardhull.engines.loads import Disk, Limited

RATE, BLOCK = 2 * MIB, 64
"""Bytes a second that a container may write or read, in blocks of so many KiB."""
OPERATIONS: Final = 20
"""Blocks a second."""
HALF: Final = 0.5
"""A load that takes less than this part of the time that the limit asks for was not held up by it."""
WEIGHTED: Final = frozenset({"bfq", "cfq"})
"""Schedulers of disks that know weights (block/bfq-iosched.c; cfq went with Linux 5.0)."""
THROTTLES: Final = (
    ("read_bps", "BlkioDeviceReadBps", "direct-read", RATE, MOVED * 1024 * 1000 // RATE),
    ("write_bps", "BlkioDeviceWriteBps", "direct-write", RATE, MOVED * 1024 * 1000 // RATE),
    ("read_iops", "BlkioDeviceReadIOps", "direct-read", OPERATIONS, MOVED // BLOCK * 1000 // OPERATIONS),
    ("write_iops", "BlkioDeviceWriteIOps", "direct-write", OPERATIONS, MOVED // BLOCK * 1000 // OPERATIONS),
)
"""Field, key of the HostConfig, load, limit, and milliseconds that the load takes at the least with it."""


def block(
    client: APIClient,
    disk: Disk,
    volume_name: str,
    bare: Bare,
    tell: Callable[[str], None],
    wanted: tuple[str, ...] = (),
) -> Iterator[ShownLimit]:
    """Throttles, each with its own container.

    Args:
        client: the engine.
        disk: under the volume.
        volume_name: where is written.
        bare: how long it takes without.
        tell: is told what is tried next.
        wanted: fields of :data:`THROTTLES`; all of them for none.
    """
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
        except ProbeError as error:
            yield ShownLimit(field, given, REFUSED, "", "", str(error))


def _throttled(one: Limited, field: str, kind: str, least: int, bare: Bare) -> ShownLimit:
    took = passed(one.load(f"--load={kind}={MOVED}"))
    without = bare.read if kind == "direct-read" else bare.write
    file = one.kernel("blkio", f"blkio.throttle.{field}_device", "io.max")
    seen = f"{MOVED} KiB past the cache: {took} ms with it, {without} ms without"
    if took < 0 or without < 0:
        return ShownLimit("", "", UNSEEN, "", at(file), "its file system takes nothing past the cache")
    if took < least * HALF:
        return ShownLimit("", "", NOTHING, seen, at(file))
    if without > least * HALF:
        return ShownLimit("", "", UNSEEN, seen, at(file), "the disk is as slow without it")
    return ShownLimit("", "", KEPT, seen, at(file))


def _buffered(one: Limited, least: int) -> ShownLimit:
    """Writes through the cache, which cgroup v1 does not count for who wrote."""
    took = passed(one.load(f"--load=write={MOVED}"))
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
                return ShownLimit("weight", given, NOTHING, "", at(file), "the engine leaves it out")
            if disk.scheduler and disk.scheduler not in WEIGHTED:
                why = f"{disk.device} uses {disk.scheduler}, which knows no weights"
                return ShownLimit("weight", given, NOTHING, "", at(file), why)
            return ShownLimit("weight", given, SET, "", at(file), "counts when several want the disk")
    except ProbeError as error:
        return ShownLimit("weight", given, REFUSED, "", "", str(error))
