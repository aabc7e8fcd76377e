"""What bills of materials share: of which image they are, and when it was read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardhull.model.package import ImageContents
    from hardhull.model.result import Result


class NoBillError(Exception):
    """There is no bill of this result. ``str`` is the reason as a sentence part."""


def image_of(result: Result) -> ImageContents:
    """The image of a result.

    Raises:
        NoBillError: it has none, or several.
    """
    if len(result.images) != 1:
        why = "it is about no built image" if not result.images else f"it is about {len(result.images)} images"
        raise NoBillError(why)
    return result.images[0]


def started(result: Result) -> datetime:
    """When the image was read."""
    try:
        return datetime.fromisoformat(result.started).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
