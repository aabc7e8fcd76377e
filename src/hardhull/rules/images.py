"""Which image a workload pulls, for the rules about tags, digests and registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.official import on_the_hub
from hardhull.facts.reference import InvalidReferenceError, parse

if TYPE_CHECKING:
    from hardhull.facts.reference import Reference
    from hardhull.facts.workload import Workload

MOVING: Final = frozenset(
    {
        "latest", "edge", "nightly", "main", "master", "trunk", "develop", "devel", "dev", "canary", "rolling",
        "unstable", "snapshot", "next", "staging", "preview", "head",
    }
)  # fmt: skip
"""Tags that name a branch, not a version."""


def pulled(workload: Workload) -> Reference | None:
    """The image that is pulled from a registry; None where it is built in this tree, or its text is no reference.

    Podman and buildah put images that they build under ``localhost/``, and no registry is asked for those. Nor is there
    any for a name without a slash that is not an official image's.

    Raises:
        NotKnownError: the image cannot be known.
    """
    if workload.build.written:
        return None
    text = workload.image.value
    if not text or text.startswith("localhost/") or workload.recipe.get(None) is not None:
        return None
    try:
        image = parse(text)
    except InvalidReferenceError:
        return None
    return image if on_the_hub(image) else None
