"""Which image an image was built on: the one whose layers are the beginning of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.images.image import DIGEST
from hardhull.supply.connection import NoEngineError, connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docker import APIClient

    from hardhull.images.cache import Cache

MOST = 1000
"""Images of an engine that are looked at."""
CHAIN = "chain"


class Chain(NamedTuple):
    """An image and the digests of its layers, uncompressed, lowest first."""

    name: str
    layers: tuple[str, ...]


class Base(NamedTuple):
    """The image that another one was built on: its name, and how many layers it brought; none where nobody knows it."""

    name: str = ""
    layers: int = 0


def base_of(layers: Sequence[str], known: Iterable[Chain]) -> Base:
    """The nearest one: most layers are the same; of several names of one image the shortest."""
    fitting = [
        chain
        for chain in known
        if 0 < len(chain.layers) < len(layers) and tuple(layers[: len(chain.layers)]) == chain.layers
    ]
    if not fitting:
        return Base()
    best = min(fitting, key=lambda chain: (-len(chain.layers), len(chain.name), chain.name))
    return Base(best.name, len(best.layers))


def of_engine(cache: Cache) -> list[Chain]:
    """The images with a name that the machine's engine has; none where it cannot be asked."""
    try:
        client, _where = connect()
        with client:
            return _of_engine(client, cache)
    except NoEngineError:
        return []
    except Exception:  # noqa: BLE001  what the SDK and its libraries raise has no common base; the image itself was read
        return []


def _of_engine(client: APIClient, cache: Cache) -> list[Chain]:
    found = []
    for row in client.images()[:MOST]:
        names = [str(name) for name in row.get("RepoTags") or () if name != "<none>:<none>"]
        if names:
            layers = _layers(client, str(row.get("Id")), cache)
            found += [Chain(name, layers) for name in names]
    return found


def _layers(client: APIClient, identifier: str, cache: Cache) -> tuple[str, ...]:
    """An image never changes under its id, so this is asked once."""
    kept = cache.derived(identifier, CHAIN)
    if not isinstance(kept, list):
        told = client.inspect_image(identifier)  # type: ignore[no-untyped-call]
        kept = (told.get("RootFS") or {}).get("Layers") or []
        cache.keep_derived(identifier, CHAIN, kept)
    return tuple(one for one in kept if isinstance(one, str) and DIGEST.fullmatch(one))
