"""Lists of a service: items are added, dropped and swapped in whatever definition they stand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.compose.convert import OVERRIDE
from hardhull.formats.compose.write.values import copy_of
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.plain import Inline, Tagged, Verbatim

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hardhull.formats.compose.layers import Layer
    from hardhull.formats.compose.write.keys import Keys
    from hardhull.formats.compose.write.sites import Path, Site, Spot
    from hardhull.model.source import Place
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


class Item(NamedTuple):
    """One item of a list.

    Attributes:
        site: the definition it stands in.
        spot: of the list.
        number: in the list; -1 where the value is no list but the item itself.
        node: of the item.
        identity: equal for items of which Compose keeps one.
    """

    site: Site
    spot: Spot
    number: int
    node: Node
    identity: Hashable

    @property
    def aliased(self) -> bool:
        """Whether the item refers to an anchor."""
        return isinstance(self.spot.node, Sequence) and self.number in self.spot.node.aliases


class Items:
    """One list of a service.

    Attributes:
        keys: writes the service.
        path: keys that lead to the list.
        items: of all definitions, the weakest first.
    """

    def __init__(self, keys: Keys, path: Path, identify: Callable[[Layer, Node], Hashable]) -> None:
        self.keys = keys
        self.path = path
        self.holding = keys.sites.holding(path)
        self.items: list[Item] = []
        for site, spot in self.holding:
            node = spot.node
            if isinstance(node, Sequence):
                pairs = enumerate(node.items)
                self.items += [Item(site, spot, at, item, identify(site.layer, item)) for at, item in pairs]
            elif isinstance(node, Scalar):
                self.items.append(Item(site, spot, -1, node, identify(site.layer, node)))

    def at(self, place: Place) -> Item | None:
        """The item that stands at a place."""
        for item in self.items:
            if item.site.source.path == place.source.path and item.node.span == place.span:
                return item
        return None

    def equal(self, item: Item) -> list[Item]:
        """All items that are the same for Compose."""
        return [other for other in self.items if other.identity == item.identity]

    # ---- additions ------------------------------------------------------------------------------------------------

    def add(self, value: Plain) -> None:
        """One more item."""
        if not self.holding:
            site = self.keys.sites.target(self.path)
            base, path = site.at(self.path)
            pending = site.tree.pending(base, path)
            if isinstance(pending, Tagged):
                self.keys.settle(site, self.path, pending._replace(value=_with(pending.value, value)))
            elif pending is not None or site.mapping is None:
                site.tree.append(base, path, value, shared=True)
            else:
                self.keys.insert(self.path, [value])
            return
        site, spot = self.holding[-1]
        base, path = site.at(self.path)
        if site.tree.pending(base, path) is None and self.keys.may_edit(site, spot):
            self._extend(site, spot, value)
            return
        target = self.keys.sites.stronger(site)
        if target is not None and target is not site:
            base, path = target.at(self.path)
            pending = target.tree.pending(base, path)
            if isinstance(pending, Tagged):
                self.keys.settle(target, self.path, pending._replace(value=_with(pending.value, value)))
            else:
                self.keys.tell(target)
                target.tree.append(base, path, value, shared=True)
            return
        self._rewritten(site, spot, lambda items: _with(items, value))

    def _extend(self, site: Site, spot: Spot, value: Plain) -> None:
        node = spot.node
        if isinstance(node, Sequence):
            site.tree.extend(node, value, shared=True)
        elif isinstance(node, Scalar):
            site.tree.put(node, [copy_of(site.source, node), value], shared=True)
        else:
            raise UnwritableError(f"{self.path[-1]} is written as a mapping")

    # ---- removals -------------------------------------------------------------------------------------------------

    def drop(self, items: list[Item]) -> None:
        """Items go."""
        stays = [item for item in items if self._is_fixed(item)]
        for item in items:
            if item not in stays:
                self._take(item)
        for site, spot in {id(item.spot): (item.site, item.spot) for item in stays}.values():
            gone = [copy_of(item.site.source, item.node) for item in items if item.spot is spot]
            self._rewritten(site, spot, partial(_without, gone))

    def _is_fixed(self, item: Item) -> bool:
        """Whether the list of an item is what others share."""
        base, path = item.site.at(self.path)
        pending = item.site.tree.pending(base, path)
        return pending is not None or not self.keys.may_edit(item.site, item.spot)

    def _take(self, item: Item) -> None:
        node, site = item.spot.node, item.site
        if isinstance(node, Sequence):
            if item.spot.tag or item.spot.hides:
                site.tree.stays(node, Tagged(OVERRIDE, []) if node.tag == OVERRIDE else [])
            site.tree.take_item(node, item.number, shared=True)
            return
        if item.spot.hides:
            site.tree.put(node, [], shared=True)
            return
        assert item.spot.holder is not None  # noqa: S101  a value of a key
        site.tree.take_entry(item.spot.holder, item.spot.number, shared=True)

    # ---- swaps ----------------------------------------------------------------------------------------------------

    def swap(self, items: list[Item], change: Callable[[Plain], Plain]) -> None:
        """Items become others where they stand."""
        for item in items:
            if item.aliased:
                raise UnwritableError("the item refers to an anchor that others share")
            if self._is_fixed(item):
                old = copy_of(item.site.source, item.node)
                new = change(old)
                self._rewritten(item.site, item.spot, partial(_exchanged, old, new))
            else:
                put_changed(item.site, item.node, change)

    # ---- what others share ----------------------------------------------------------------------------------------

    def _rewritten(self, site: Site, spot: Spot, change: Callable[[list[Any]], list[Any]]) -> None:
        """A list that others share is written once more for this service."""
        target = self.keys.sites.stronger(site)
        if target is None:
            raise UnwritableError(f"{self.path[-1]} comes from a definition that others share")
        base, path = target.at(self.path)
        pending = target.tree.pending(base, path)
        if isinstance(pending, Tagged):
            self.keys.settle(target, self.path, pending._replace(value=change(pending.value)))
        elif isinstance(pending, list) and target is site:
            self.keys.settle(target, self.path, change(pending))
        elif target is site:
            self._own_copy(site, spot, change)
        else:
            copies = self._copies(target) + (list(pending) if isinstance(pending, list) else [])
            self.keys.settle(target, self.path, Tagged(OVERRIDE, change(copies)))

    def _own_copy(self, site: Site, spot: Spot, change: Callable[[list[Any]], list[Any]]) -> None:
        if not spot.turn:
            raise UnwritableError(f"{self.path[-1]} is shared with other services through an anchor")
        self.keys.tell(site)
        if isinstance(spot.node, Sequence):
            copies = site.tree.outcome(spot.node, partial(copy_of, site.source))
        else:
            copies = [copy_of(site.source, item.node) for item in self.items if item.spot is spot]
        self.keys.replace_shared(site, self.path[: spot.turn], self.path[spot.turn :], change(copies))

    def _copies(self, target: Site) -> list[Any]:
        """All items of the definitions up to one, as they would be written there."""
        found = self.keys.sites.found
        heard = [item for item in self.items if found.index(item.site) <= found.index(target)]
        if self.path[0] in _PATHS and any(item.site.layer.folder != target.layer.folder for item in heard):
            raise UnwritableError(f"{self.path[0]} comes from a file in another folder, with paths relative to that")
        kept = {item.identity: item for item in heard}
        return [copy_of(item.site.source, item.node) for item in kept.values()]


def _without(gone: list[Any], items: list[Any]) -> list[Any]:
    return [item for item in items if item not in gone]


def _exchanged(old: Plain, new: Plain, items: list[Any]) -> list[Any]:
    if old not in items and new not in items:
        raise UnwritableError("another fix wants something else in the same place")
    return [new if item == old else item for item in items]


_PATHS = frozenset({"volumes", "env_file", "label_file"})


def _with(items: list[Any], value: Plain) -> list[Any]:
    return items if value in items else [*items, value]


def put_changed(site: Site, node: Node, change: Callable[[Plain], Plain]) -> None:
    """A value becomes another one where it stands: of a mapping only the keys that differ."""
    old = copy_of(site.source, node)
    new = change(old)
    if isinstance(node, Mapping) and isinstance(new, dict) and isinstance(old, dict):
        for key in old.keys() - new.keys():
            site.tree.remove(node, (key,), shared=True)
        for key, value in new.items():
            if old.get(key) != value:
                site.tree.set(node, (key,), value, shared=True)
    else:
        site.tree.put(node, new, shared=True)


def text_of(plain: Plain) -> str:
    """The text of a copied scalar.

    Raises:
        UnwritableError: it is none.
    """
    if isinstance(plain, Verbatim):
        return plain.text
    if isinstance(plain, str):
        return plain
    raise UnwritableError("it is written as a mapping")


__all__ = ["Inline", "Item", "Items", "put_changed", "text_of"]
