"""What the rules about the size of built images share: from how much on it is worth a word, and how that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.store import amount
from hardhull.model.finding import Finding, Reading, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hardhull.facts.contents import Contents, Waste
    from hardhull.model.change import Fix
    from hardhull.model.field import Field

LEAST: Final = 1_000_000
"""Bytes of one cause in one layer; below that the result has a number, and nobody is told what to do."""
LAYERS: Final = "the layers of the image"


def told(image: Contents, causes: Collection[str], words: str, severity: Severity, fix: Fix) -> Iterator[Finding]:
    """A finding for each instruction that made enough of it.

    Args:
        image: the image.
        causes: of :data:`hardhull.model.measured.CAUSES`.
        words: what it is, as the object of "holds": ``package caches``.
        severity: of what an instruction of the image's own made; of what the base brought it is ``info``, because only
            another base ends that.
        fix: what to do.
    """
    groups: dict[int, list[Field[Waste]]] = {}
    for item in image.wastes.value:
        if item.value.heap.cause in causes:
            groups.setdefault(item.value.heap.layer, []).append(item)
    for group in groups.values():
        size = sum(item.value.heap.bytes for item in group)
        if size >= LEAST:
            yield _finding(image, group, size, words, severity, fix)


def _finding(
    image: Contents, group: Sequence[Field[Waste]], size: int, words: str, severity: Severity, fix: Fix
) -> Finding:
    first = group[0].value
    came = f", which {first.base} brought" if first.base else ""
    made = group[0].finding(
        f"{image.subject} holds {amount(size)} of {words}{came}",
        label=amount(size),
        value=f"{first.heap.cause} {first.instruction}".strip(),
        severity=Severity.INFO if first.base else severity,
        fix=fix,
    )
    made.urgency = min(size, 1 << 19)
    return made.with_evidence(*_evidence([item.value for item in group], size))


def _evidence(wastes: Sequence[Waste], size: int) -> Iterator[Reading]:
    files = sum(one.heap.files for one in wastes)
    where = f"layer {wastes[0].heap.layer + 1}" + (f", {wastes[0].instruction}" if wastes[0].instruction else "")
    yield Reading("bytes", f"{size} in {files} {'file' if files == 1 else 'files'}", where)
    largest = [path for one in sorted(wastes, key=lambda one: -one.heap.bytes) for path in one.heap.examples][:3]
    yield Reading("largest", ", ".join(largest), LAYERS)
    packages = sorted({name for one in wastes for name in one.heap.packages})
    if packages:
        yield Reading("packages", ", ".join(packages), "the package manager's list")
    hidden = [one for one in wastes if one.heap.by >= 0]
    for one in sorted(hidden, key=lambda one: -one.heap.bytes)[:3]:
        by = one.hidden_by or "no history tells by what"
        yield Reading("hidden", f"{amount(one.heap.bytes)} by layer {one.heap.by + 1}, {by}", LAYERS)
