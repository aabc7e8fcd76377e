"""What a word amounts to: arguments whose every piece knows where it is written, or why it cannot be known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Place


class Piece(NamedTuple):
    """A stretch of an argument.

    Attributes:
        text: its value; for one that cannot be known its source text (``$TAG``).
        fragment: where it is written; for a variable's value that is where the variable is assigned.
        start: where it begins in the fragment's text.
        end: where it ends.
        why: why it cannot be known, else empty.
        many: whether it may stand for several words, or none.
        default: whether it is the default of a variable that nothing here sets.
    """

    text: str
    fragment: Fragment
    start: int
    end: int
    why: str = ""
    many: bool = False
    default: bool = False

    def cut(self, lo: int, hi: int) -> Piece:
        """A part of it, by positions in ``text``."""
        if len(self.text) != self.end - self.start or self.why:
            return self._replace(text=self.text[lo:hi])
        return self._replace(text=self.text[lo:hi], start=self.start + lo, end=self.start + hi)


class Arg:
    """One argument of a command, as the command would see it.

    Attributes:
        pieces: what it consists of; empty for an empty argument.
        text: its value, with the source text of what cannot be known ("$PWD/data:/data").
        site: where the command has it: the word, even where the value is written elsewhere.
        whole: whether it is just that word, so that its place is the word with its quotes.
        why: why it cannot be known, else empty.
    """

    __slots__ = ("pieces", "site", "text", "whole", "why")

    def __init__(self, pieces: tuple[Piece, ...], site: tuple[Fragment, int, int], *, whole: bool = False) -> None:
        self.pieces = pieces
        self.site = site
        self.whole = whole
        if len(pieces) == 1:
            self.text = pieces[0].text
            self.why = pieces[0].why
        else:
            self.text = "".join([piece.text for piece in pieces])
            self.why = next((piece.why for piece in pieces if piece.why), "")

    @classmethod
    def of(cls, fragment: Fragment, start: int, end: int, text: str | None = None) -> Arg:
        """An argument that stands there as it is (``text`` where quotes or escapes were removed)."""
        raw = fragment.text[start:end] if text is None else text
        return cls((Piece(raw, fragment, start, end),), (fragment, start, end), whole=True)

    @property
    def known(self) -> bool:
        """Whether the whole text is its value."""
        return not self.why

    @property
    def many(self) -> bool:
        """Whether it may be several arguments, or none."""
        return len(self.pieces) == 1 and self.pieces[0].many

    @property
    def default(self) -> bool:
        """Whether some of it is the default of a variable (``${X:-this}``)."""
        return any(piece.default for piece in self.pieces)

    @property
    def written(self) -> str:
        """The text at ``site``, before variables are replaced, without quotes around it."""
        fragment, start, end = self.site
        raw = fragment.text[start:end]
        return raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'" else raw

    @property
    def place(self) -> Place:
        """Where it is written."""
        if self.whole or not self.together:
            return self.site_place
        first, last = self.pieces[0], self.pieces[-1]
        return first.fragment.place(first.start, last.end)

    @property
    def together(self) -> bool:
        """Whether its pieces stand in one stretch of text, all of them in the command's word or all elsewhere."""
        if not self.pieces:
            return False
        fragment, start, end = self.site
        first, last = self.pieces[0], self.pieces[-1]
        here = first.fragment is fragment and start <= first.start <= end
        at = first.start
        for piece in self.pieces:
            inside = piece.fragment is fragment and start <= piece.start <= end
            if piece.fragment is not first.fragment or piece.start < at or inside != here:
                return False
            at = piece.end
        return here or "\n" not in first.fragment.text[first.start : last.end]

    @property
    def site_place(self) -> Place:
        """Where the command has it."""
        fragment, start, end = self.site
        return fragment.place(start, end)

    def cut(self, lo: int, hi: int | None = None) -> Arg:
        """The argument's ``text[lo:hi]`` with its places."""
        hi = len(self.text) if hi is None else hi
        pieces = []
        at = 0
        for piece in self.pieces:
            end = at + len(piece.text)
            if end > lo and at < hi:
                pieces.append(piece if at >= lo and end <= hi else piece.cut(max(lo - at, 0), min(hi, end) - at))
            at = end
        return Arg(tuple(pieces), self.site)

    def find(self, separator: str, start: int = 0) -> int:
        """Position of a separator in the known text, or -1; a separator inside ``${X:-y}`` does not count."""
        at = 0
        for piece in self.pieces:
            if not piece.why:
                found = piece.text.find(separator, max(start - at, 0))
                if found != -1:
                    return at + found
            at += len(piece.text)
        return -1

    def split(self, separator: str, most: int = -1) -> list[Arg]:
        """The stretches between separators that stand in the known text."""
        out: list[Arg] = []
        start = 0
        at = self.find(separator)
        while at != -1 and len(out) != most:
            out.append(self.cut(start, at))
            start = at + len(separator)
            at = self.find(separator, start)
        return [*out, self.cut(start)]

    def __repr__(self) -> str:
        return f"Arg({self.text!r}{'' if self.known else ' unknown'})"
