"""From a tag to a digest: what a Pin becomes once somebody who knows was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.reference import InvalidReferenceError, parse
from hardhull.supply.resolution import Unresolved
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.model.change import Pin
    from hardhull.supply.resolution import Resolver


def resolving(resolver: Resolver) -> Callable[[Pin], str]:
    """A function that gives the pinned form of a reference, written as short as it was.

    It raises UnwritableError where nobody knows the digest: it is never guessed.
    """

    def resolve(pin: Pin) -> str:
        try:
            reference = parse(pin.reference)
        except InvalidReferenceError as error:
            raise UnwritableError(f"{pin.reference} is no image reference: {error}") from None
        answer = resolver.resolve(reference)
        if isinstance(answer, Unresolved):
            raise UnwritableError(f"{answer.why}; {answer.how}")
        return written(pin.reference, answer.pinned.tag, answer.digest)

    return resolve


def written(reference: str, tag: str | None, digest: str) -> str:
    """A reference with tag and digest, its name as it was written (``node``, not ``docker.io/library/node``)."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}{f':{tag}' if tag else ''}@{digest}"
