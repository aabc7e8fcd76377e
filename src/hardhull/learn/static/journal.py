"""Changes that can be taken back: what a trial added to sets and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

_T = TypeVar("_T")


class Journal:
    """Adds to sets and lists, and remembers it while a trial goes on."""

    def __init__(self) -> None:
        self._steps: list[tuple[set[Any] | list[Any], Any]] | None = None

    def add(self, where: set[_T], item: _T) -> bool:
        """Puts an item into a set; whether it was not in there."""
        if item in where:
            return False
        where.add(item)
        if self._steps is not None:
            self._steps.append((where, item))
        return True

    def update(self, where: set[_T], items: Iterable[_T]) -> None:
        """Puts several into a set."""
        for item in items:
            self.add(where, item)

    def append(self, where: list[_T], item: _T) -> None:
        """Puts an item at the end of a list, from which nothing is taken meanwhile."""
        where.append(item)
        if self._steps is not None:
            self._steps.append((where, item))

    def begin(self) -> None:
        """A trial begins."""
        self._steps = []

    def keep(self) -> None:
        """It ends, and what it added stays."""
        self._steps = None

    def back(self) -> None:
        """It ends, and all that it added goes."""
        for where, item in reversed(self._steps or ()):
            if isinstance(where, set):
                where.discard(item)
            else:
                where.pop()
        self._steps = None
