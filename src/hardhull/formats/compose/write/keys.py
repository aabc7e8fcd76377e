"""Values at a path of keys of a service: put, removed, or overridden where others share what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.convert import OVERRIDE, RESET
from hardhull.formats.compose.write.sites import Spot
from hardhull.formats.compose.write.values import copy_of, has_variable
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.draft import CONFLICT
from hardhull.text.tree.plain import Tagged

if TYPE_CHECKING:
    from hardhull.formats.compose.write.sites import Path, Site, Sites
    from hardhull.model.source import Place
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


GONE = Tagged("", None)
"""In the place of a value: there is to be none."""


class Keys:
    """Writes values of one service for one Change.

    Attributes:
        sites: the definitions of the service.
        wish: the Change, in a form that is equal for equal Changes of other services.
    """

    def __init__(self, sites: Sites, wish: object) -> None:
        self.sites = sites
        self.wish = wish

    # ---- one value ------------------------------------------------------------------------------------------------

    def put(self, path: Path, value: Plain, *, known: bool = False) -> None:
        """The value at a path becomes this one; it is inserted where there is none.

        Args:
            path: keys.
            value: what stands there then.
            known: whether the value keeps the variables that stand there.
        """
        holding = self.sites.holding(path)
        if not holding:
            self.insert(path, value)
            return
        site, spot = holding[-1]
        if not known:
            refuse_variable(spot.node)
        if self.may_edit(site, spot):
            site.tree.put(spot.node, value, shared=True)
        else:
            self.overlay(site, spot, path, value)

    def insert(self, path: Path, value: Plain) -> None:
        """A value that no definition has."""
        site = self.sites.target(path)
        if site.mapping is None:
            self.settle(site, path, value)
            return
        depth, spot = nearest(site, path)
        if self.may_edit(site, spot) and not site.aliased:
            assert isinstance(spot.node, Mapping)  # noqa: S101  the service is one, and so is what is found below it
            site.tree.set(spot.node, path[depth:], value, shared=True, hide=True)
        else:
            self.overlay(site, spot, path, value)

    def remove(self, path: Path, default: Plain = None, *, known: bool = False) -> None:
        """Nothing is written at a path any more.

        Args:
            path: keys.
            default: what is written instead where something inherited would come to light; None where no value says
                that there is none.
            known: whether it goes whatever its variables stand for.
        """
        holding = self.sites.holding(path)
        for _, spot in holding if not known else ():
            refuse_variable(spot.node)
        stays = [
            at for at, (site, spot) in enumerate(holding) if spot.hides or not self.may_edit(site, spot, note=False)
        ]
        if stays and default is not None:
            self.put(path, default)
            return
        if stays:
            self.reset(holding, stays[-1], path)
            return
        for site, spot in holding:
            self.may_edit(site, spot)
            keep_hiding(site, path)
            take(site, spot)

    def reset(self, holding: list[tuple[Site, Spot]], last: int, path: Path) -> None:
        """What cannot be removed is taken back by a later definition."""
        site, _ = holding[last]
        target = self.sites.stronger(site, beside=False)
        if target is None and len(holding) == 1 and self.forget(holding[0], path):
            return
        if target is None:
            raise UnwritableError(f"{path[-1]} comes from what others share, and nothing here can take it back")
        for other, own in holding[last + 1 :]:
            if other is not target:
                self.may_edit(other, own)
                keep_hiding(other, path)
                take(other, own)
        self.settle(target, path, Tagged(RESET, None))

    def take_at(self, place: Place) -> None:
        """The entry whose key stands at a place goes."""
        for site in self.sites.found:
            where = site.tree.layout.key_at(place.span.start) if site.source.path == place.source.path else None
            if where is not None and isinstance(where.node, Mapping):
                spot = Spot(where.node.entries[where.at].value, where.node, where.at)
                if not self.may_edit(site, spot):
                    raise UnwritableError("others share what it stands in")
                take(site, spot)
                return
        raise UnwritableError("it does not stand in a definition of the service")

    def remove_name(self, key: str, name: str) -> None:
        """A key with or without a value goes from a mapping of names."""
        found = False
        for site in self.sites.found:
            spot = site.find((key,))
            if spot is None or not isinstance(spot.node, Mapping) or spot.node.entry(name) is None:
                continue
            own = [at for at, entry in enumerate(spot.node.entries) if entry.name == name]
            if not own or not self.may_edit(site, spot):
                raise UnwritableError(f"{name} comes from what others share")
            keep_hiding(site, (key, name))
            site.tree.take_entry(spot.node, own[0], shared=True)
            found = True
        if not found:
            raise UnwritableError(f"{name} is not written in {key}")

    # ---- beside the services --------------------------------------------------------------------------------------

    def is_defined(self, section: str, name: str) -> bool:
        """Whether one of the service's files defines a network, volume, secret or config."""
        return bool(self.definitions(section, name))

    def definitions(self, section: str, name: str) -> list[Node]:
        """How the service's files define a network, volume, secret or config."""
        found = {}
        for site in self.sites.found:
            for root in site.tree.layout.roots:
                table = root.get(section) if isinstance(root, Mapping) else None
                entry = table.entry(name) if isinstance(table, Mapping) else None
                if entry is not None:
                    found[id(entry.value)] = entry.value
        return list(found.values())

    def define(self, section: str, name: str, body: Plain) -> None:
        """Defines a network, volume, secret or config, where none of the service's files does."""
        if self.is_defined(section, name):
            return
        home = self.sites.home
        parents = list(home.tree.layout.above(home.base))
        root = parents[-1].node if parents else home.base
        if not isinstance(root, Mapping):
            raise UnwritableError("the file is no mapping")
        if home.tree.pending(root, (section, name)) is None:
            home.tree.set(root, (section, name), body)

    def forget(self, held: tuple[Site, Spot], path: Path) -> bool:
        """Whether a mapping that others share could be written once more for this service, without one of its keys."""
        site, spot = held
        if not spot.turn or spot.turn == len(path) or not site.mine or site.fixed or site.aliased:
            return False
        self.tell(site)
        self.replace_shared(site, path[: spot.turn], path[spot.turn :], GONE)
        return True

    # ---- who is touched -------------------------------------------------------------------------------------------

    def may_edit(self, site: Site, spot: Spot, *, note: bool = True) -> bool:
        """Whether a place may be changed for all who read it; notes who that is, if it is somebody else."""
        if site.fixed:
            return False
        others = self.sites.others(site, spot.node)
        if not others:
            return True
        agreed = all(self.sites.drafts.is_asked(other.place, self.wish) for other in others)
        if not agreed and (not site.mine or spot.turn):
            return False
        if not agreed and note:
            names = sorted({other.subject for other in others})
            line = site.source.position(spot.node.start).line
            self.sites.drafts.note(f"{site.source.path}:{line} is also read by {', '.join(names)}", names)
        return True

    def tell(self, site: Site) -> None:
        """Notes who else gets what is written into a definition."""
        if site.mapping is not None:
            self.may_edit(site, Spot(site.mapping))

    def settle(self, site: Site, path: Path, value: Plain) -> None:
        """A value in a definition, whatever was wanted there before."""
        self.tell(site)
        base, keys = site.at(path)
        if site.tree.pending(base, keys) is not None:
            site.tree.revise(base, keys, value)
        else:
            site.tree.set(base, keys, value, shared=True, hide=True)

    def overlay(self, site: Site, spot: Spot, path: Path, value: Plain) -> None:
        """A value in front of one that others share."""
        target = self.sites.stronger(site)
        if target is None:
            raise UnwritableError(f"{path[0]} comes from a definition that others share")
        if target is not site:
            self.settle(target, path, value)
            return
        head, rest = path[: spot.turn], path[spot.turn :]
        if not head:
            raise UnwritableError(f"{path[0]} is shared with other services through an anchor")
        self.tell(site)
        self.replace_shared(site, head, rest, value)

    def replace_shared(self, site: Site, head: Path, rest: Path, value: Plain) -> None:
        """What a service shares through an anchor becomes its own, with another value in it."""
        base, keys = site.at(head)
        shared = site.find(head)
        assert shared is not None  # noqa: S101  the caller has found it
        before, written = site.tree.pending(base, keys), copy_of(site.source, shared.node)
        if before is None:
            before = written
        refuse_taken(written, before, rest, value)
        new = changed(before, rest, value)
        if site.tree.pending(base, keys) is not None:
            site.tree.revise(base, keys, new)
            return
        outer = site.find(head[:-1])
        assert outer is not None  # noqa: S101  it is on the way
        assert isinstance(outer.node, Mapping)  # noqa: S101  it has a key
        own = [at for at, entry in enumerate(outer.node.entries) if entry.name == head[-1]]
        if own:
            site.tree.unalias(outer.node, own[0], new, shared=True)
        else:
            site.tree.set(outer.node, head[-1:], new, shared=True, hide=True)


def nearest(site: Site, path: Path) -> tuple[int, Spot]:
    """The innermost mapping on the way to a path that is there, and how many keys lead to it."""
    for depth in range(len(path) - 1, -1, -1):
        spot = site.find(path[:depth])
        if spot is not None and isinstance(spot.node, Mapping):
            return depth, spot
    raise UnwritableError(f"the service at {site.layer.place} is no mapping")


def keep_hiding(site: Site, path: Path) -> None:
    """Mappings on the way that take something inherited away stay, even if they become empty."""
    for length in range(1, len(path)):
        spot = site.find(path[:length])
        if spot is not None and isinstance(spot.node, Mapping) and (spot.hides or spot.node.tag == OVERRIDE):
            site.tree.stays(spot.node, Tagged(OVERRIDE, {}) if spot.node.tag == OVERRIDE else {})


def take(site: Site, spot: Spot) -> None:
    """An entry goes, and what became empty above it."""
    assert spot.holder is not None  # noqa: S101  only values of keys are taken
    site.tree.take_entry(spot.holder, spot.number, shared=True)


def refuse_variable(node: Node) -> None:
    """Refuses to replace what comes from a variable.

    Raises:
        UnwritableError: it does.
    """
    if isinstance(node, Scalar) and has_variable(node.text):
        raise UnwritableError(f"its value {node.text!r} comes from a variable: set that one, or write the value here")
    if isinstance(node, Sequence):
        for item in node.items:
            refuse_variable(item)


def refuse_taken(written: Plain, before: Plain, path: Path, value: Plain) -> None:
    """Refuses a value in the place of one that an earlier Change took away or replaced, also to take it away then.

    Args:
        written: what is shared, as the file has it.
        before: the same with the earlier Changes.
        path: keys in both.
        value: what is wanted now.

    Raises:
        UnwritableError: there was an earlier Change, and it wants something else.
    """
    first, now = value_at(written, path), value_at(before, path)
    if first is GONE or now in (first, value) or isinstance(now, (dict, list)):
        return
    raise UnwritableError(CONFLICT)


def value_at(value: Plain, path: Path) -> Plain:
    """What is at a path of keys; GONE where nothing is."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return GONE
        value = value[key]
    return value


def changed(before: Plain, path: Path, value: Plain) -> Plain:
    """A value with another one somewhere in it."""
    if not path:
        return value
    made: dict[str, Any] = dict(before) if isinstance(before, dict) else {}
    inner = changed(made.get(path[0]), path[1:], value)
    if inner is GONE:
        made.pop(path[0], None)
    else:
        made[path[0]] = inner
    return made
