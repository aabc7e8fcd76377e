"""Judging the items of a list one by one, so that one that cannot be known does not hide the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hardhull.model.field import NotKnownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hardhull.model.finding import Finding

T = TypeVar("T")


def each(items: Iterable[T], judge: Callable[[T], Iterable[Finding]]) -> Iterator[Finding]:
    """What is wrong with every item that can be judged.

    Args:
        items: the items.
        judge: yields what is wrong with one.

    Raises:
        NotKnownError: the first that a judgement ended with, after all items were judged.
    """
    first: NotKnownError | None = None
    for item in items:
        try:
            yield from judge(item)
        except NotKnownError as error:
            first = first or error
    if first is not None:
        raise first
