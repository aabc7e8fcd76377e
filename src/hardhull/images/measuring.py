"""An image, measured: what it weighs and why, and who may do what with its files. Kept for the next scan."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hardhull.images.merge import Shown
from hardhull.images.rights import rights, user_of
from hardhull.images.weights import weights
from hardhull.model.measured import Heap, ImageUser, Measured, Right

if TYPE_CHECKING:
    from hardhull.images.cache import Cache
    from hardhull.images.reading import ReadImage

KEPT = "measured"


def measured(image: ReadImage, cache: Cache) -> Measured:
    """Measures an image that was read with the readers of packages and of measures.

    What is kept hangs on nothing but the digests of the layers and the user of the configuration.
    """
    key = _key(image)
    kept = _of_plain(cache.derived(key, KEPT)) if key else None
    if kept is not None:
        return kept
    shown = Shown(image.layers)
    user = user_of(image, shown)
    layers, heaps = weights(shown)
    made = Measured(layers, heaps, rights(shown, user), user)
    if key:
        cache.keep_derived(key, KEPT, made)
    return made


def _key(image: ReadImage) -> str:
    """Names the layers; empty where one has no digest, or could not be read."""
    digests = [place.digest for place in image.image.layers]
    if image.broken or not all(digests):
        return ""
    text = "\n".join((*digests, repr(image.image.config.get("User"))))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _of_plain(plain: Any) -> Measured | None:
    """What :func:`measured` kept; None where that is something else."""
    try:
        layers, heaps, found, user = plain
        return Measured(
            tuple(layers),
            tuple(Heap(*one)._replace(examples=tuple(one[4]), packages=tuple(one[6])) for one in heaps),
            tuple(Right(*one) for one in found),
            None if user is None else ImageUser(*user)._replace(groups=tuple(user[3])),
        )
    except (TypeError, ValueError, IndexError):
        return None
