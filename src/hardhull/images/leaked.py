"""Which secrets an image leaks: in the files of all layers, deleted ones too, in its configuration and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.images.described import in_configuration
from hardhull.images.merge import seen
from hardhull.images.secrets import NAME, SECRETS, UNCHANGED
from hardhull.leaks.hit import LeakedIn, of_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardhull.images.image import Image
    from hardhull.images.layer import Gap, Layer
    from hardhull.images.reading import ReadImage
    from hardhull.leaks.scanner import Scanner


class Leaks(NamedTuple):
    """What an image leaks.

    Attributes:
        found: files in the order of the layers, then the configuration.
        unchanged: how many secrets were left out, because packages shipped their files byte for byte so.
        gaps: what could not be searched, each with the digest of its layer.
    """

    found: tuple[LeakedIn, ...]
    unchanged: int
    gaps: tuple[tuple[str, Gap], ...]


def leaks(image: ReadImage, scanner: Scanner) -> Leaks:
    """What was found in an image that was read with :class:`hardhull.images.secrets.Secrets`."""
    parts = [layer.parts[NAME] if layer is not None else None for layer in image.layers]
    visible = seen(image.layers, [{row.path for row in part.rows} if part else set() for part in parts])
    shipped = {
        (row.path, row.data[0]) for part in parts if part for row in part.rows if row.kind == UNCHANGED
    }  # a later layer may hold such a file once more, with other rights
    steps = instructions(image.image, scanner)
    found: dict[tuple[str, str], LeakedIn] = {}
    unchanged = 0
    for at, part in enumerate(parts):
        for row in part.rows if part else ():
            if row.kind == UNCHANGED:
                unchanged += row.data[1]
            if row.kind != SECRETS or (row.path, row.data["md5"]) in shipped:
                continue
            key = (row.path, row.data["md5"])
            shown = row.path in visible[at]
            if key in found:
                before = found[key]
                gone = "" if shown else _gone_by(image.layers, at, row.path, steps)
                found[key] = before._replace(visible=shown, gone_by=gone, again=(*before.again, at + 1))
                continue
            hits = tuple(of_plain(hit) for hit in row.data["hits"])
            place = image.image.layers[at] if at < len(image.image.layers) else None
            found[key] = LeakedIn(
                row.path, hits, at + 1, place.digest if place else "", steps[at],
                "" if shown else _gone_by(image.layers, at, row.path, steps), shown,
            )  # fmt: skip
    digests = [place.digest for place in image.image.layers] or [""]
    gaps = tuple((digests[at], gap) for at, part in enumerate(parts) if part for gap in part.gaps)
    configured = (LeakedIn(path, hits) for path, hits in in_configuration(image.image, scanner))
    return Leaks((*_together(found), *configured), unchanged, gaps)


def _together(found: Mapping[tuple[str, str], LeakedIn]) -> Iterator[LeakedIn]:
    """One for all files of a layer with the same bytes, the first of them by name, where they went the same way."""
    groups: dict[tuple[object, ...], list[LeakedIn]] = {}
    for (_path, digest), one in found.items():
        groups.setdefault((digest, one._replace(path="")), []).append(one)
    for group in groups.values():
        first, *others = sorted(group, key=lambda one: one.path)
        yield first._replace(copies=tuple(one.path for one in others))


def instructions(image: Image, scanner: Scanner | None) -> list[str]:
    """The instruction of each layer, without secrets; nothing of them where nobody can look for secrets in them."""
    from hardhull.images.described import told

    if scanner is None:
        return [""] * max(1, len(image.layers))

    made = [image.history[place.step].made_by if place.step >= 0 else "" for place in image.layers]
    return [told(text, scanner) for text in made] or [""]


def _gone_by(layers: Sequence[Layer | None], at: int, path: str, steps: Sequence[str]) -> str:
    """Which instruction took away what a layer had."""
    for above in range(at + 1, len(layers)):
        layer = layers[above]
        if layer is not None and _takes(layer, path):
            return steps[above] or f"layer {above + 1}"
    return "a later layer"


def _takes(layer: Layer, path: str) -> bool:
    folders = set(_above(path))
    if path in layer.gone or not folders.isdisjoint(layer.gone) or not folders.isdisjoint(layer.opaque):
        return True
    return any(name == path or (name in folders and kind != "d") for name, kind in layer.files.kinds)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    yield ""
