"""What an image says of itself: its configuration, history and layers (OCI image specification, config.md)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.images.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hardhull.images.layer import Layer

MOST_DOCUMENT = 8 << 20
"""Bytes of a manifest, an index or a configuration; registries must take manifests of 4 MB."""
MOST_LAYERS = 1000
"""Engines refuse more than 127."""
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
DAMAGED = "build or save the image again"


class Platform(NamedTuple):
    """``linux/arm64/v8``; empty parts are not told."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


class Step(NamedTuple):
    """One line of an image's history.

    Attributes:
        made_by: the instruction, as the builder wrote it; empty for imported images.
        created: ISO time; empty where not told.
        empty: whether it made no layer.
    """

    made_by: str
    created: str
    empty: bool


class LayerPlace(NamedTuple):
    """A layer as the image names it, lowest first.

    Attributes:
        digest: ``sha256:...`` of its uncompressed bytes (diff id).
        blob: of its bytes as they are stored; empty where they are not stored under a digest.
        step: which line of the history made it; -1 where the history does not tell.
    """

    digest: str
    blob: str
    step: int


class Image(NamedTuple):
    """An image.

    Attributes:
        name: as it was asked for.
        id: digest of its configuration; empty for a folder.
        digest: of its manifest; empty where there is none.
        tags: names that its archive or engine has for it.
        platform: what it runs on.
        config: what containers get: ``User``, ``Env``, ``Entrypoint`` ...
        created: ISO time; empty where not told.
        history: its steps, first one first.
        layers: lowest first.
    """

    name: str
    id: str
    digest: str
    tags: tuple[str, ...]
    platform: Platform
    config: dict[str, Any]
    created: str
    history: tuple[Step, ...]
    layers: tuple[LayerPlace, ...]


class Blob(NamedTuple):
    """The bytes of one layer.

    Attributes:
        digest: what the bytes must have: uncompressed where it is the layer's own digest, else as they are stored.
        open: gives the stored bytes from their beginning, again at each call.
        identity: names the file as it is at this moment, so that a verified digest may be kept for it; gives an empty
            text where there is no such file.
        ready: gives the layer and its digests (as stored, uncompressed), where it was read when it passed by.
    """

    digest: str
    open: Callable[[], Iterator[bytes]]
    identity: Callable[[], str] = str
    ready: Callable[[], tuple[Layer, tuple[str, ...]]] | None = None


class Opened(NamedTuple):
    """An image of which the layers can be read: ``blobs`` stand in the order of ``image.layers``."""

    image: Image
    blobs: tuple[Blob, ...]


def document(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ImageError: it is none.
    """
    if len(data) > MOST_DOCUMENT:
        raise ImageError(f"{what} has more than {MOST_DOCUMENT >> 20} MB", DAMAGED)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise ImageError(f"{what} is no JSON", DAMAGED) from None
    if not isinstance(found, dict):
        raise ImageError(f"{what} is no JSON object", DAMAGED)
    return found


def described(
    name: str,
    config: dict[str, Any],
    blobs: Sequence[str],
    *,
    identifier: str,
    digest: str = "",
    tags: Sequence[str] = (),
) -> Image:
    """An image from its configuration.

    Args:
        name: as it was asked for.
        config: the whole configuration document.
        blobs: digests of the layers as they are stored, or empty texts.
        identifier: digest of the configuration.
        digest: of the manifest.
        tags: names.

    Raises:
        ImageError: the configuration does not fit the layers.
    """
    rootfs = config.get("rootfs")
    listed = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    diffs = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    if len(diffs) > MOST_LAYERS:
        raise ImageError(f"it has more than {MOST_LAYERS} layers", "engines take no more than 127")
    if len(diffs) != len(blobs) or not all(DIGEST.fullmatch(one) for one in diffs):
        raise ImageError("its configuration and its manifest name different layers", DAMAGED)
    history = _history(config.get("history"))
    made = [at for at, step in enumerate(history) if not step.empty]
    steps = made if len(made) == len(diffs) else [-1] * len(diffs)
    layers = tuple(LayerPlace(*row) for row in zip(diffs, blobs, steps, strict=True))
    platform = Platform(*(_text(config.get(key)) for key in ("os", "architecture", "variant")))
    inner = config.get("config")
    inner = inner if isinstance(inner, dict) else {}
    return Image(name, identifier, digest, tuple(tags), platform, inner, _text(config.get("created")), history, layers)


def _history(value: Any) -> tuple[Step, ...]:
    """Images that were imported have lines without ``created_by``, or none at all."""
    rows = value if isinstance(value, list) else []
    return tuple(
        Step(_text(row.get("created_by")), _text(row.get("created")), row.get("empty_layer") is True)
        for row in rows[: 10 * MOST_LAYERS]
        if isinstance(row, dict)
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
