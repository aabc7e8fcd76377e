"""Devices: what the control group lets a container open, and the device files that it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.parts import Device
from hardhull.formats.jsonread import entries_of
from hardhull.formats.live.nodes import ending, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.real import Real

DEFAULT = frozenset(
    {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm",
     "c 5:2 rwm", "c 136:* rwm", "c 10:200 rwm"}
)  # fmt: skip
"""What runc allows every container (``libcontainer/specconv/spec_linux.go``, AllowedDevices)."""
PLAIN_NODES = frozenset({"c 1:3", "c 1:5", "c 1:7", "c 1:8", "c 1:9", "c 5:0", "c 5:1", "c 5:2"})
_RULE = re.compile(r"([abc]) (\*|\d+):(\*|\d+) ([rwm]+)")


def read_devices(real: Real) -> None:
    """Fills the devices and rules that are not declared."""
    workload = real.workload
    if workload.privileged.get(False):
        return
    nodes = ending(real.kernel, "/root/dev")
    by_number: dict[str, str] = {}
    for entry in entries_of(nodes.value if nodes else None):
        by_number.setdefault(word(entry.value), entry.name or "")
    devices, rules = list(workload.devices.get(())), list(workload.device_cgroup_rules.get(()))
    declared = {item.value.container for item in devices if item.known} | {
        item.value.host for item in devices if item.known
    }
    written = {item.value for item in rules if item.known}
    listed = real.file("/devices.list")
    if listed is None:
        _files_only(real, by_number, devices, declared)
        return
    allowed = word(listed).splitlines()
    new_devices, new_rules = [], []
    for line in allowed:
        found = _RULE.fullmatch(line)
        if not found or line in DEFAULT or line in written:
            continue
        name = by_number.get(f"{found[1]} {found[2]}:{found[3]}")
        if name in declared or (name is None and _declared_folder(devices)):
            continue
        if name is not None:
            new_devices.append(Field("devices", Device(name, name, found[4]), real.place(listed)))
        else:
            new_rules.append(Field("device_cgroup_rules", line, real.place(listed)))
    _set(real, "devices", devices, new_devices)
    _set(real, "device_cgroup_rules", rules, new_rules)


def _declared_folder(devices: list[Field[Device]]) -> bool:
    """Whether a device is given as a folder, whose files have numbers of their own below it."""
    return any(item.known and item.value.host.count("/") == 2 and item.value.host == "/dev/snd" for item in devices)


def _files_only(real: Real, by_number: dict[str, str], devices: list[Field[Device]], declared: set[str]) -> None:
    """With cgroup v2 the filter is a program in the kernel: the device files are what can be seen."""
    nodes = ending(real.kernel, "/root/dev")
    if nodes is None:
        return
    new = [
        Field("devices", Device(name, name), real.place(nodes.value))
        for number, name in by_number.items()
        if number not in PLAIN_NODES and not number.startswith("c 136:") and name not in declared
    ]
    _set(real, "devices", devices, new)


def _set(
    real: Real, slot: str, old: list[Field[Device]] | list[Field[str]], new: list[Field[Device]] | list[Field[str]]
) -> None:
    if new:
        real.workload.fields[slot] = Field(slot, (*old, *new), new[0].place)
