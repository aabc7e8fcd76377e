"""Edits of a row of words: some go, some come, and the blanks and continued lines between the others stay as they are.

Everything is in bytes of the file, so that the indentation of a block scalar, a recipe's tab and CRLF stay too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.edit import Edit
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CLEAN = re.compile(rb"(?:[ \t]|\\?\r?\n(?:[ \t]*[#;][^\n]*\n)*)*")
"""Blanks and continued lines; in units lines of comment may stand between these."""


class Row(NamedTuple):
    """Words one behind the other.

    Attributes:
        data: the file.
        words: where each stands; the first one never goes, and is empty where all of the words may go.
    """

    data: bytes
    words: Sequence[Span]

    def gap(self, at: int) -> bytes:
        """What stands between a word and the next one; nothing behind the last one.

        Raises:
            UnwritableError: more than blanks and continued lines.
        """
        if at + 1 == len(self.words):
            return b""
        between = self.data[self.words[at].end : self.words[at + 1].start]
        if not between and self.words[at].start == self.words[at].end:
            return b""
        if not between or not _CLEAN.fullmatch(between):
            raise UnwritableError("something else stands between the words of the command")
        return between

    def removal(self, first: int, last: int) -> Edit:
        """The edit that takes the words from ``first`` to ``last`` out, with their line where they have one alone.

        Raises:
            UnwritableError: something else stands between them.
        """
        words = self.words
        for at in range(first - 1, last + 1):
            self.gap(at)
        before, behind = self.gap(first - 1), self.gap(last)
        if b"\n" in before and b"\n" in behind:
            start = words[first - 1].end + before.rindex(b"\n") + 1
            return Edit(Span(start, words[last].end + behind.index(b"\n") + 1), b"")
        if last + 1 < len(words) and (b"\n" in before or not before):
            return Edit(Span(words[first].start, words[last + 1].start), b"")
        return Edit(Span(words[first - 1].end, words[last].end), b"")

    def separator(self, last: int, bound: int) -> bytes:
        """What to put in front of a new word: a line of its own where the words around it have one.

        Args:
            last: where the last group of words in front of it begins; the bound in front of all words for none.
            bound: the word behind it, or the number of words.

        Raises:
            UnwritableError: something else stands between the words.
        """
        for at in dict.fromkeys((last - 1, bound - 1)):
            gap = self.gap(at) if at >= 0 else b" "
            if b"\n" in gap:
                return gap[: gap.index(b"\n") + 1] + gap[gap.rindex(b"\n") + 1 :]
        return b"" if bound == 1 and self.words[0].start == self.words[0].end else b" "

    def edits(self, gone: Sequence[tuple[int, int]], new: Sequence[bytes], last: int, bound: int) -> Iterator[Edit]:
        """All edits of the row.

        Args:
            gone: groups of words that go, as (first, last), in order.
            new: words that come, in front of the word ``bound``.
            last: see :meth:`separator`.
            bound: the word that the new ones stand in front of.

        Raises:
            UnwritableError: something else stands between the words.
        """
        runs: list[tuple[int, int]] = []
        for first, end in gone:
            if runs and runs[-1][1] + 1 == first:
                runs[-1] = (runs[-1][0], end)
            else:
                runs.append((first, end))
        if new:
            between = self.separator(last, bound)
            if runs and runs[-1][1] + 1 == bound:
                first, end = runs.pop()
                for at in range(first - 1, end + 1):
                    self.gap(at)
                yield Edit(Span(self.words[first].start, self.words[end].end), between.join(new))
            else:
                self.gap(bound - 1)
                here = self.words[bound - 1].end
                yield Edit(Span(here, here), b"".join([between + word for word in new]))
        for first, end in runs:
            yield self.removal(first, end)
