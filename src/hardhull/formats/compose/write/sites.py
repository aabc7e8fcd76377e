"""The definitions of one service as places where it can be written, and who else reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.compose.convert import OVERRIDE, RESET
from hardhull.formats.compose.layers import Layer, Layers
from hardhull.formats.compose.tree import Pair, Text
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence, is_merge, merge_sources
from hardhull.text.scalars import resolve_compose
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.environment import Environment
    from hardhull.formats.compose.layers import Key
    from hardhull.model.source import Source
    from hardhull.text.draft import Drafts
    from hardhull.text.nodes import Node

Path = tuple[str, ...]


class Spot(NamedTuple):
    """Where a value of a service stands.

    Attributes:
        node: the value.
        holder: the mapping that it is written in; the service itself stands in None.
        number: of its entry there.
        turn: how many keys lead to the first that refers to an anchor or comes from a merge key; 0 where none does.
        tag: the last ``!reset`` or ``!override`` on the way.
    """

    node: Node
    holder: Mapping | None = None
    number: int = 0
    turn: int = 0
    tag: str = ""

    @property
    def key(self) -> str:
        """The last key on the way."""
        assert self.holder is not None  # noqa: S101  asked for values of keys only
        return self.holder.entries[self.number].name or ""

    @property
    def hides(self) -> bool:
        """Whether a merge key brings the same key, which shows once this one is gone."""
        if self.holder is None:
            return False
        merges = [entry for entry in self.holder.entries if is_merge(entry)]
        sources = [source for merge in merges for source, _ in merge_sources(merge)]
        return any(source.entry(self.key) is not None for source in sources)


class Site:
    """One definition of a service.

    Attributes:
        layer: what was read there.
        tree: of its file.
        base: the mapping that paths begin at: that of the service, or that of a file without the service.
        prefix: the keys from there to the service.
        mapping: of the service; None where there is none yet.
        mine: whether it is a definition of this very service, not of one that it extends with others.
        fixed: whether nothing in it may change, because another file is written over it.
        aliased: whether all of it is what an anchor elsewhere says.
    """

    def __init__(
        self,
        layer: Layer,
        tree: TreeDraft,
        base: Mapping,
        *,
        prefix: Path = (),
        mine: bool = True,
        fixed: bool = False,
        aliased: bool = False,
    ) -> None:
        self.layer = layer
        self.tree = tree
        self.base = base
        self.prefix = prefix
        self.mapping = None if prefix else base
        self.mine = mine
        self.fixed = fixed
        self.aliased = aliased
        self._trails: dict[Path, list[Spot]] = {}

    @classmethod
    def at_key(cls, layer: Layer, tree: TreeDraft, *, mine: bool, fixed: bool = False) -> Site:
        """A definition that stands in a file.

        Raises:
            UnwritableError: it is no mapping.
        """
        parent = tree.layout.key_at(layer.start)
        entry = parent.node.entries[parent.at] if parent is not None and isinstance(parent.node, Mapping) else None
        if entry is None or not isinstance(entry.value, Mapping):
            raise UnwritableError(f"the definition at {layer.place} is no mapping")
        return cls(layer, tree, entry.value, mine=mine, fixed=fixed, aliased=entry.alias is not None)

    @classmethod
    def above(cls, tree: TreeDraft, name: str, folder: str, environment: Environment) -> Site:
        """A definition that is still to be written, in a file that is laid over the others.

        Args:
            tree: of that file, which has a mapping at its root.
            name: of the service.
            folder: of the project.
            environment: the values of its variables.
        """
        root = tree.layout.roots[0]
        if not isinstance(root, Mapping):
            raise UnwritableError(f"{tree.layout.source.path} is no mapping")
        start = Pair(tree.layout.source, root.start, root.start, Text(tree.layout.source, 0, 0, None, raw=""))
        return cls(Layer(start, folder, environment), tree, root, prefix=("services", name))

    @property
    def source(self) -> Source:
        """Its file."""
        return self.tree.layout.source

    def stays(self) -> None:
        """The definition is not to go with its last key."""
        if self.mapping is not None:
            self.tree.keeps(self.mapping)

    def at(self, path: Path) -> tuple[Mapping, Path]:
        """Where a path of the service begins, and its keys from there."""
        return self.base, (*self.prefix, *path)

    def find(self, path: Path) -> Spot | None:
        """What stands at a path; None for nothing, and for null."""
        trail = self.trail(path)
        return trail[-1] if len(trail) > len(path) else None

    def trail(self, path: Path) -> list[Spot]:
        """What stands on the way to a path and there, the service first: as far as there is something."""
        if path not in self._trails:
            self._trails[path] = list(self._on_the_way(path))
        return self._trails[path]

    def _on_the_way(self, path: Path) -> Iterator[Spot]:
        if self.mapping is None:
            return
        spot = Spot(self.mapping, tag=self.mapping.tag if self.mapping.tag in {RESET, OVERRIDE} else "")
        yield spot
        for depth, key in enumerate(path, 1):
            node = spot.node
            entry = node.entry(key) if isinstance(node, Mapping) else None
            if entry is None or not isinstance(node, Mapping):
                return
            where = self.tree.layout.key_at(entry.key.start)
            if where is None or not isinstance(where.node, Mapping):
                return
            straight = entry.alias is None and any(own is entry for own in node.entries)
            tag = entry.value.tag if entry.value.tag in {RESET, OVERRIDE} else spot.tag
            spot = Spot(entry.value, where.node, where.at, spot.turn or (0 if straight else depth), tag or "")
            if isinstance(spot.node, Scalar) and spot.tag != RESET and resolve_compose(spot.node) is None:
                return
            yield spot


class Reach:
    """Which nodes of a file its services are made of."""

    def __init__(self, tree: TreeDraft, layers: Layers, path: str) -> None:
        self._of: dict[int, set[Key]] = {}
        for start in layers.users.get(path, ()):
            parent = tree.layout.key_at(start)
            if parent is not None and isinstance(parent.node, Mapping):
                for node in _parts(parent.node.entries[parent.at].value):
                    self._of.setdefault(node, set()).add((path, start))

    def keys(self, node: Node) -> set[Key]:
        """The definitions that a node is part of."""
        return self._of.get(id(node), set())


def _parts(top: Node) -> Iterator[int]:
    """All nodes that a service is made of, and the mappings that it merges."""
    pending, seen = [top], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield id(node)
        if isinstance(node, Mapping):
            pending += [entry.value for entry in node.effective]
            if node is top:
                yield from (
                    id(source) for merge in filter(is_merge, node.entries) for source, _ in merge_sources(merge)
                )
        elif isinstance(node, Sequence):
            pending += node.items


class Seen:
    """What the services of one file were seen to be.

    Attributes:
        sites: the definitions of each service; by the file that is laid over the others too, where one is.
        reaches: which nodes of a file its services are made of, by path.
    """

    def __init__(self) -> None:
        self.sites: dict[tuple[Workload, TreeDraft | None], Sites] = {}
        self.reaches: dict[str, Reach] = {}

    @classmethod
    def of(cls, workload: Workload, drafts: Drafts) -> Seen:
        """That of the file that a service is known by."""
        return drafts.keep(workload.place.source, cls, lambda _: cls())


class Sites:
    """All definitions of a service.

    Attributes:
        workload: the service.
        drafts: the files.
        layers: its definitions, as they were read.
        over: the file that is laid over the others and written instead of them; None where there is none.
        found: the definitions, the weakest first.
        home: the one that the service is known by, where new keys go.
    """

    def __init__(self, workload: Workload, drafts: Drafts, over: TreeDraft | None, found: list[Site]) -> None:
        self.workload = workload
        self.drafts = drafts
        self.layers = _layers_of(workload)
        self.over = over
        self.found = found
        here = _owner(workload)
        self.home = next((site for site in found if site.layer.key == here), found[-1])
        self._holding: dict[Path, list[tuple[Site, Spot]]] = {}

    @classmethod
    def of(cls, workload: Workload, drafts: Drafts, over: TreeDraft | None = None) -> Sites:
        """Those of a service, which is to stay even if every key leaves it.

        Args:
            workload: the service.
            drafts: the files.
            over: the file that is laid over the others.
        """
        known = Seen.of(workload, drafts).sites
        if (workload, over) not in known:
            layers = _layers_of(workload)
            sites = cls(workload, drafts, over, [_site(layer, workload, drafts, over) for layer in layers.found])
            if over is not None:
                sites.lay(over)
            known[workload, over] = sites
        for site in known[workload, over].found:
            site.stays()
        return known[workload, over]

    @classmethod
    def alone(cls, workload: Workload, drafts: Drafts, tree: TreeDraft) -> Sites:
        """A service that has no definition yet, to be written into a file of its own."""
        layers = _layers_of(workload)
        above = Site.above(tree, workload.name, layers.folder, layers.found[-1].environment)
        return cls(workload, drafts, tree, [above])

    def lay(self, over: TreeDraft) -> None:
        """Goes home to the file that is laid over the others."""
        free = [site for site in self.found if not site.fixed]
        if not free:
            free = [Site.above(over, self.workload.name, self.layers.folder, self.home.layer.environment)]
            self.found += free
        self.home = free[-1]

    def holding(self, path: Path) -> list[tuple[Site, Spot]]:
        """Every definition that says something at a path and is heard, the weakest first.

        Raises:
            UnwritableError: one of them takes back what stands there (``!reset``).
        """
        if path not in self._holding:
            self._holding[path] = self._heard(path)
        return self._holding[path]

    def _heard(self, path: Path) -> list[tuple[Site, Spot]]:
        found: list[tuple[Site, Spot]] = []
        for site in reversed(self.found):
            trail = site.trail(path)
            tags = [spot.tag for spot in trail]
            if RESET in tags:
                raise UnwritableError(f"{path[0]} is taken back with !reset in {site.source.path}")
            if len(trail) > len(path):
                found.insert(0, (site, trail[-1]))
            if OVERRIDE in tags:
                break
        return found

    def target(self, path: Path) -> Site:
        """Where a new value at a path is written: at home, or above where ``!override`` would take it away."""
        start = self.found.index(self.home)
        for site in self.found[start + 1 :]:
            if any(spot.tag for spot in site.trail(path)):
                return site
        return self.home

    def stronger(self, site: Site, *, beside: bool = True) -> Site | None:
        """The next definition of this very service that is heard over another one (``beside``: or itself)."""
        start = self.found.index(site) + (0 if beside else 1)
        return next((one for one in self.found[start:] if one.mine and not one.aliased), None)

    def others(self, site: Site, node: Node) -> list[Workload]:
        """Every other service that a change of a node in the file of a definition changes too."""
        reaches = Seen.of(self.workload, self.drafts).reaches
        path = site.source.path
        if path not in reaches:
            reaches[path] = Reach(site.tree, self.layers, path)
        users = {id(user): user for key in reaches[path].keys(node) for user in self.layers.users_of(key)}
        mine = _owner(self.workload)
        return [user for user in users.values() if _owner(user) != mine]


def _layers_of(workload: Workload) -> Layers:
    layers = workload.origin
    if not isinstance(layers, Layers) or not layers.found:
        raise UnwritableError("it is not known where the service is defined")
    return layers


def _site(layer: Layer, workload: Workload, drafts: Drafts, over: TreeDraft | None) -> Site:
    if over is not None:
        mine = layer.source.path == over.layout.source.path
        tree = over if mine else drafts.keep(layer.source, TreeDraft, TreeDraft.of_yaml)
        return Site.at_key(layer, tree, mine=mine, fixed=not mine)
    own = _owner(workload)
    owners = {_owner(user) for user in _layers_of(workload).users_of(layer.key)}
    tree = drafts.keep(layer.source, TreeDraft, TreeDraft.of_yaml)
    return Site.at_key(layer, tree, mine=owners <= {own} or layer.key == own)


def _owner(workload: Workload) -> Key:
    """What a service is known by, in whatever project it is."""
    return workload.place.source.path, workload.place.span.start
