"""What the rules about rights of files in built images share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.facts.contents import Contents
    from hardhull.model.field import Field
    from hardhull.model.measured import Right

FEW: Final = 3


def by_layer(image: Contents, *kinds: str) -> Iterator[list[Field[Right]]]:
    """The files with such a right, those of one instruction together, by path."""
    groups: dict[int, list[Field[Right]]] = {}
    for item in image.rights.value:
        if item.value.kind in kinds:
            groups.setdefault(item.value.layer, []).append(item)
    for layer in sorted(groups):
        yield groups[layer]


def listed(group: Iterable[Field[Right]]) -> str:
    """``/app/a, /app/b, /app/c and 9 more``."""
    paths = [f"/{item.value.path}" for item in group]
    more = f" and {len(paths) - FEW} more" if len(paths) > FEW else ""
    return f"{', '.join(paths[:FEW])}{more}"


def values(group: Sequence[Field[Right]]) -> list[Right]:
    """What the fields hold."""
    return [item.value for item in group]
