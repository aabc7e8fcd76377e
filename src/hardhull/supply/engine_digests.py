"""Digests of images as the machine's engine pulled or pushed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.reference import InvalidReferenceError, Reference, parse
from hardhull.supply.resolution import Answer, Resolution, Unresolved, now
from hardhull.supply.tags import candidates, is_moving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.facts.local_image import LocalImage
    from hardhull.supply.engine import EngineImages


class EngineResolver:
    """Answers from the images that the engine has. What the registry has under the tag today may be newer."""

    def __init__(self, images: EngineImages) -> None:
        self._images = images

    def resolve(self, reference: Reference) -> Answer:
        """The digest under which the engine got the image from its own repository."""
        image = self._images.find(reference)
        where = f"the engine at {self._images.where}" if self._images.where else "the engine"
        if image is None:
            failure = self._images.failure(reference)
            if failure is not None:
                return Unresolved(reference, f"{where} could not be asked: {failure.why}", failure.how)
            return Unresolved(reference, f"{where} does not have it", f"pull it: docker pull {reference.familiar}")
        return _answer(reference, image, where)


def _answer(reference: Reference, image: LocalImage, where: str) -> Answer:
    digests = {each.digest for each in _same(reference, image.digests) if each.digest}
    if not digests:
        why = f"{where} has it, but neither pulled nor pushed it under this name, so that it has no digest there"
        return Unresolved(reference, why, f"push it, or pull it: docker pull {reference.familiar}")
    if len(digests) > 1:
        why = f"{where} has it under {len(digests)} digests"
        how = f"remove it there and pull it again: docker pull {reference.familiar}"
        return Unresolved(reference, why, how)
    tag = reference.effective_tag or ""
    tags = candidates(tag, [each.tag for each in _same(reference, image.tags) if each.tag])
    why = "" if tags or not is_moving(tag) else f"{where} has no tag with a version for it"
    return Resolution(reference, digests.pop(), f"RepoDigests of {where}", now(), "", tuple(tags), why)


def _same(reference: Reference, texts: Sequence[str]) -> Iterator[Reference]:
    """Those of the references that are of the same repository; an engine also lists ``<none>``."""
    for text in texts:
        try:
            found = parse(text)
        except InvalidReferenceError:
            continue
        if found.name == reference.name:
            yield found
