"""Setting limits and requests of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.kubernetes.editing import Editing

_UNITS = (("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10))


def bytes_text(value: int) -> str:
    """Bytes as a quantity: ``256Mi``; without a suffix where none divides them."""
    for suffix, power in _UNITS:
        if value and value % (1 << power) == 0:
            return f"{value >> power}{suffix}"
    return str(value)


def cores_text(value: float) -> str:
    """Cores as a quantity: ``2``, ``500m``."""
    millis = round(value * 1000)
    if abs(millis - value * 1000) > 1e-6 or millis <= 0:
        raise UnwritableError("Kubernetes counts processors in thousandths")
    return str(millis // 1000) if millis % 1000 == 0 else f"{millis}m"


_SLOTS: dict[str, tuple[str, str, Callable[[Any], str]]] = {
    "memory": ("limits", "memory", bytes_text),
    "cpus": ("limits", "cpu", cores_text),
    "storage": ("limits", "ephemeral-storage", bytes_text),
    "memory_reservation": ("requests", "memory", bytes_text),
    "cpu_reservation": ("requests", "cpu", cores_text),
}
_REQUEST = {"memory": "memory_reservation", "cpus": "cpu_reservation"}
_LIMIT = {request: limit for limit, request in _REQUEST.items()}


def _setter(slot: str) -> Callable[[Editing, Any], None]:
    part, key, convert = _SLOTS[slot]
    path = ("resources", part, key)

    def write(editing: Editing, value: float | None) -> None:
        own = editing.node(editing.container, path) is not None
        if not value:
            if not own or editing.node(editing.pod, path) is not None:
                raise UnwritableError(f"{key} of the pod's own {part} counts for all its containers")
            editing.clear(editing.container, path)
            return
        _check(editing, slot, value)
        editing.set(editing.container, path, convert(value))

    return write


def _check(editing: Editing, slot: str, value: float) -> None:
    """Refuses a limit below the request, as an API server does."""
    for other, above in ((_REQUEST.get(slot), False), (_LIMIT.get(slot), True)):
        found = getattr(editing.fact, other).get(None) if other else None
        if found and (value > found if above else value < found):
            raise UnwritableError("the request would be larger than the limit, which Kubernetes refuses")


RESOURCES: dict[str, Callable[[Editing, Any], None]] = {slot: _setter(slot) for slot in _SLOTS}
"""Field -> what sets it."""
