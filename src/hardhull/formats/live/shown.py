"""What limits do on a machine: as loads have shown it, else as the engine says; and what that means for a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.limits import NOTHING, VERDICTS, ShownLimit
from hardhull.facts.parts import Drift
from hardhull.formats.jsonread import bool_of, items_of
from hardhull.formats.live.nodes import ending, key, path, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.facts.workload import Workload
    from hardhull.formats.live.engine import Running

SAID: Final = {
    "memory": "MemoryLimit", "memory_swap": "SwapLimit", "pids": "PidsLimit", "cpus": "CpuCfsQuota",
    "cpu_shares": "CPUShares", "cpuset": "CPUSet",
}  # fmt: skip
"""Settings, and what ``GET /info`` says of the kernel's part for them (moby, ``daemon/info_unix.go``)."""
LINUX: Final = "linux"


def shown(running: Running) -> None:
    """Sets what is known of limits: loads count before what the engine says."""
    found = {field.value.setting: field for field in (*_said(running), *_tried(running))}
    if found:
        place = running.engine.place
        running.engine.limits = Field("limits", tuple(found.values()), place)


def _said(running: Running) -> Iterator[Field[ShownLimit]]:
    if word(path(running.info, "OSType")) not in {"", LINUX}:
        return
    for setting, name in SAID.items():
        node = path(running.info, name)
        if node is not None and bool_of(node) is False:
            limit = ShownLimit(setting, "", NOTHING, "", f"GET /info {name}: false", "this kernel has no part for it")
            yield Field("limits", limit, node.place(running.source))


def _tried(running: Running) -> Iterator[Field[ShownLimit]]:
    kept = ending(running.node, "/limits.json")
    for node in items_of(key(kept.value, "limits") if kept else None):
        limit = ShownLimit(*(word(key(node, name)) for name in ShownLimit._fields))
        if limit.verdict in VERDICTS:
            yield Field("limits", limit, node.place(running.source))


def hollow(workload: Workload, engine: Engine) -> None:
    """Adds to what is not as declared of a container: limits that do nothing on this machine."""
    nothing = {item.value.setting: item for item in engine.limits.get(()) if item.value.verdict == NOTHING}
    known = {item.value.field for item in workload.unreal.get(())}
    found = [*workload.unreal.get(()), *_hollow(workload, nothing, known)]
    if found:
        workload.unreal = Field("unreal", tuple(found), found[0].place)


def _hollow(workload: Workload, nothing: dict[str, Field[ShownLimit]], known: set[str]) -> Iterator[Field[Drift]]:
    for setting in ("memory", "memory_swap", "memory_reservation", "pids", "cpus", "cpu_shares"):
        field, item = getattr(workload, setting), nothing.get(setting)
        if item is None or setting in known or not field.written or not field.get(None):
            continue
        yield _drift(setting, f"{setting.replace('_', ' ')} {field.get(None):g}", "no limit", item)
    for limit in workload.block_io.get(()):
        if not limit.known:
            continue
        what = limit.value.what
        item = nothing.get(what)
        if item is not None and "block_io" not in known:
            yield _drift("block_io", f"{what} {limit.value.rate}", "no limit", item)
        through = nothing.get("write_bps_buffered")
        if what in {"write_bps", "write_iops"} and item is None and through is not None:
            yield _drift("block_io", f"{what} {limit.value.rate}", "a limit of what bypasses the cache only", through)


def _drift(field: str, declared: str, real: str, item: Field[ShownLimit]) -> Field[Drift]:
    limit = item.value
    return Field("unreal", Drift(field, declared, real, limit.why or limit.seen), item.place)
