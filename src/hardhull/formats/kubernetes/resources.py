"""``resources`` of a container or of a whole pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.kubernetes.values import cores, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.kubernetes.block import Block
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node

_SLOTS: tuple[tuple[str, str, str, Callable[[Node], Any]], ...] = (
    ("limits", "memory", "memory", size),
    ("limits", "cpu", "cpus", cores),
    ("limits", "ephemeral-storage", "storage", size),
    ("requests", "memory", "memory_reservation", size),
    ("requests", "cpu", "cpu_reservation", cores),
)


def resources(block: Block) -> dict[str, Field[Any]]:
    """Limits and requests that a Workload has slots for; memory and storage in bytes, CPUs in cores."""
    fields: dict[str, Field[Any]] = {}
    for part in ("limits", "requests"):
        inner = block.block(part)
        if inner is not None:
            for where, key, slot, convert in _SLOTS:
                field = inner.field(key, slot, convert) if where == part else None
                if field is not None:
                    fields[slot] = field
    return fields
