"""What the layers of an image weigh, and which of these bytes could be spared: from what was kept of the one pass."""

from __future__ import annotations

import posixpath
from heapq import nlargest
from typing import TYPE_CHECKING, Final

from hardhull.images.causes import is_tool, of_folder
from hardhull.images.measure import NAME, sums_of
from hardhull.images.owners import variants
from hardhull.images.packages import NAME as PACKAGES
from hardhull.model.measured import COMPILED, DELETED, DEVELOPMENT, DUPLICATE, REWRITTEN, TOOLS, Heap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.images.layer import Layer
    from hardhull.images.merge import Shown

EXAMPLES: Final = 3
LEAST_DUPLICATE: Final = 4096
"""Bytes of a file that is worth a word when it is there twice: a block of a file system."""


class _Heaps:
    """Adds files up."""

    def __init__(self) -> None:
        self._files: dict[tuple[int, str, int], list[tuple[int, str]]] = {}
        self._packages: dict[tuple[int, str, int], set[str]] = {}

    def add(self, layer: int, cause: str, path: str, size: int, *, by: int = -1, package: str = "") -> None:
        """One more file."""
        key = (layer, cause, by)
        self._files.setdefault(key, []).append((size, path))
        if package:
            self._packages.setdefault(key, set()).add(package)

    def all(self) -> Iterator[Heap]:
        """In the order of the layers, the largest of each first."""
        made = []
        for (layer, cause, by), files in self._files.items():
            examples = tuple(path for _size, path in nlargest(EXAMPLES, files))
            packages = tuple(sorted(self._packages.get((layer, cause, by), ())))
            size = sum(size for size, _path in files)
            made.append(Heap(layer, cause, size, len(files), examples, by, packages))
        yield from sorted(made, key=lambda one: (one.layer, -one.bytes, one.cause, one.by))


def weights(shown: Shown) -> tuple[tuple[int, ...], tuple[Heap, ...]]:
    """What an image weighs whose layers were read with the readers of packages and of measures.

    Returns:
        Bytes of each layer's files, and what of them could be spared.
    """
    layers, gone = shown.layers, shown.gone
    tables = [_table(layer) for layer in layers]
    heaps = _Heaps()
    causes = _Causes(shown)
    _count_hidden(heaps, shown, tables)
    first: dict[tuple[int, int], str] = {}
    twice: list[tuple[int, str, str, int]] = []
    for at, table in enumerate(tables):
        for path, (size, check) in table.items():
            if path in gone[at]:
                continue
            cause, package = causes.of(path, table)
            if cause:
                heaps.add(at, cause, path, size, package=package)
            elif size >= LEAST_DUPLICATE and check:
                before = first.setdefault((size, check), path)
                if before != path:
                    twice.append((at, before, path, size))
    owned = _owned(shown, {name for _at, before, path, _size in twice for name in (before, path)})
    for at, before, path, size in twice:
        if before not in owned or path not in owned:
            heaps.add(at, DUPLICATE, path, size)
    return tuple(sum(size for size, _sum in table.values()) for table in tables), tuple(heaps.all())


class _Causes:
    """Why files could be spared that the image shows; asked once for each folder."""

    def __init__(self, shown: Shown) -> None:
        self._tools = {
            name: package
            for package, paths in _lists(shown)
            if is_tool(package)
            for path in paths
            for name in variants(path)
        }
        self._development = set(_development(shown))
        self._folders: dict[str, str] = {}

    def of(self, path: str, table: dict[str, tuple[int, int]]) -> tuple[str, str]:
        """The cause, and the package whose file it is; empty where there is none."""
        folder = path.rpartition("/")[0]
        cause = self._folders.get(folder)
        if cause is None:
            cause = self._folders[folder] = self._of_folder(folder)
        package = self._tools.get(path, "")
        if cause == TOOLS or (package and not cause):
            return TOOLS, package
        if not cause and path.endswith(".pyc") and _has_source(path, table):
            return COMPILED, ""
        return cause, ""

    def _of_folder(self, folder: str) -> str:
        if "node_modules/" in folder and not self._development.isdisjoint((folder, *_above(folder))):
            return DEVELOPMENT
        return of_folder(folder)


def _table(layer: Layer | None) -> dict[str, tuple[int, int]]:
    """Size and checksum of the files of a layer that have content; the last entry of a path counts."""
    if layer is None:
        return {}
    sums = sums_of(layer.parts[NAME])
    rows = zip(layer.files.sizes, sums, strict=True)
    return {path: (size, check) for (path, kind, size), check in rows if kind == "f" and size}


class _Tree:
    """Files that some later layer hides, as they are before a layer comes; each is added and taken once."""

    def __init__(self) -> None:
        self.layers: dict[str, int] = {}
        """The layer of each file."""
        self._inside: dict[str, set[str]] = {}

    def add(self, path: str, layer: int) -> None:
        """One more file."""
        self.layers[path] = layer
        inner = path
        while inner:
            folder = inner.rpartition("/")[0]
            inside = self._inside.setdefault(folder, set())
            if inner in inside:
                break
            inside.add(inner)
            inner = folder

    def below(self, folder: str) -> Iterator[tuple[str, int]]:
        """The files in a folder and below it, with their layers; they are taken out."""
        waiting = list(self._inside.pop(folder, ()))
        while waiting:
            path = waiting.pop()
            if path in self.layers:
                yield path, self.layers.pop(path)
            waiting += self._inside.pop(path, ())


def _count_hidden(heaps: _Heaps, shown: Shown, tables: Sequence[dict[str, tuple[int, int]]]) -> None:
    """Files that later layers hide: each at the first of them, as written again where that has the same bytes."""
    tree = _Tree()
    for at, layer in enumerate(shown.layers):
        if layer is None:
            continue
        for path, below in _taken(tree, layer):
            heaps.add(below, DELETED, path, tables[below][path][0], by=at)
        for path in tree.layers.keys() & set(layer.files.paths):
            below = tree.layers.pop(path)
            same = tables[at].get(path) == tables[below][path]
            heaps.add(below, REWRITTEN if same else DELETED, path, tables[below][path][0], by=at)
        for path in shown.gone[at] & tables[at].keys():
            tree.add(path, at)


def _taken(tree: _Tree, layer: Layer) -> Iterator[tuple[str, int]]:
    """What a layer takes away, and what lay in folders that are something else in it."""
    for path in layer.gone:
        if path in tree.layers:
            yield path, tree.layers.pop(path)
        yield from tree.below(path)
    for path in layer.opaque:
        yield from tree.below(path)
    for path, kind in layer.files.kinds:
        if kind != "d":
            yield from tree.below(path)


def _above(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _lists(shown: Shown) -> Iterator[tuple[str, list[str]]]:
    """Packages of the distribution, each with its files, as the lists say that the image shows."""
    for _at, row in shown.rows(PACKAGES, "owned"):
        yield row.data[0], row.data[1].split("\n")


def _owned(shown: Shown, wanted: set[str]) -> set[str]:
    """Those of some paths that packages of the distribution own."""
    names = {name: path for path in wanted for name in variants(path)}
    return {names[name] for _package, paths in _lists(shown) for name in names.keys() & paths} if names else set()


def _development(shown: Shown) -> Iterator[str]:
    """Folders of packages that npm installed for development alone, as its own hidden lock file says."""
    for _at, row in shown.rows(PACKAGES, "development"):
        above = posixpath.dirname(posixpath.dirname(row.path))
        yield from (posixpath.join(above, name) for name in row.data)


def _has_source(path: str, table: dict[str, tuple[int, int]]) -> bool:
    """Whether Python could compile it again; a program that is delivered without its source needs it."""
    folder, _, name = path.rpartition("/")
    base = folder.removesuffix("__pycache__").rstrip("/")
    source = f"{base}/{name.partition('.')[0]}.py" if base else f"{name.partition('.')[0]}.py"
    return folder.endswith("__pycache__") and source in table
