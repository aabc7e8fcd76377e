"""Values of facts as JSON has them, and back: what a proof keeps of a configuration, and what a digest is made from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.parts import BlockLimit, Device, Mount, Port, Ulimit

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDS: Final[Mapping[str, type[Any]]] = {
    "mounts": Mount,
    "devices": Device,
    "ports": Port,
    "ulimits": Ulimit,
    "block_io": BlockLimit,
}
"""Fields of a Workload whose items are records that a change may bring."""
PAIRS: Final = frozenset({"sysctls", "log_options", "labels", "annotations", "pod_labels"})
"""Fields whose items are pairs of texts."""
TUPLES: Final = frozenset({"command", "entrypoint", "dns", "expose", "profiles"})
"""Fields whose one value is a row of texts."""
FRACTIONS: Final = frozenset({"cpus", "cpu_reservation", "stop_grace"})
"""Fields whose value is a fraction."""
_DERIVED: Final = frozenset({"host_root"})
"""Parts of records that are worked out from the rest."""


def normal(value: Any) -> Any:
    """A value as JSON has it: records become objects of what differs from their defaults, rows and sets lists."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        defaults = getattr(value, "_field_defaults", {})
        pairs = value._asdict().items()
        return {k: normal(v) for k, v in pairs if k not in _DERIVED and not (k in defaults and defaults[k] == v)}
    if isinstance(value, (tuple, list)):
        return [normal(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((normal(item) for item in value), key=text_of)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, (bool, int, float, str, dict)):
        return value
    return str(value)


def revived(field: str, item: Any) -> Any:
    """The value, or the item of a list, that a fact has for what JSON says.

    Args:
        field: the name of a field of a Workload.
        item: as :func:`normal` made it.

    Raises:
        ValueError: it is none of that field.
    """
    record = RECORDS.get(field)
    try:
        if record is not None:
            return record(**{key: tuple(part) if isinstance(part, list) else part for key, part in item.items()})
        if field in PAIRS:
            name, value = item
            return name, value
    except (AttributeError, TypeError, ValueError) as fault:
        raise ValueError(f"no item of {field}: {item!r:.80}") from fault
    if field in FRACTIONS and isinstance(item, int):
        return float(item)
    return tuple(item) if field in TUPLES and isinstance(item, list) else item


def text_of(value: Any) -> str:
    """JSON in its one canonical form: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
