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
    """

    def __init__(self, layer: Layer, tree: TreeDraft, *, mine: bool, fixed: bool = False) -> None:
        self.layer = layer
        self.tree = tree
        self.mine = mine
        self.fixed = fixed
        self.prefix: Path = ()
        parent = tree.layout.key_at(layer.start)
        entry = parent.node.entries[parent.at] if parent is not None and isinstance(parent.node, Mapping) else None
        if entry is None or not isinstance(entry.value, Mapping):
            raise UnwritableError(f"the definition at {layer.place} is no mapping")
        self.mapping: Mapping | None = entry.value
        self.base = entry.value
        self.aliased = entry.alias is not None
        tree.keeps(entry.value)

    @classmethod
    def above(cls, tree: TreeDraft, name: str, folder: str, environment: Environment) -> Site:
        """A definition that is still to be written, in a file that is laid over the others.

        Args:
            tree: of that file, which has a mapping at its root.
            name: of the service.
            folder: of the project.
            environment: the values of its variables.
        """
        site = cls.__new__(cls)
        root = tree.layout.roots[0]
        if not isinstance(root, Mapping):
            raise UnwritableError(f"{tree.layout.source.path} is no mapping")
        start = Pair(tree.layout.source, root.start, root.start, Text(tree.layout.source, 0, 0, None, raw=""))
        site.layer = Layer(start, folder, environment)
        site.tree, site.mine, site.fixed, site.aliased = tree, True, False, False
        site.base, site.mapping, site.prefix = root, None, ("services", name)
        return site

    @property
    def source(self) -> Source:
        """Its file."""
        return self.tree.layout.source

    def at(self, path: Path) -> tuple[Mapping, Path]:
        """Where a path of the service begins, and its keys from there."""
        return self.base, (*self.prefix, *path)

    def find(self, path: Path) -> Spot | None:
        """What stands at a path; None for nothing, and for null."""
        if self.mapping is None:
            return None
        spot = Spot(self.mapping, tag=self.mapping.tag if self.mapping.tag in {RESET, OVERRIDE} else "")
        for depth, key in enumerate(path, 1):
            node = spot.node
            entry = node.entry(key) if isinstance(node, Mapping) else None
            if entry is None or not isinstance(node, Mapping):
                return None
            straight = entry.alias is None and any(own is entry for own in node.entries)
            where = self.tree.layout.key_at(entry.key.start)
            if where is None or not isinstance(where.node, Mapping):
                return None
            tag = entry.value.tag if entry.value.tag in {RESET, OVERRIDE} else spot.tag
            spot = Spot(entry.value, where.node, where.at, spot.turn or (0 if straight else depth), tag or "")
        is_null = isinstance(spot.node, Scalar) and resolve_compose(spot.node) is None
        return None if is_null and spot.tag != RESET else spot


class Reach:
    """Which nodes of a file its services are made of."""

    def __init__(self, tree: TreeDraft, layers: Layers, path: str) -> None:
        self._of: dict[int, set[Key]] = {}
        for key in layers.users:
            parent = tree.layout.key_at(key[1]) if key[0] == path else None
            if parent is not None and isinstance(parent.node, Mapping):
                for node in _parts(parent.node.entries[parent.at].value):
                    self._of.setdefault(node, set()).add(key)

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


class Reaches:
    """The reach of every file, looked at once.

    Attributes:
        known: by path.
    """

    def __init__(self) -> None:
        self.known: dict[str, Reach] = {}


class Sites:
    """All definitions of a service.

    Attributes:
        workload: the service.
        drafts: the files.
        found: the definitions, the weakest first.
        home: the one that the service is known by, where new keys go.
    """

    def __init__(self, workload: Workload, drafts: Drafts, over: TreeDraft | None = None) -> None:
        layers = workload.origin
        if not isinstance(layers, Layers) or not layers.found:
            raise UnwritableError("it is not known where the service is defined")
        self.workload = workload
        self.drafts = drafts
        self.layers = layers
        self.over = over
        self.found = [self._site(layer) for layer in layers.found]
        here = _owner(workload)
        self.home = next((site for site in self.found if site.layer.key == here), self.found[-1])
        if over is not None:
            free = [site for site in self.found if not site.fixed]
            if not free:
                environment = self.home.layer.environment
                self.found.append(Site.above(over, workload.name, layers.folder, environment))
            self.home = free[-1] if free else self.found[-1]

    @classmethod
    def alone(cls, workload: Workload, drafts: Drafts, tree: TreeDraft) -> Sites:
        """A service that has no definition yet, to be written into a file of its own."""
        sites = cls.__new__(cls)
        layers = workload.origin
        if not isinstance(layers, Layers) or not layers.found:
            raise UnwritableError("it is not known where the service is defined")
        sites.workload, sites.drafts, sites.layers, sites.over = workload, drafts, layers, tree
        sites.home = Site.above(tree, workload.name, layers.folder, layers.found[-1].environment)
        sites.found = [sites.home]
        return sites

    def _site(self, layer: Layer) -> Site:
        if self.over is not None:
            mine = layer.source.path == self.over.layout.source.path
            tree = self.over if mine else self.drafts.keep(layer.source, TreeDraft, TreeDraft.of_yaml)
            return Site(layer, tree, mine=mine, fixed=not mine)
        tree = self.drafts.keep(layer.source, TreeDraft, TreeDraft.of_yaml)
        owners = {_owner(user) for user in self.layers.users.get(layer.key, ())}
        return Site(layer, tree, mine=owners <= {_owner(self.workload)} or layer.key == _owner(self.workload))

    def holding(self, path: Path) -> list[tuple[Site, Spot]]:
        """Every definition that says something at a path and is heard, the weakest first.

        Raises:
            UnwritableError: one of them takes back what stands there (``!reset``).
        """
        found: list[tuple[Site, Spot]] = []
        for site in reversed(self.found):
            spot = site.find(path)
            tags = [part.tag for length in range(len(path) + 1) if (part := site.find(path[:length])) is not None]
            if RESET in tags:
                raise UnwritableError(f"{path[0]} is taken back with !reset in {site.source.path}")
            if spot is not None:
                found.insert(0, (site, spot))
            if OVERRIDE in tags:
                break
        return found

    def target(self, path: Path) -> Site:
        """Where a new value at a path is written: at home, or above where ``!override`` would take it away."""
        start = self.found.index(self.home)
        for site in self.found[start + 1 :]:
            if any((spot := site.find(path[:length])) is not None and spot.tag for length in range(len(path) + 1)):
                return site
        return self.home

    def stronger(self, site: Site, *, beside: bool = True) -> Site | None:
        """The next definition of this very service that is heard over another one (``beside``: or itself)."""
        start = self.found.index(site) + (0 if beside else 1)
        return next((one for one in self.found[start:] if one.mine and not one.aliased), None)

    def others(self, site: Site, node: Node) -> list[Workload]:
        """Every other service that a change of a node in the file of a definition changes too."""
        reaches = self.drafts.keep(self.workload.place.source, Reaches, lambda _: Reaches())
        path = site.source.path
        if path not in reaches.known:
            reaches.known[path] = Reach(site.tree, self.layers, path)
        users = {id(user): user for key in reaches.known[path].keys(node) for user in self.layers.users.get(key, ())}
        mine = _owner(self.workload)
        return [user for user in users.values() if _owner(user) != mine]


def _owner(workload: Workload) -> Key:
    """What a service is known by, in whatever project it is."""
    return workload.place.source.path, workload.place.span.start
