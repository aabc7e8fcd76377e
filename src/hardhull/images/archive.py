"""A ``docker save`` archive: which image is meant, and its layers.

Two layouts, both with ``manifest.json`` (github.com/moby/docker-image-spec, spec.md, "Combined image JSON"):
``ID/layer.tar`` of engines before 25, where a layer that several images share is a symbolic link, and an OCI layout
since.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from hardhull.images import oci
from hardhull.images.errors import ImageError
from hardhull.images.image import DAMAGED, MOST_LAYERS, Opened, described, document

if TYPE_CHECKING:
    from hardhull.images.oci import Wanted
    from hardhull.images.store import Store

SAVED = "name a file that `docker save` wrote"


def opened(store: Store, name: str, wanted: Wanted) -> Opened:
    """The image that is meant in an archive.

    Raises:
        ImageError: there is none, or more than one.
    """
    data = store.document("manifest.json")
    if data is None:
        if store.document("index.json") is not None:
            return oci.opened(store, name, wanted)
        raise ImageError("it has no manifest.json", SAVED)
    row = _row(data, wanted)
    path, layers = row.get("Config"), row.get("Layers")
    layers = [] if layers is None else layers
    if not isinstance(path, str) or not isinstance(layers, list) or not all(isinstance(one, str) for one in layers):
        raise ImageError("its manifest.json names no configuration or no layers", DAMAGED)
    config = store.document(path)
    if config is None:
        raise ImageError(f"its configuration {path[:80]} is missing", DAMAGED)
    identifier = f"sha256:{hashlib.sha256(config).hexdigest()}"
    digest = path.rpartition("/")[2].removesuffix(".json").removeprefix("sha256:")
    if len(digest) == 64 and identifier != f"sha256:{digest}":
        raise ImageError("its configuration does not have the digest in its name: it was changed", DAMAGED)
    names = _names(row)
    image = described(
        name, document(config, "its configuration"), [""] * len(layers), identifier=identifier, tags=names
    )
    blobs = (
        store.blob(one, place.digest) or oci.missing(place.digest)
        for one, place in zip(layers[:MOST_LAYERS], image.layers, strict=True)
    )
    return Opened(image, tuple(blobs))


def _names(row: dict[str, Any]) -> tuple[str, ...]:
    found = row.get("RepoTags")
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _row(data: bytes, wanted: Wanted) -> dict[str, Any]:
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        raise ImageError("its manifest.json is no JSON", DAMAGED) from None
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not rows:
        raise ImageError("its manifest.json names no image", SAVED)
    names = [_names(row) for row in rows]
    fitting = [
        row for row, own in zip(rows, names, strict=True) if not wanted.tag or wanted.tag in {*own, row.get("Config")}
    ]
    if len(fitting) == 1:
        return dict(fitting[0])
    what = ", ".join(name for own in names for name in own) or "images without names"
    why = f"it holds no image named {wanted.tag}" if not fitting else "it holds several images"
    raise ImageError(why, f"add #NAME:TAG to say which: {what[:300]}")
