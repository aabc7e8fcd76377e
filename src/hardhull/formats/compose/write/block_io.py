"""Limits of block devices: ``blkio_config``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.compose.write import values
from hardhull.formats.compose.write.lists import Item, Items
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from hardhull.facts.parts import BlockLimit
    from hardhull.formats.compose.write.keys import Keys
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain

_KINDS = ("read_bps", "write_bps", "read_iops", "write_iops", "weight_device")


def _list_of(keys: Keys, what: str) -> Items:
    return Items(keys, ("blkio_config", _key(what)), lambda _, node: _device(node))


def _key(what: str) -> str:
    return what if what == "weight_device" else f"device_{what}"


def _device(node: Node) -> str:
    path = node.get("path") if isinstance(node, Mapping) else None
    return path.text if isinstance(path, Scalar) else ""


def _written(limit: BlockLimit) -> Plain:
    if limit.what == "weight_device":
        return {"path": limit.device, "weight": limit.rate}
    rate = values.size(limit.rate) if limit.what.endswith("bps") else limit.rate
    return {"path": limit.device, "rate": rate}


def add_limit(keys: Keys, limit: BlockLimit) -> None:
    """One more limit of a device, or the weight."""
    if limit.what == "weight":
        keys.put(("blkio_config", "weight"), limit.rate)
    else:
        _list_of(keys, limit.what).add(_written(limit))


def drop_limit(keys: Keys, field: Field[BlockLimit]) -> None:
    """A limit goes."""
    if field.known and field.value.what == "weight":
        keys.remove(("blkio_config", "weight"))
        return
    items, found = _found(keys, field)
    items.drop(items.equal(found))


def swap_limit(keys: Keys, field: Field[BlockLimit], limit: BlockLimit) -> None:
    """A limit becomes another one of the same kind."""
    if field.value.what != limit.what:
        raise UnwritableError(f"a limit of {field.value.what} does not become one of {limit.what}")
    if limit.what == "weight":
        keys.put(("blkio_config", "weight"), limit.rate)
        return
    items, found = _found(keys, field)
    items.swap([found], lambda _: _written(limit))


def _found(keys: Keys, field: Field[BlockLimit]) -> tuple[Items, Item]:
    for what in _KINDS:
        items = _list_of(keys, what)
        found = items.at(field.place)
        if found is not None:
            return items, found
    raise UnwritableError("the limit does not stand in blkio_config of the service")
