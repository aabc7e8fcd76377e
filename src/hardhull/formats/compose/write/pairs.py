"""Names with values: environment, labels, kernel parameters, options of logs; as a mapping or as a list of ``K=V``."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.compose.dotenv import DotenvError
from hardhull.formats.compose.environment import variables_of
from hardhull.formats.compose.write import values
from hardhull.formats.compose.write.lists import Items
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.draft import CONFLICT

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.parts import EnvVar
    from hardhull.formats.compose.write.keys import Keys
    from hardhull.formats.compose.write.sites import Path
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


class PairPlace(NamedTuple):
    """Where named values stand.

    Attributes:
        path: keys of the service.
        name: of an item.
        write: an item's value; None for a name without one.
    """

    path: Path
    name: Callable[[Any], str]
    write: Callable[[Any], Plain]


def _first(item: tuple[str, str]) -> str:
    return item[0]


def _second(item: tuple[str, str]) -> Plain:
    return values.literal(item[1])


def _env(item: EnvVar) -> Plain:
    if item.raw and item.source != "host":
        return item.raw
    return None if item.value is None else values.literal(item.value)


PAIRS: dict[str, PairPlace] = {
    "annotations": PairPlace(("annotations",), _first, _second),
    "env": PairPlace(("environment",), lambda item: str(item.name), _env),
    "labels": PairPlace(("labels",), _first, _second),
    "log_options": PairPlace(("logging", "options"), _first, _second),
    "sysctls": PairPlace(("sysctls",), _first, _second),
    "ulimits": PairPlace(("ulimits",), lambda item: str(item.name), values.ulimit),
}


def name_of(node: Node) -> str:
    """The name in an item ``NAME=value``."""
    return node.text.partition("=")[0] if isinstance(node, Scalar) else ""


def add_pair(keys: Keys, place: PairPlace, item: Any) -> None:
    """One more name with its value."""
    name = place.name(item)
    if _holders(keys, place, name):
        raise UnwritableError(f"{name} has another value there")
    site = keys.sites.target(place.path)
    spot = site.find(place.path)
    if spot is not None and isinstance(spot.node, Sequence):
        Items(keys, place.path, lambda _, node: name_of(node)).add(_assigned(name, place.write(item)))
    else:
        keys.insert((*place.path, name), place.write(item))


def drop_pair(keys: Keys, place: PairPlace, field: Field[Any] | None, name: str) -> None:
    """A name goes, wherever it stands."""
    kinds = _holders(keys, place, name)
    if not kinds:
        where = "elsewhere" if field is None else f"in {field.place.source.path}"
        raise UnwritableError(f"{name} stands {where}, not in the service itself")
    if place.path == ("environment",):
        _refuse_from_file(keys, name)
    if kinds == {Mapping}:
        keys.remove((*place.path, name), known=True)
        return
    items = Items(keys, place.path, lambda _, node: name_of(node))
    found = [item for item in items.items if item.identity == name]
    if kinds != {Sequence}:
        raise UnwritableError(f"{name} stands in a list and in a mapping, which are merged")
    items.drop(found)


def swap_pair(keys: Keys, place: PairPlace, name: str, item: Any) -> None:
    """A name gets another value where it stands."""
    if place.name(item) != name:
        _rename(keys, place, name, item)
        return
    kinds = _holders(keys, place, name)
    if not kinds:
        raise UnwritableError(f"{name} does not stand in the service itself")
    if len(kinds) > 1:
        raise UnwritableError(f"{name} stands in a list and in a mapping, which are merged")
    value = place.write(item)
    if kinds == {Mapping}:
        _refuse_long(keys, place, name)
        held = keys.sites.holding((*place.path, name))[-1][1].node
        before = held.text if isinstance(held, Scalar) else ""
        _refuse_lost(before, value)
        _refuse_meant(keys, before, value)
        keys.put((*place.path, name), value, known=True)
        return
    items = Items(keys, place.path, lambda _, node: name_of(node))
    found = [one for one in items.items if one.identity == name]
    text = found[-1].node.text if isinstance(found[-1].node, Scalar) else ""
    _refuse_lost(text.partition("=")[2], value)
    _refuse_meant(keys, text.partition("=")[2], value)
    if not keys.may_edit(found[-1].site, found[-1].spot, note=False) and keys.sites.over is not None:
        items.add(_assigned(name, value))  # of one name the later one counts
        return
    items.swap(found[-1:], lambda _: _assigned(name, value))


def _rename(keys: Keys, place: PairPlace, name: str, item: Any) -> None:
    """A name becomes another one: in its place in a list, else one goes and the other comes."""
    new = place.name(item)
    kinds = _holders(keys, place, name)
    if _holders(keys, place, new):
        raise UnwritableError(f"{new} has another value there")
    if kinds != {Sequence}:
        if not _is_renamed(keys, place, name, item):
            add_pair(keys, place, item)  # first, or a mapping with nothing else goes with its anchor
            drop_pair(keys, place, None, name)
        return
    if place.path == ("environment",):
        _refuse_from_file(keys, name)
    items = Items(keys, place.path, lambda _, node: name_of(node))
    found = [one for one in items.items if one.identity == name]
    if len(found) > 1:
        raise UnwritableError(f"{name} is merged from several definitions")
    items.swap(found, lambda _: _assigned(new, place.write(item)))


def _is_renamed(keys: Keys, place: PairPlace, name: str, item: Any) -> bool:
    """Whether a name in a mapping has become this one already.

    Raises:
        UnwritableError: it goes for another reason.
    """
    spots = keys.sites.holding((*place.path, name))
    going = [(site, spot.holder) for site, spot in spots if spot.holder and site.tree.leaves(spot.holder, spot.number)]
    new = (place.name(item),)
    if not going:
        return False
    if all(site.tree.pending(holder, new) != place.write(item) for site, holder in going):
        raise UnwritableError(CONFLICT)
    return True


def _refuse_lost(before: str, value: Plain) -> None:
    """A variable is only replaced by something with the same variables."""
    names = values.variables(before)
    if names - values.variables(value if isinstance(value, str) else ""):
        raise UnwritableError(f"its value {before!r} comes from a variable: set that one, or write the value here")


def _refuse_meant(keys: Keys, before: str, value: Plain) -> None:
    """A value does not become a variable that ``.env`` has another value for."""
    for name in values.variables(value if isinstance(value, str) else "") - values.variables(before):
        found = keys.sites.home.layer.environment.lookup(name)
        if found is not None and values.literal(found.text or "") != before:
            raise UnwritableError(f"{name} is set to something else in .env")


def _refuse_long(keys: Keys, place: PairPlace, name: str) -> None:
    """A limit in the long form is replaced as a whole, which mappings of several definitions would merge again."""
    held = keys.sites.holding((*place.path, name))
    if len(held) > 1 and any(isinstance(spot.node, Mapping) for _, spot in held):
        raise UnwritableError(f"{name} is merged from several definitions")


def _assigned(name: str, value: Plain) -> str:
    if isinstance(value, bool):
        return f"{name}={str(value).lower()}"
    return name if value is None else f"{name}={value}"


def _holders(keys: Keys, place: PairPlace, name: str) -> set[type]:
    """In what a name stands."""
    found: set[type] = set()
    for site, spot in keys.sites.holding(place.path):
        node = spot.node
        if isinstance(node, Mapping) and node.entry(name) is not None:
            if site.find((*place.path, name)) is None:
                raise UnwritableError(f"{name} has no value there")
            found.add(Mapping)
        elif isinstance(node, Sequence) and any(name_of(item) == name for item in node.items):
            found.add(Sequence)
    return found


def _refuse_from_file(keys: Keys, name: str) -> None:
    """A variable that a file sets too would come to light."""
    sites = keys.sites
    for field in sites.workload.env_files.get(()):
        source = sites.layers.read(field.value) if field.known else None
        lookup = sites.home.layer.environment.lookup
        try:
            is_set = source is not None and name in variables_of(source, lookup, {})
        except DotenvError:
            is_set = True
        if is_set:
            raise UnwritableError(f"{name} is also set in {posixpath.basename(field.value)}")
