"""The packages of an image: what the readers found, as far as the image still shows it, each once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hardhull.images.distribution import distribution
from hardhull.images.layer import Gap
from hardhull.images.merge import seen
from hardhull.images.owners import Owners
from hardhull.images.packages import LINKED, NAME
from hardhull.images.purl import purl
from hardhull.model.package import OF_DISTRIBUTIONS, Distribution, Package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from hardhull.images.layer import Layer, Part
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
    rows, lost = _followed(image.layers, rows)
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
        (*_gaps(image, parts, visible, digests), *((digests[at], gap) for at, gap in lost)),
    )


def _followed(
    layers: Sequence[Layer | None], rows: list[tuple[int, Row]]
) -> tuple[list[tuple[int, Row]], list[tuple[int, Gap]]]:
    """What was found, with that of hard links to files of lower layers; and the links whose file was not read there."""
    found: list[tuple[int, Row]] = []
    lost = []
    for at, row in rows:
        if row.kind != LINKED:
            found.append((at, row))
            continue
        same = _of_target(layers, at, row.data)
        found += [(at, one._replace(path=row.path)) for one in same]
        if not same:
            lost.append((at, Gap(row.path, "it is a hard link to a file of another layer, which was not read")))
    return found, lost


def _of_target(layers: Sequence[Layer | None], at: int, target: str) -> list[Row]:
    """What was found in a file by the nearest layer below that has it."""
    for layer in reversed(layers[:at]):
        if layer is None:
            return []  # it may have another one
        here = [row for row in layer.parts[NAME].rows if row.path == target and row.kind != LINKED]
        if here or target in layer.gone or target in layer.files.paths:
            return here
    return []


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
