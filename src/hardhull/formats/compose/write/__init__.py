"""Writing Changes of a service into the Compose files that define it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.workload import Workload
from hardhull.formats.compose.write import items, network, pairs, scalars
from hardhull.formats.compose.write.block_io import add_limit, drop_limit, swap_limit
from hardhull.formats.compose.write.keys import Keys
from hardhull.formats.compose.write.sites import Sites
from hardhull.formats.wish import wish_of
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Draft, Drafts, Log, UnwritableError
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.model.field import Field


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of a service.

    Args:
        fact: the service as it was read.
        change: what is wanted.
        drafts: the files.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    try:
        write_over(fact, change, drafts, None)
    except UnwritableError as error:
        if not error.snippet:
            error.snippet = snippet(fact, change)
        raise


def snippet(fact: Fact, change: Change) -> str:
    """What would say the same in a file of its own, to be pasted; empty where that cannot be said so.

    An item that goes or changes is shown nowhere: it may hold a secret.
    """
    if not isinstance(fact, Workload) or not isinstance(change, (SetTo, Add)) or change.field == "env":
        return ""
    draft = Draft(Source("", b"services:\n"), Log())
    tree = TreeDraft.of_yaml(draft)
    try:
        _WRITE[type(change)](Keys(Sites.alone(fact, Drafts(), tree), wish_of(change)), change, fact)
    except UnwritableError:
        return ""
    result = draft.result()
    return result.decode() if result != draft.source.data else ""


def write_over(fact: Fact, change: Change, drafts: Drafts, over: TreeDraft | None) -> None:
    """The same, into a file that is laid over the others, where one is given.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    if not isinstance(fact, Workload):
        raise UnwritableError(f"a {fact.kind} of a Compose file is changed by hand")
    if not isinstance(change, (SetTo, Add, Drop, Swap)):
        raise UnwritableError("Compose files have no instructions")
    field: Field[Any] = getattr(fact, change.field)
    if change.field in fact.cannot:
        raise UnwritableError(f"Compose has no words for {change.field}")
    if not _is_done(field, change):
        _WRITE[type(change)](Keys(Sites.of(fact, drafts, over), wish_of(change)), change, fact)


def _is_done(field: Field[Any], change: SetTo | Add | Drop | Swap) -> bool:
    """Whether it holds already."""
    if isinstance(change, SetTo):
        return field.known and bool(field.value == change.value)
    if isinstance(change, Add):
        return field.known and any(item.known and item.value == change.item for item in field.value)
    return isinstance(change, Swap) and change.item.known and bool(change.item.value == change.value)


def _set(keys: Keys, change: SetTo, fact: Workload) -> None:
    name, value = change.field, change.value
    if name in scalars.SCALARS:
        scalars.put_scalar(keys, scalars.SCALARS[name], value, getattr(type(fact), name).default)
    elif name in scalars.LIMITS:
        scalars.put_limit(keys, scalars.LIMITS[name], value)
    elif name in items.OPTIONS:
        items.put_option(keys, name, value)
    elif name in items.TUPLES:
        network.put_tuple(keys, items.TUPLES[name], value)
    elif name in _SET:
        _SET[name](keys, value)
    else:
        raise UnwritableError(f"{name} of a service is changed by hand")


def _add(keys: Keys, change: Add, _fact: Workload) -> None:
    name, item = change.field, change.item
    if name in items.LISTS:
        items.add_item(keys, items.LISTS[name], item)
    elif name in pairs.PAIRS:
        pairs.add_pair(keys, pairs.PAIRS[name], item)
    elif name in _ADD:
        _ADD[name](keys, item)
    else:
        raise UnwritableError(f"{name} of a service is changed by hand")


def _drop(keys: Keys, change: Drop, _fact: Workload) -> None:
    name, field = change.field, change.item
    if name in items.LISTS:
        items.drop_item(keys, items.LISTS[name], field)
    elif name in pairs.PAIRS:
        pairs.drop_pair(keys, pairs.PAIRS[name], field, _name_of(name, field))
    elif name in _DROP:
        _DROP[name](keys, field)
    else:
        raise UnwritableError(f"{name} of a service is changed by hand")


def _swap(keys: Keys, change: Swap, _fact: Workload) -> None:
    name, field, value = change.field, change.item, change.value
    if name in items.LISTS:
        items.swap_item(keys, items.LISTS[name], field, value)
    elif name in pairs.PAIRS:
        pairs.swap_pair(keys, pairs.PAIRS[name], _name_of(name, field), value)
    elif name in _SWAP:
        _SWAP[name](keys, field, value)
    else:
        raise UnwritableError(f"{name} of a service is changed by hand")


def _name_of(field: str, item: Field[Any]) -> str:
    """The name of a named value, which may be known where the value is not."""
    if item.known:
        return pairs.PAIRS[field].name(item.value)
    return item.place.text.partition("=" if "=" in item.place.text else ":")[0].strip("'\" ")


def _drop_mount(keys: Keys, field: Field[Any]) -> None:
    if field.place.text == "use_api_socket":
        keys.remove(("use_api_socket",))
    else:
        items.drop_item(keys, items.mount_place(keys, field), field)


def _swap_mount(keys: Keys, field: Field[Any], value: Any) -> None:
    place = items.mount_place(keys, field)
    if place.key == "volumes" and items.only_in_tmpfs(value):
        items.drop_item(keys, place, field)
        items.add_mount(keys, value)
    else:
        items.swap_item(keys, place, field, value)


def _no_swap(_keys: Keys, _field: Field[Any], _value: Any) -> None:
    raise UnwritableError("what a service is given is dropped, and another one added")


_WRITE: dict[type, Callable[[Keys, Any, Workload], None]] = {SetTo: _set, Add: _add, Drop: _drop, Swap: _swap}
_SET: dict[str, Callable[[Keys, Any], None]] = {
    "healthcheck": scalars.put_healthcheck,
    "network_mode": scalars.put_network_mode,
    "replicas": scalars.put_replicas,
    "restart": scalars.put_restart,
}
_ADD: dict[str, Callable[[Keys, Any], None]] = {
    "block_io": add_limit,
    "configs": lambda keys, item: network.add_grant(keys, "configs", item),
    "depends_on": network.add_dependency,
    "mounts": items.add_mount,
    "networks": network.add_network,
    "secrets": lambda keys, item: network.add_grant(keys, "secrets", item),
}
_DROP: dict[str, Callable[[Keys, Field[Any]], None]] = {
    "block_io": drop_limit,
    "configs": lambda keys, item: network.drop_grant(keys, "configs", item),
    "depends_on": network.drop_dependency,
    "hollow": lambda keys, item: keys.take_at(item.place),
    "mounts": _drop_mount,
    "networks": network.drop_network,
    "secrets": lambda keys, item: network.drop_grant(keys, "secrets", item),
    "unread": lambda keys, item: keys.take_at(item.place),
}
_SWAP: dict[str, Callable[[Keys, Field[Any], Any], None]] = {
    "block_io": swap_limit,
    "configs": _no_swap,
    "depends_on": network.swap_dependency,
    "mounts": _swap_mount,
    "networks": network.swap_network,
    "secrets": _no_swap,
}
