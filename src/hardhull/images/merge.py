"""What the layers show together: the files of the lower ones are hidden by those of the upper ones.

Layers are applied from the lowest to the highest (OCI image specification, layer.md): an entry hides an equal path
below; one that is no folder hides all that lay in a folder of its name; a whiteout takes a path with all in it; an
opaque folder shows nothing of the layers below. What a layer takes away never concerns its own entries, so ``rm`` and a
link of the same name in one layer leave the link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hardhull.images.layer import Layer
    from hardhull.images.reader import Row
    from hardhull.images.tarwalk import Entry


class _Above:
    """What the layers above hide."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._hiding: set[str] = set()

    def add(self, layer: Layer) -> None:
        """One layer further down begins."""
        self._seen.update(layer.files.paths)
        self._hiding.update(path for path, kind in layer.files.kinds if kind != "d")
        self._seen.update(layer.gone)
        self._hiding.update(layer.gone, layer.opaque)

    def hides(self, path: str) -> bool:
        """Whether an entry of the next layer is not seen."""
        if path in self._seen:
            return True
        hiding = self._hiding
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in hiding:
                return True
        return "" in hiding

    def hidden(self, paths: set[str]) -> set[str]:
        """Those of the paths of the next layer that are not seen; as :meth:`hides` for each, many at once."""
        hiding = self._hiding
        if "" in hiding:
            return set(paths)
        gone = paths & self._seen
        folders: set[str] = set()
        for parent in {path.rpartition("/")[0] for path in paths}:
            folder = parent
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        if not folders.isdisjoint(hiding):
            gone |= {path for path in paths if self.hides(path)}
        return gone


class Shown:
    """What the image shows of its layers, found out once.

    Attributes:
        layers: lowest first; None for one that could not be read.
        gone: of each layer the paths that layers above hide.
    """

    def __init__(self, layers: Sequence[Layer | None]) -> None:
        self.layers = layers
        self.gone: list[set[str]] = [set() for _layer in layers]
        above = _Above()
        for at in reversed(range(len(layers))):
            layer = layers[at]
            if layer is not None:
                self.gone[at] = above.hidden(set(layer.files.paths))
                above.add(layer)

    def rows(self, reader: str, kind: str) -> Iterator[tuple[int, Row]]:
        """What a reader found in files that the image shows, with the number of the layer; the lowest layer first."""
        for at, layer in enumerate(self.layers):
            for row in layer.parts[reader].rows if layer is not None else ():
                if row.kind == kind and row.path not in self.gone[at]:
                    yield at, row


def seen(layers: Sequence[Layer | None], wanted: Sequence[Collection[str]]) -> list[set[str]]:
    """Which of some paths the image shows, for each layer.

    Args:
        layers: lowest first; None for one that could not be read.
        wanted: for each layer, paths of its entries.
    """
    above = _Above()
    found: list[set[str]] = [set() for _layer in layers]
    for at in reversed(range(len(layers))):
        layer = layers[at]
        if layer is not None:
            found[at] = {path for path in wanted[at] if not above.hides(path)}
            above.add(layer)
    return found


def entries(layers: Sequence[Layer | None]) -> Iterator[tuple[int, Entry]]:
    """Everything that the image shows, with the number of its layer; the highest layer comes first."""
    above = _Above()
    for at in reversed(range(len(layers))):
        layer = layers[at]
        if layer is None:
            continue
        last = {entry.path: entry for entry in layer.files}
        yield from ((at, entry) for path, entry in last.items() if not above.hides(path))
        above.add(layer)
