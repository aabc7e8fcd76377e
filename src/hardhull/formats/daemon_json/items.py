"""Items of lists and maps in daemon.json that go or get another value, each known by its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.daemon_json import spell
from hardhull.formats.daemon_json.keys import MERGED, keys
from hardhull.formats.jsonread import fold_entry
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from hardhull.facts.engine import Engine
    from hardhull.formats.daemon_json.page import Page
    from hardhull.model.field import Field
    from hardhull.text.nodes import Entry

_PROBLEMS = frozenset({"problems", "unread"})


def drop(page: Page, engine: Engine, field: str, item: Field[Any]) -> None:
    """An item goes, and with the last one its list. Of ``problems`` and ``unread`` what they are about goes.

    Raises:
        UnwritableError: it stands elsewhere, or something else would go with it or come in its place.
    """
    if field == "problems" and item.get(None) is not None and item.value.kind == "twice":
        _drop_hidden(page, item)
        return
    if field in _PROBLEMS:
        _drop_entry(page, engine, item)
        return
    _alone(page, field, item)
    page.take(item.place)


def _alone(page: Page, field: str, item: Field[Any]) -> Entry:
    """The top entry that an item is in.

    Raises:
        UnwritableError: there is another one that would count, or none.
    """
    above = page.above(item.place)
    if above is None or above.name != spell.path_of(field)[0]:
        raise UnwritableError("it stands in an object that is no setting")
    page.own(page.root, above.name)
    return above


def _drop_hidden(page: Page, item: Field[Any]) -> None:
    """Of a key that is written twice the entries above go: they are what the engine ignores."""
    at = page.entry_at(item.place)
    if at is None:
        raise UnwritableError("it stands nowhere in this file")
    mapping, last = at
    name = mapping.entries[last].name or ""
    key = keys().get(name)
    if mapping is page.root and key is not None and key.type in MERGED:
        raise UnwritableError(f"the engine adds up both: write the settings of {name} in one object")
    for index, entry in enumerate(mapping.entries[:last]):
        if entry.name == name:
            page.tree.take_entry(mapping, index)


def _drop_entry(page: Page, engine: Engine, item: Field[Any]) -> None:
    """A key without effect goes with its value.

    Raises:
        UnwritableError: something in it has an effect.
    """
    at = page.entry_at(item.place)
    if at is None:
        raise UnwritableError("it stands nowhere in this file")
    entry = at[0].entries[at[1]]
    for field in engine.fields.values():
        inside = entry.key.start <= field.place.span.start < entry.value.end
        if field.name != "problems" and inside and field.written and field.place.source is item.place.source:
            raise UnwritableError(f"{field.name} in it has an effect")
    page.tree.take_entry(*at)


def swap(page: Page, field: str, item: Field[Any], value: Any) -> None:
    """An item gets another value where it stands.

    Raises:
        UnwritableError: it stands elsewhere.
    """
    path, plain = spell.item(field, value)
    _alone(page, field, item)
    if not path:
        _swap_item(page, item, plain)
        return
    at = page.entry_at(item.place)
    if at is None:
        raise UnwritableError("it stands nowhere in this file")
    entry = at[0].entries[at[1]]
    same = entry.name == path[-1] and (len(path) == 1 or str(item.value[0]).startswith(f"{path[0]}:"))
    if not same:
        _rename(page, at, (*spell.path_of(field), *path), plain)
    elif isinstance(plain, dict) and isinstance(entry.value, Mapping) and field == "default_ulimits":
        _merge(page, entry.value, plain)
    else:
        page.tree.put(entry.value, plain)


def _rename(page: Page, at: tuple[Mapping, int], path: tuple[str, ...], plain: Any) -> None:
    """An entry goes and its value comes under another key: left under the old one it would be found by the old name.

    Raises:
        UnwritableError: the other key is there already.
    """
    if page.find(path) is not None:
        raise UnwritableError(f"{path[-1]} is written already")
    page.tree.take_entry(*at)
    page.set(path, plain)


def _swap_item(page: Page, item: Field[Any], plain: Any) -> None:
    node = page.tree.layout.node_at(item.place.span)
    if node is None:
        raise UnwritableError("it stands nowhere in this file")
    if isinstance(plain, dict) and isinstance(node, Mapping):
        _merge(page, node, plain)
    else:
        page.tree.put(node, plain)


def _merge(page: Page, node: Mapping, parts: dict[str, Any]) -> None:
    """Parts of an object that differ get other values; its keys are taken without regard to case."""
    for name, part in parts.items():
        entry = fold_entry(node, name)
        page.tree.set(node, (name if entry is None or entry.name is None else entry.name,), part)
