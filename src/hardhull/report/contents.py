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

WORTH = 0.01
"""Part of an image from which on what could be spared is worth a word."""
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
    return f"{image.name}: {system}; {', '.join(_packages(image)) or 'no packages'}{_size(image)}"


def _size(image: ImageContents) -> str:
    """``; 1.2 GB in 15 layers, of which debian:12 brought 117 MB; 310 MB could be spared``."""
    if not image.sizes:
        return ""
    from hardhull.facts.store import amount  # a scan without images does not need it

    brought = sum(one.bytes for one in image.sizes[: image.base_layers])
    base = f", of which {image.base} brought {amount(brought)}" if image.base else ""
    spared = sum(size for one in image.sizes[image.base_layers :] for size in one.causes.values())
    end = f"; {amount(spared)} of its own could be spared" if spared >= WORTH * image.bytes else ""
    return f"; {amount(image.bytes)} in {count(len(image.sizes), 'layer')}{base}{end}"


def layers(result: Result, view: View) -> Iterator[str]:
    """What each layer weighs, with what could be spared, for whoever wants to see everything."""
    from hardhull.facts.store import amount

    for image in [one for one in result.images if one.sizes]:
        yield f"{view.clean(image.name)}, layer by layer:"
        for number, one in enumerate(image.sizes, 1):
            causes = sorted(one.causes.items(), key=lambda row: -row[1])
            spared = f" ({', '.join(f'{amount(size)} {cause}' for cause, size in causes)})" if causes else ""
            whose = " [base]" if number <= image.base_layers else ""
            text = f"{number:>4} {amount(one.bytes):>9}{whose}{spared}  {one.instruction or 'no history'}"
            yield view.fit(view.clean(text), view.width)


def _packages(image: ImageContents) -> Iterator[str]:
    """``186 deb, 26 pypi packages``: the most frequent ones first."""
    counts = Counter(package.ecosystem for package in image.packages)
    rows = [f"{number} {name}" for name, number in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
    if rows:
        yield from rows[:-1]
        yield f"{rows[-1]} {'package' if counts.total() == 1 else 'packages'}"
