"""What built images hold, in a line or two for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.package import ImageContents
    from hardhull.model.result import Result
    from hardhull.report.view import View

MOST = 5
"""Images that the first screen tells of."""


def contents(result: Result, view: View) -> list[str]:
    """The lines; nothing where no image was read."""
    most = len(result.images) if view.everything else MOST
    lines = [line for image in result.images[:most] for line in view.fold(view.clean(_told(image)), view.width)]
    if result.images[most:]:
        lines.append(f"{view.dots} {count(len(result.images) - most, 'more image')}")
    return lines


def _told(image: ImageContents) -> str:
    system = image.distribution.name or image.distribution.id or "no distribution is named in it"
    return f"{image.name}: {system}; {', '.join(_packages(image)) or 'no packages'}"


def _packages(image: ImageContents) -> Iterator[str]:
    """``186 deb, 26 pypi packages``: the most frequent ones first."""
    counts = Counter(package.ecosystem for package in image.packages)
    rows = [f"{number} {name}" for name, number in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
    if rows:
        yield from rows[:-1]
        yield f"{rows[-1]} {'package' if counts.total() == 1 else 'packages'}"
