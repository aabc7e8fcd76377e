"""Namespaces: what a container shares with the host, whoever it got that from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.jsonread import texts
from hardhull.formats.live.nodes import ending, key, path, word
from hardhull.formats.live.rights import IDENTITY

if TYPE_CHECKING:
    from hardhull.formats.live.real import Real

SLOTS = {"pid": "pid", "net": "network_mode", "ipc": "ipc", "uts": "uts", "cgroup": "cgroupns"}
"""The kernel's kind of namespace, and the field of a Workload."""


def read_spaces(real: Real) -> None:
    """Marks every namespace that is the host's, directly or through another container's."""
    entry, host = ending(real.kernel, "/ns"), ending(real.machine, "/ns")
    if entry is None or host is None:
        return
    for kind, slot in SLOTS.items():
        node, first = key(entry.value, kind), word(key(host.value, kind))
        if node is not None and first and word(node) == first:
            real.put(slot, "host", node, f"{entry.name} and {host.name} have the same {kind} namespace")
        elif node is not None and first and not real.known and slot in real.workload.fields:
            del real.workload.fields[slot]
    mapping = real.file("/uid_map")
    options = [option for option, _ in texts(path(real.info, "SecurityOptions"))]
    if mapping is not None and word(mapping) == IDENTITY and any("name=userns" in option for option in options):
        real.put("userns", "host", mapping, "uid_map: root in the container is root on the host")
