"""Why an image, or a part of it, could not be read."""

from __future__ import annotations


class ImageError(Exception):
    """An image could not be read at all.

    Attributes:
        why: the reason as a sentence part.
        how: what the person can do.
    """

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.why = why
        self.how = how


class BrokenLayerError(Exception):
    """A layer is damaged, or larger than anything that is read. ``str`` is the reason as a sentence part."""
