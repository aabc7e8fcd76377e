"""The upgrade as lines of the Dockerfile that an image was built from: behind what brought the packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.receipt import Splice
from hardhull.rebuild.recipe import instructions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Instruction
    from hardhull.model.source import Place
    from hardhull.rebuild.tools import Order

COMMENT = "# newer versions of packages with known vulnerabilities (hardhull fix)"


class Spot(NamedTuple):
    """Where lines go: a byte offset at the beginning of a line, and whom instructions there are run as."""

    at: int
    user: str


def edit(
    recipe: ImageRecipe, places: Mapping[int, Place], steps: Sequence[int], orders: Sequence[Order], base_user: str
) -> Splice | None:
    """The lines, and where they go; None where the Dockerfile has no place for them.

    Args:
        recipe: the Dockerfile.
        places: of the steps of the image's history in it.
        steps: that brought the packages.
        orders: what package managers are told.
        base_user: whom the base image's containers start as.
    """
    spot = _spot(recipe, [places[step] for step in steps if step in places], base_user)
    if spot is None:
        return None
    data = recipe.place.source.data
    newline = "\r\n" if b"\r\n" in data else "\n"
    lines = "".join(f"{line}{newline}" for line in (COMMENT, *instructions(orders, spot.user)))
    before = "" if data[: spot.at].endswith(b"\n") else newline
    return Splice(spot.at, spot.at, f"{before}{lines}".encode())


def _spot(recipe: ImageRecipe, wanted: Sequence[Place], base_user: str) -> Spot | None:
    """Behind the last instruction that brought one of them; behind FROM where all came with the base image."""
    spans = {place.span for place in wanted}
    own: list[Instruction] = [
        one
        for stage in (recipe.final.lineage if recipe.final else ())
        for one in stage.instructions
        if not one.onbuild and not one.triggered and one.head.span in spans
    ]
    data = recipe.place.source.data
    if own:
        last = max(own, key=lambda one: one.span.start)
        return Spot(_line_after(data, last.span.end), last.user.get(""))
    root = recipe.root_stage
    if root is None:
        return None
    at = _line_after(data, root.base.place.span.end)
    continued = data[:at].rstrip(b"\r\n").endswith((b"\\", b"`"))
    return None if continued else Spot(at, base_user)


def _line_after(data: bytes, offset: int) -> int:
    """Where the line behind the one of an offset begins, or the offset where that is the beginning of one."""
    if data[offset - 1 : offset] == b"\n":
        return offset
    end = data.find(b"\n", offset)
    return len(data) if end < 0 else end + 1
