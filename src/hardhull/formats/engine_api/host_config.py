"""``HostConfig``: what the container may do, and its limits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.parts import BlockLimit, Mount
from hardhull.formats.engine_api import parse
from hardhull.formats.engine_api.security import read_security
from hardhull.formats.jsonread import (
    entries_of,
    entry_place,
    fold,
    fold_entry,
    int_of,
    items_of,
    text_of,
)
from hardhull.model.field import Field
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hardhull.formats.engine_api.setter import Setter
    from hardhull.text.nodes import Entry, Node

_SCALARS: tuple[tuple[str, str, Callable[[Node], Any]], ...] = (
    ("privileged", "Privileged", parse.boolean),
    ("read_only", "ReadonlyRootfs", parse.boolean),
    ("init", "Init", parse.boolean),
    ("remove", "AutoRemove", parse.boolean),
    ("publish_all", "PublishAllPorts", parse.boolean),
    ("oom_kill_disable", "OomKillDisable", parse.boolean),
    ("oom_score_adj", "OomScoreAdj", parse.amount),
    ("restart", "RestartPolicy", parse.restart),
    ("pid", "PidMode", parse.text),
    ("ipc", "IpcMode", parse.text),
    ("uts", "UTSMode", parse.text),
    ("userns", "UsernsMode", parse.text),
    ("cgroupns", "CgroupnsMode", parse.text),
    ("cgroup_parent", "CgroupParent", parse.text),
    ("runtime_name", "Runtime", parse.text),
    ("memory", "Memory", parse.amount),
    ("memory_swap", "MemorySwap", parse.amount),
    ("memory_reservation", "MemoryReservation", parse.amount),
    ("cpu_shares", "CpuShares", parse.amount),
    ("pids", "PidsLimit", parse.amount),
    ("shm_size", "ShmSize", parse.amount),
    ("dns", "Dns", parse.words),
)
_LISTS: tuple[tuple[str, str, Callable[[Node], Any]], ...] = (
    ("cap_add", "CapAdd", parse.capability),
    ("cap_drop", "CapDrop", parse.capability),
    ("group_add", "GroupAdd", parse.string),
    ("devices", "Devices", parse.device),
    ("device_cgroup_rules", "DeviceCgroupRules", parse.string),
    ("extra_hosts", "ExtraHosts", parse.string),
    ("links", "Links", parse.string),
    ("ulimits", "Ulimits", parse.ulimit),
    ("mounts", "Binds", parse.bind),
    ("mounts", "Mounts", parse.mount),
)
_PAIRS = (("sysctls", "Sysctls"), ("annotations", "Annotations"))
_THROTTLES = (
    ("weight_device", "BlkioWeightDevice"),
    ("read_bps", "BlkioDeviceReadBps"),
    ("write_bps", "BlkioDeviceWriteBps"),
    ("read_iops", "BlkioDeviceReadIOps"),
    ("write_iops", "BlkioDeviceWriteIOps"),
)
_OTHERS = (
    "BlkioWeight Cgroup ConsoleSize ContainerIDFile CpuCount CpuPercent CpuPeriod CpuQuota CpuRealtimePeriod"
    " CpuRealtimeRuntime CpusetCpus CpusetMems DeviceRequests DnsOptions DnsSearch IOMaximumBandwidth IOMaximumIOps"
    " Isolation KernelMemory KernelMemoryTCP LogConfig MaskedPaths MemorySwappiness NanoCpus NetworkMode PortBindings"
    " ReadonlyPaths SecurityOpt StorageOpt Tmpfs VolumeDriver VolumesFrom DiskQuota"
)
UNDERSTOOD = frozenset(
    word.lower()
    for word in (*(row[1] for table in (_SCALARS, _LISTS, _PAIRS, _THROTTLES) for row in table), *_OTHERS.split())
)
"""Keys of a HostConfig that are read, or that have nothing to do with a Workload."""


def read_host_config(setter: Setter, host: Node, *, mounts: Node | None) -> None:
    """Fills what a ``HostConfig`` says.

    Args:
        setter: writes to the workload.
        host: the object.
        mounts: in an inspection, the list of what is really mounted.
    """
    for slot, key, read in _SCALARS:
        setter.scalar(slot, host, key, read)
    for slot, key, read in _LISTS:
        setter.each(slot, host, key, read, items_of(fold(host, key)))
    for slot, key in _PAIRS:
        entry = fold_entry(host, key)
        setter.items(slot, entry, (_pair(setter, slot, pair) for pair in entries_of(entry.value if entry else None)))
    _tmpfs(setter, host)
    _mounted(setter, mounts)
    _cpus(setter, host)
    _block(setter, host)
    _logs(setter, host)
    _storage(setter, host)
    read_security(setter, host)
    if isinstance(host, Mapping):
        setter.unread(host, UNDERSTOOD)


def _pair(setter: Setter, slot: str, entry: Entry) -> Field[tuple[str, str]]:
    return Field(slot, (entry.name or "", parse.plain(entry.value)), entry_place(setter.source, entry))


def _tmpfs(setter: Setter, host: Node) -> None:
    """``Tmpfs``: folder to options."""
    entry = fold_entry(host, "Tmpfs")
    fields = []
    for item in entries_of(entry.value if entry else None):
        options = tuple(word for word in parse.plain(item.value).split(",") if word)
        rest = tuple(word for word in options if word not in {"ro", "rw"})
        mount = Mount("tmpfs", None, item.name or "", "ro" in options, "", rest)
        fields.append(Field("mounts", mount, entry_place(setter.source, item)))
    if fields:
        setter.items("mounts", entry, fields)


def _mounted(setter: Setter, mounts: Node | None) -> None:
    """Mounts that the HostConfig does not name: volumes that the image declares."""
    field = setter.workload.mounts
    named = {item.value.target.rstrip("/") for item in field.get(()) if item.known}
    fields = [setter.item("mounts", node, parse.point) for node in items_of(mounts)]
    extra = [item for item in fields if item.known and item.value.target.rstrip("/") not in named]
    if extra:
        place = field.place if field.value else extra[0].place
        setter.put("mounts", (*field.value, *extra), place)


def _cpus(setter: Setter, host: Node) -> None:
    """``NanoCpus``, else a quota in each period (100 ms unless given)."""
    nano, quota = fold(host, "NanoCpus"), fold(host, "CpuQuota")
    if nano is not None and int_of(nano):
        setter.put("cpus", (int_of(nano) or 0) / parse.NANO, setter.place(nano))
    elif quota is not None and (int_of(quota) or 0) > 0:
        period = int_of(fold(host, "CpuPeriod")) or 100_000
        setter.put("cpus", (int_of(quota) or 0) / period, setter.place(quota))
    elif nano is not None:
        setter.put("cpus", None, setter.place(nano), written=False)


def _block(setter: Setter, host: Node) -> None:
    """Block I/O: a weight, and throttles by device."""
    weight = fold_entry(host, "BlkioWeight")
    rate = int_of(weight.value) if weight else None
    if weight is not None and rate:
        limit = BlockLimit("weight", "", rate)
        setter.items("block_io", weight, [Field("block_io", limit, setter.place(weight.value))])
    for what, key in _THROTTLES:
        nodes = items_of(fold(host, key))
        if nodes:
            setter.each("block_io", host, key, partial(parse.block, what), nodes)


def _logs(setter: Setter, host: Node) -> None:
    """``LogConfig``."""
    logs = fold(host, "LogConfig")
    if logs is None:
        return
    setter.scalar("log_driver", logs, "Type", parse.text)
    options = fold_entry(logs, "Config")
    pairs = entries_of(options.value if options else None)
    setter.items("log_options", options, (_pair(setter, "log_options", pair) for pair in pairs))


def _storage(setter: Setter, host: Node) -> None:
    """``StorageOpt``: the limit of the writable layer."""
    size = fold(fold(host, "StorageOpt"), "size")
    text = text_of(size)
    if size is None or text is None:
        return
    number = text.rstrip("bBiI")
    unit = "kmgt".find(number[-1:].lower()) + 1 if number[-1:].isalpha() else 0
    digits = number[:-1] if unit else number
    if digits.isascii() and digits.isdigit() and len(digits) < 18:
        setter.put("storage", int(digits) * 1024**unit, setter.place(size))
    else:
        setter.workload.fields["storage"] = Field.unknown("storage", setter.place(size), f"{text!r} is no size")
