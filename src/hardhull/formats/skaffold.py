"""``skaffold.yaml``: which image is built from which folder (``build.artifacts``, of profiles too)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.facts.parts import Build
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.yamldoc import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.source import Source
    from hardhull.text.nodes import Node


def is_skaffold(source: Source) -> bool:
    """Whether a file is one, by its name and by what it says of itself."""
    return source.path.rpartition("/")[2] in {"skaffold.yaml", "skaffold.yml"} and b"skaffold/" in source.data


def read(source: Source) -> Iterator[tuple[str, Build]]:
    """Every artifact that a Dockerfile builds: the name of its image, and how.

    Raises:
        UnreadableError: not YAML, or past a limit.
    """
    folder = posixpath.dirname(source.path)
    for root in load(source):
        for config in (root, *_items(_get(root, "profiles"))):
            for artifact in _items(_get(_get(config, "build"), "artifacts")):
                image = _text(_get(artifact, "image"))
                build = _build(artifact, folder)
                if image and build is not None:
                    yield image, build


def _build(artifact: Node, folder: str) -> Build | None:
    docker = _get(artifact, "docker")
    others = ("buildpacks", "jib", "bazel", "ko", "custom", "kaniko")
    if any(_get(artifact, name) is not None for name in others):
        return None
    context = posixpath.normpath(posixpath.join(folder, _text(_get(artifact, "context")) or "."))
    dockerfile = _text(_get(docker, "dockerfile")) or "Dockerfile"
    return Build(context, dockerfile, target=_text(_get(docker, "target")) or None)


def _get(node: Node | None, name: str) -> Node | None:
    return node.get(name) if isinstance(node, Mapping) else None


def _items(node: Node | None) -> Iterator[Node]:
    if isinstance(node, Sequence):
        yield from node


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
