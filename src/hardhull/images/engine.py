"""An image of the machine's engine: what the engine says of it, and its layers from ``docker save``'s own question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.images import archive
from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.image import Blob, Opened, described, document
from hardhull.images.oci import Wanted, checked
from hardhull.images.passing import Passing
from hardhull.supply.connection import NoEngineError, connect, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docker import APIClient

    from hardhull.images.cache import Cache
    from hardhull.images.layer import Layer
    from hardhull.images.reader import Reader

SECONDS = 600
"""How long the engine may prepare what it sends: it writes all layers to its disk before the first byte."""


def opened(name: str, readers: Sequence[Reader], cache: Cache) -> Opened:
    """An image that the engine has. Nothing is pulled.

    Raises:
        ImageError: it has none of that name, or cannot be asked.
    """
    where = ""
    try:
        client, where = connect()
        with client:
            return _opened(client, where, name, readers, cache)
    except NoEngineError as error:
        raise ImageError(f"the engine cannot be asked: {error.why}", error.how) from None
    except (ImageError, BrokenLayerError):
        raise
    except Exception as error:  # noqa: BLE001  what the SDK and its libraries raise has no common base
        lost = refusal(error, where)
        raise ImageError(f"the engine at {lost.where} cannot be asked: {lost.why}", lost.how) from None


def _opened(client: APIClient, where: str, name: str, readers: Sequence[Reader], cache: Cache) -> Opened:
    from docker.errors import NotFound

    try:
        told = client.inspect_image(name)  # type: ignore[no-untyped-call]
    except NotFound:
        how = f"pull or build it, or scan registry:{name}"
        raise ImageError(f"the engine at {where} has no image of that name", how) from None
    identifier = str(told.get("Id", ""))
    tags = [str(tag) for tag in told.get("RepoTags") or ()]
    known = _known(name, identifier, tags, readers, cache)
    if known is not None:
        return known
    client.timeout = SECONDS
    sent = client.get_image(identifier)
    try:
        store = Passing(sent, readers)
    finally:
        sent.close()
    found = archive.opened(store, name, Wanted())
    cache.keep_document(found.image.id, _config(store))
    digests = [str(digest) for digest in told.get("RepoDigests") or ()]
    digest = next((one.partition("@")[2] for one in digests), found.image.digest)
    return found._replace(image=found.image._replace(tags=tuple(tags), digest=digest))


def _config(store: Passing) -> bytes:
    """The text of the configuration, which names every layer by its digest."""
    import json

    manifest: Any = json.loads(store.document("manifest.json") or b"[]")
    return store.document(manifest[0]["Config"]) or b"" if manifest else b""


def _known(name: str, identifier: str, tags: Sequence[str], readers: Sequence[Reader], cache: Cache) -> Opened | None:
    """The image from the cache alone: the engine says which configuration it has, and that says which layers."""
    text = cache.document(identifier)
    if text is None:
        return None
    config = document(checked(text, identifier), "its configuration")
    count = len((config.get("rootfs") or {}).get("diff_ids") or ())
    image = described(name, config, [""] * count, identifier=identifier, tags=tags)
    layers = [cache.layer(place.digest, readers) for place in image.layers]
    blobs = [
        _ready(place.digest, layer) for place, layer in zip(image.layers, layers, strict=True) if layer is not None
    ]
    return Opened(image, tuple(blobs)) if len(blobs) == len(layers) else None


def _ready(digest: str, layer: Layer) -> Blob:
    return Blob(digest, lambda: iter(()), ready=lambda: (layer, (digest,)))
