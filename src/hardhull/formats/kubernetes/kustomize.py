"""Kustomizations and charts: which files of a tree are patches or templates, and so not whole by themselves."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.kubernetes.block import Block
from hardhull.formats.kubernetes.documents import documents
from hardhull.formats.kubernetes.values import text
from hardhull.model.field import NotKnownError
from hardhull.model.result import NotChecked
from hardhull.text.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.model.source import Source
    from hardhull.text.nodes import Node

NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
"""The names that kustomize looks for."""
_PATCH_LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902", "transformers", "validators", "configurations")
_CHANGES = frozenset(_PATCH_LISTS) | {
    *("images", "namespace", "namePrefix", "nameSuffix", "replicas", "labels", "commonLabels", "commonAnnotations"),
    *("components", "configMapGenerator", "secretGenerator", "generators", "replacements", "vars"),
    *("helmCharts", "helmChartInflationGenerator"),
}


class Context(NamedTuple):
    """What the other files of a tree say about a file.

    Attributes:
        patches: paths of files that kustomizations use as patches or settings.
        charts: folders of Helm charts (those that hold a ``Chart.yaml``).
    """

    patches: frozenset[str] = frozenset()
    charts: frozenset[str] = frozenset()


ALONE = Context()
"""A file of which nothing else is known."""


def context(kustomizations: Iterable[Source], charts: Iterable[str] = ()) -> Context:
    """What kustomizations and charts say about the files beside them.

    Args:
        kustomizations: every file with one of :data:`NAMES`.
        charts: the paths of every ``Chart.yaml``.
    """
    patches = {path for source in kustomizations for path in _patch_files(source)}
    return Context(frozenset(patches), frozenset(posixpath.dirname(path) for path in charts))


def chart_of(path: str, found: Context) -> str | None:
    """The folder of the chart in whose ``templates`` or ``values`` a file stands."""
    folder = posixpath.dirname(path)
    while True:
        if folder in found.charts:
            inside = path[len(folder) + 1 :] if folder else path
            return folder or "." if _of_chart(inside) else None
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _of_chart(inside: str) -> bool:
    if "/" in inside:
        return inside.startswith("templates/")
    return inside.startswith("values") or inside == "Chart.yaml"


def not_checked(source: Source) -> NotChecked:
    """Why a kustomization itself is not judged, with what it would change."""
    keys = sorted({key for block in _roots(source) for key in block.entries if key in _CHANGES})
    folder = posixpath.dirname(source.path) or "."
    why = (
        f"a kustomization that changes other manifests ({', '.join(keys)})"
        if keys
        else "a kustomization only lists files"
    )
    return NotChecked(
        "out-of-scope", source.path, why, f"`kubectl kustomize {folder} | hardhull scan -` judges what it renders"
    )


def _roots(source: Source) -> Iterator[Block]:
    for root in documents(source).roots:
        if isinstance(root, Mapping):
            yield Block(source, root)


def _patch_files(source: Source) -> Iterator[str]:
    """Paths of the files that a kustomization lists as patches, relative to the scanned root."""
    folder = posixpath.dirname(source.path)
    for block in _roots(source):
        for key in _PATCH_LISTS:
            try:
                nodes = block.sequence(key) or []
            except NotKnownError:
                continue
            for node in nodes:
                path = _path(block, node, key)
                if path and "\n" not in path and "://" not in path:
                    yield posixpath.normpath(posixpath.join(folder, path))


def _path(block: Block, node: Node, key: str) -> str | None:
    if isinstance(node, Scalar):
        return node.text
    field = block.as_block(node, key).field("path", "path", text)
    return field.get("") if field is not None else None
