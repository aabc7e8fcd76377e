"""What became of a built image between two results: its size, layer by cause, and its packages."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.package import ImageContents, Package
    from hardhull.model.result import Result

MOST = 10
"""Packages that the screen names of each kind of change."""


class ImageChange(NamedTuple):
    """One image in both results.

    Attributes:
        old: as it was.
        new: as it is.
        added: packages that only the new one has; likewise ``removed``.
        changed: packages of which it has another version: the old ones and the new ones, as they are installed.
    """

    old: ImageContents
    new: ImageContents
    added: tuple[Package, ...]
    removed: tuple[Package, ...]
    changed: tuple[tuple[tuple[Package, ...], tuple[Package, ...]], ...]


def changes_of_images(old: Result, new: Result) -> list[ImageChange]:
    """Images of the same name; where each result has one image alone, these two, whatever they are called."""
    before = {image.name: image for image in old.images}
    if len(old.images) == len(new.images) == 1:
        return [_change(old.images[0], new.images[0])]
    return [_change(before[image.name], image) for image in new.images if image.name in before]


def _change(old: ImageContents, new: ImageContents) -> ImageChange:
    """Packages are the same where ecosystem, name and architecture are."""
    had, has = _by_name(old), _by_name(new)
    both = [(had[key], has[key]) for key in had.keys() & has.keys() if _versions(had[key]) != _versions(has[key])]
    return ImageChange(
        old, new,
        tuple(sorted(one for key in has.keys() - had.keys() for one in has[key])),
        tuple(sorted(one for key in had.keys() - has.keys() for one in had[key])),
        tuple(sorted((tuple(sorted(first)), tuple(sorted(second))) for first, second in both)),
    )  # fmt: skip


def _by_name(image: ImageContents) -> dict[tuple[str, str, str], list[Package]]:
    found: dict[tuple[str, str, str], list[Package]] = {}
    for package in image.packages:
        found.setdefault((package.ecosystem, package.name, package.arch), []).append(package)
    return found


def _versions(packages: list[Package]) -> list[str]:
    return sorted(package.version for package in packages)


def spared(image: ImageContents) -> Counter[str]:
    """Bytes that could be spared, by cause."""
    total: Counter[str] = Counter()
    for one in image.sizes:
        total.update(one.causes)
    return total


def lines(old: Result, new: Result) -> Iterator[str]:
    """For people; nothing where neither looked at an image."""
    from hardhull.facts.store import amount

    for one in changes_of_images(old, new):
        name = one.new.name if one.old.name == one.new.name else f"{one.old.name} -> {one.new.name}"
        yield f"Image {name}"
        if one.old.sizes and one.new.sizes:
            layers = f"{len(one.old.sizes)} and {len(one.new.sizes)} layers"
            yield f"  size: {_amounts(one.old.bytes, one.new.bytes)}, {layers}"
            before, after = spared(one.old), spared(one.new)
            for cause in sorted(before.keys() | after.keys(), key=lambda name: -before[name] - after[name]):
                if before[cause] != after[cause]:
                    yield f"    {cause}: {amount(before[cause])} before, {amount(after[cause])} now"
        yield from _packages(one)
        yield ""


def _amounts(before: int, after: int) -> str:
    from hardhull.facts.store import amount

    part = f" ({(after - before) / before:+.0%})" if before else ""
    return f"{amount(before)} before, {amount(after)} now{part}"


def _packages(one: ImageChange) -> Iterator[str]:
    totals = f"{len(one.added)} added, {len(one.removed)} removed, {len(one.changed)} of another version"
    yield f"  {count(len(one.new.packages), 'package')}: {totals}"
    rows = [f"    {each[0].name} {_told(each)} -> {_told(now)}" for each, now in one.changed]
    rows += [f"    + {package.name} {package.version}" for package in one.added]
    rows += [f"    - {package.name} {package.version}" for package in one.removed]
    yield from rows[:MOST]
    if rows[MOST:]:
        yield f"    and {len(rows) - MOST} more"


def _told(packages: tuple[Package, ...]) -> str:
    return ", ".join(package.version for package in packages)


def plain(one: ImageChange) -> dict[str, Any]:
    """As JSON values."""
    return {
        "before": {"name": one.old.name, "id": one.old.id, **_sizes(one.old)},
        "after": {"name": one.new.name, "id": one.new.id, **_sizes(one.new)},
        "packages": {
            "added": [_row(package) for package in one.added],
            "removed": [_row(package) for package in one.removed],
            "changed": [
                {**_row(old[0]), "version": [each.version for each in old], "now": [each.version for each in new]}
                for old, new in one.changed
            ],
        },
    }


def _sizes(image: ImageContents) -> dict[str, Any]:
    return {"bytes": image.bytes, "layers": len(image.sizes), "spared": dict(spared(image))} if image.sizes else {}


def _row(package: Package) -> dict[str, str]:
    return {"ecosystem": package.ecosystem, "name": package.name, "version": package.version, "arch": package.arch}
