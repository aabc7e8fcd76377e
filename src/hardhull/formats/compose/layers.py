"""Where the definitions of a service stand: base and override files, what it extends, what is included.

Each definition is marked when its file is read. The marks are a list under a key that no file can have, so that
merging collects them in the order in which the definitions are laid over each other. Only writing looks at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hardhull.formats.compose.tree import Items, Pair, Table, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.environment import Environment
    from hardhull.model.source import Source

LAYERS = "\0layers"
"""The key under which a service lists its definitions; no file can have it."""

Key: TypeAlias = tuple[str, int]
"""The path of a file and the offset of a service's key."""

Users: TypeAlias = "dict[str, dict[int, list[Workload]]]"
"""By the two parts of a definition's key, whose it is: several where a service is extended by others."""


class Layer(Text):
    """One definition of a service; it stands where the service's key stands.

    Attributes:
        folder: what relative paths in it are relative to, seen from the root.
        environment: the values of the variables in it.
    """

    __slots__ = ("environment", "folder")

    def __init__(self, pair: Pair, folder: str, environment: Environment) -> None:
        super().__init__(pair.source, pair.start, pair.end, f"{pair.source.path}:{pair.start}", raw="")
        self.folder = folder
        self.environment = environment

    @property
    def key(self) -> Key:
        """What tells it from all others of a scan."""
        return self.source.path, self.start


class Layers:
    """All definitions of one service.

    Attributes:
        found: the weakest first.
        users: of every definition of the scan.
        read: gives a file of the tree.
        folder: of the project, seen from the root.
    """

    __slots__ = ("folder", "found", "read", "users")

    def __init__(self, found: tuple[Layer, ...], read: Callable[[str], Source | None], folder: str) -> None:
        self.found = found
        self.read = read
        self.folder = folder
        self.users: Users = {}

    def users_of(self, key: Key) -> list[Workload]:
        """Whose a definition is."""
        return self.users.get(key[0], {}).get(key[1], [])

    def within(self, read: Callable[[str], Source | None]) -> Layers:
        """The same in another state of the tree, where nobody is known yet who shares them."""
        return Layers(self.found, read, self.folder)


def marked(model: Table, folder: str, environment: Environment) -> Table:
    """A file whose services say where they stand.

    Args:
        model: the file.
        folder: what its relative paths are relative to.
        environment: the values of its variables.
    """
    pairs = model.pairs
    for section in ("services", "jobs"):
        table = model.table(section)
        if table is None:
            continue
        made = {}
        for name, pair in table.pairs.items():
            service = pair.value
            if isinstance(service, Table):
                mark = Items(pair.source, pair.start, pair.end, [Layer(pair, folder, environment)])
                inner = {**service.pairs, LAYERS: Pair(pair.source, pair.start, pair.end, mark)}
                made[name] = pair.with_value(service.with_pairs(inner))
            else:
                made[name] = pair
        pairs = {**pairs, section: pairs[section].with_value(table.with_pairs(made))}
    return model if pairs is model.pairs else model.with_pairs(pairs)


def layers_of(service: Table, read: Callable[[str], Source | None], folder: str) -> Layers:
    """The definitions that a service of a project in a folder was merged from."""
    pair = service.pairs.get(LAYERS)
    items = pair.value.items if pair is not None and isinstance(pair.value, Items) else []
    return Layers(tuple(item for item in items if isinstance(item, Layer)), read, folder)


def link_users(workloads: Iterable[Workload]) -> None:
    """Tells every service who else is made from its definitions, among these workloads."""
    users: Users = {}
    for workload in workloads:
        layers = workload.origin
        if isinstance(layers, Layers):
            layers.users = users
            for layer in layers.found:
                path, start = layer.key
                users.setdefault(path, {}).setdefault(start, []).append(workload)
