"""The packages of an image: what the readers found, as far as the image still shows it, each once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hardhull.images.distribution import distribution
from hardhull.images.merge import seen
from hardhull.images.owners import Owners
from hardhull.images.packages import NAME
from hardhull.images.purl import purl
from hardhull.model.package import OF_DISTRIBUTIONS, Distribution, Package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from hardhull.images.layer import Gap, Layer, Part
    from hardhull.images.reader import Row
    from hardhull.images.reading import ReadImage

    Key: TypeAlias = tuple[str, ...]

FIELDS = ("ecosystem", "name", "version", "arch", "source", "source_version")


class Inventory(NamedTuple):
    """What an image holds.

    Attributes:
        distribution: what it is made from.
        packages: what is installed; see :class:`hardhull.model.package.Package`.
        owned: what packages of the distribution hold in another guise (Debian's ``python3-requests`` is also
            ``requests`` of PyPI): they stand in ``packages`` once, as the distribution's.
        gaps: what could not be read, each with the digest of its layer.
    """

    distribution: Distribution
    packages: tuple[Package, ...]
    owned: tuple[Package, ...]
    gaps: tuple[tuple[str, Gap], ...]


def inventory(image: ReadImage, today: str = "") -> Inventory:
    """The packages of an image that was read with :class:`hardhull.images.packages.Packages`.

    Args:
        image: the image.
        today: ISO date at which support is judged; the real one by default.
    """
    parts = [layer.parts[NAME] if layer is not None else None for layer in image.layers]
    visible = seen(image.layers, [_paths(part) for part in parts])
    rows = [(at, row) for at, part in enumerate(parts) if part for row in part.rows if row.path in visible[at]]
    digests = [place.digest for place in image.image.layers] or [""]
    today = today or datetime.now(UTC).date().isoformat()
    system = distribution((row for _at, row in rows), today)
    owners = Owners([row for _at, row in rows])
    first = dict(_first_layers(image.layers))
    places: dict[Key, tuple[int, list[str]]] = {}
    hidden: set[Key] = set()
    for at, row in rows:
        if row.kind != "package":
            continue
        own = row.data["ecosystem"] in OF_DISTRIBUTIONS
        key = (*_identity(row), "" if own else owners.of(row.path))
        if not own and owners.is_distribution(row.path):
            hidden.add(key)
        layer, paths = places.setdefault(key, (first.get((row.path, *key), at) if own else at, []))
        if row.path not in paths:
            paths.append(row.path)
        if not own and at < layer:
            places[key] = (at, paths)
    made = {key: _package(key, digests[at], paths, system) for key, (at, paths) in sorted(places.items())}
    return Inventory(
        system,
        tuple(one for key, one in made.items() if key not in hidden),
        tuple(one for key, one in made.items() if key in hidden),
        tuple(_gaps(image, parts, visible, digests)),
    )


def _paths(part: Part | None) -> set[str]:
    return {row.path for row in part.rows} | {gap.path for gap in part.gaps} if part else set()


def _identity(row: Row) -> Key:
    return tuple(row.data.get(name, "") for name in FIELDS)


def _package(key: Key, layer: str, paths: list[str], system: Distribution) -> Package:
    ecosystem, name, version, arch, source, source_version, owner = key
    made = Package(
        ecosystem, name, version, source, source_version, arch, paths=tuple(sorted(paths)), layer=layer, owner=owner
    )
    if ecosystem in OF_DISTRIBUTIONS:
        made = made._replace(source=source or name, source_version=source_version or version)
    return made._replace(purl=purl(made, system))


def _first_layers(layers: Sequence[Layer | None]) -> Iterator[tuple[Key, int]]:
    """Since which layer a package of the distribution has been in the list of them, without a break."""
    known: dict[str, dict[Key, int]] = {}
    for at, layer in enumerate(layers):
        lists: dict[str, set[Key]] = {}
        for row in layer.parts[NAME].rows if layer is not None else ():
            if row.kind == "package" and row.data["ecosystem"] in OF_DISTRIBUTIONS:
                lists.setdefault(row.path, set()).add(_identity(row))
        for path, keys in lists.items():
            before = known.get(path, {})
            known[path] = {key: before.get(key, at) for key in keys}
    for path, found in known.items():
        yield from (((path, *key, ""), at) for key, at in found.items())


def _gaps(
    image: ReadImage, parts: Sequence[Part | None], visible: Sequence[set[str]], digests: Sequence[str]
) -> Iterator[tuple[str, Gap]]:
    for at, (layer, part) in enumerate(zip(image.layers, parts, strict=True)):
        if layer is not None and part is not None:
            yield from ((digests[at], gap) for gap in layer.gaps)
            yield from ((digests[at], gap) for gap in part.gaps if not gap.path or gap.path in visible[at])
