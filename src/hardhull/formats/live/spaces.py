"""Namespaces: what a container shares with the host, whoever it got that from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.jsonread import texts
from hardhull.formats.live.nodes import ending, key, path, word
from hardhull.formats.live.rights import IDENTITY
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.real import Real

SLOTS = {"pid": "pid", "net": "network_mode", "ipc": "ipc", "uts": "uts", "cgroup": "cgroupns"}
"""The kernel's kind of namespace, and the field of a Workload."""


def read_spaces(real: Real) -> None:
    """Marks every namespace that is the host's, directly or through another container's."""
    _mapped(real)
    entry, host = ending(real.kernel, "/ns"), ending(real.machine, "/ns")
    if entry is None or host is None:
        return
    for kind, slot in SLOTS.items():
        node, first = key(entry.value, kind), word(key(host.value, kind))
        if node is not None and first and word(node) == first:
            real.put(slot, "host", node, f"{entry.name} and {host.name} have the same {kind} namespace")
        elif node is not None and first and not real.known and slot in real.workload.fields:
            del real.workload.fields[slot]
        elif node is None:
            _cannot_tell(real, slot)


def _cannot_tell(real: Real, slot: str) -> None:
    """Another container's namespace may be the host's: without the kernel's word nobody knows."""
    field = real.workload.fields.get(slot)
    if field is not None and str(field.get(None) or "").startswith("container:"):
        why = f"it is that of {field.value}, and the namespaces of its process may not be read"
        real.workload.fields[slot] = Field.unknown(slot, field.place, why, written=True)


def _mapped(real: Real) -> None:
    """Whether root in the container is root on the host although the engine maps users."""
    mapping = real.file("/uid_map")
    options = [option for option, _ in texts(path(real.info, "SecurityOptions"))]
    if mapping is not None and word(mapping) == IDENTITY and any("name=userns" in option for option in options):
        real.put("userns", "host", mapping, "uid_map: root in the container is root on the host")
