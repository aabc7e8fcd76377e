"""Makes the text that a shell gets from the text of a file, every character with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.fragment import Fragment, Run

if TYPE_CHECKING:
    from hardhull.model.source import Source


class Rewriter:
    """Collects stretches of other texts and new text in between."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._pieces: list[str] = []
        self._runs: list[Run] = []
        self._length = 0
        self._end = 0
        self._changed = False

    def copy(self, outer: Fragment, start: int, end: int) -> None:
        """Appends ``outer.text[start:end]``."""
        if end > start:
            self._runs.extend(outer.runs(start, end, self._length))
            self._pieces.append(outer.text[start:end])
            self._length += end - start
            self._end = outer.offset(end)

    def put(self, text: str, offset: int, end: int | None = None) -> None:
        """Appends text of our own.

        Args:
            text: the text.
            offset: where it stands in the file.
            end: where that ends, if it stands for a stretch of the file; a place of the whole text is that stretch.
        """
        if text:
            self._runs.append(Run(self._length, offset))
            if end is not None and len(text) > 1:
                self._runs.append(Run(self._length + len(text) - 1, max(end - 1, offset)))
            self._pieces.append(text)
            self._length += len(text)
            self._end = offset if end is None else end
            self._changed = True

    def fragment(self, *, literal: bool = True) -> Fragment:
        """The whole text."""
        runs = self._runs or [Run(0, 0)]
        if self._changed and self._length:
            runs = [*runs, Run(self._length, self._end)]
        return Fragment(self.source, "".join(self._pieces), runs, literal=literal and not self._changed)
