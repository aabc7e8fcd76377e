"""The names of Docker's official images: the only images on Docker Hub whose names have no slash.

Any other name without a registry and without a slash (``myapp``, ``shop-web``) can only be of an image that was built
or loaded on the machine itself. The list is that of the programme's library, with the names that were retired from it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardhull.facts.reference import Reference


@cache
def names() -> frozenset[str]:
    """All of them."""
    return frozenset((Path(__file__).parent / "data" / "official.txt").read_text("ascii").split())


def on_the_hub(image: Reference) -> bool:
    """Whether a registry can have it: false for a name without a slash that is not an official image's."""
    return not image.official or "/" in image.familiar_name or image.familiar_name in names()
