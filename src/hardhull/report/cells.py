r"""Text for a terminal: what a hostile file wrote is made visible, and every character knows the cells it takes.

Names, labels and lines of scanned files are written by strangers. Control characters could move the cursor or change
the title, bidirectional and invisible ones could show other code than there is. They are shown as escapes
(``\x1b``, ``\u202e``), and so is what no font agrees on: surrogates, private use and unassigned code points, long
runs of combining marks. A tab takes four cells. Widths follow Unicode's East Asian Width: wide and fullwidth take two.
"""

from __future__ import annotations

from typing import NamedTuple

TAB = "    "
MAX_MARKS = 4
"""Combining marks on one character that are shown as such; more are written as escapes."""

INVISIBLE = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xE0100, 0xE01F0)})
"""Printable for Python and yet invisible (Unicode's Default_Ignorable_Code_Point): fillers and variation selectors."""
PRESENTATION = frozenset({0xFE0E, 0xFE0F})
"""Text or emoji form of the character before: left out, because terminals disagree on its width."""


class Cells(NamedTuple):
    """A line laid out.

    Attributes:
        pieces: what is shown for each code point of the text.
        edges: the cell where each piece begins, counted from 0, and at the end the whole width.
    """

    pieces: list[str]
    edges: list[int]

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(self.pieces)


def lay(text: str, *, unicode: bool = True) -> Cells:
    """Lays out one line; ``unicode`` says whether more than ASCII can be shown."""
    if text.isascii() and text.isprintable():
        return Cells(list(text), list(range(len(text) + 1)))
    pieces, edges, at, marks = [], [0], 0, 0
    for char in text:
        piece, cells = _piece(char, unicode=unicode)
        marks = 0 if cells else marks + 1
        if marks > MAX_MARKS:
            piece = escape(char)
            cells = len(piece)
        at += cells
        pieces.append(piece)
        edges.append(at)
    return Cells(pieces, edges)


def _piece(char: str, *, unicode: bool) -> tuple[str, int]:
    """What is shown for a character, and how many cells it takes."""
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char, 1
    if char == "\t":
        return TAB, len(TAB)
    if code in PRESENTATION:
        return "", 0
    from unicodedata import category, east_asian_width

    kind = category(char)
    if not unicode or code in INVISIBLE or not (char.isprintable() or kind == "Zs"):
        shown = escape(char)
        return shown, len(shown)
    if kind in {"Mn", "Me"} or 0x1160 <= code <= 0x11FF:  # the vowels of Hangul join the letter before
        return char, 0
    return char, 2 if east_asian_width(char) in {"W", "F"} else 1


def escape(char: str) -> str:
    r"""A character as people write it in code: ``\x1b``, ``\u202e``."""
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clean(text: str, *, unicode: bool = True) -> str:
    """The text as it is shown."""
    if text.isascii() and text.isprintable():
        return text
    return lay(text, unicode=unicode).text


def width(shown: str) -> int:
    """How many cells a text takes that ``clean`` returned or that is ours."""
    return len(shown) if shown.isascii() else lay(shown).edges[-1]


def fit(text: str, room: int, *, unicode: bool = True, keep_end: bool = False) -> str:
    """The text as it is shown in at most ``room`` cells, cut with an ellipsis at its end or beginning."""
    room = max(room, 0)
    cells = lay(text, unicode=unicode)
    total = cells.edges[-1]
    if total <= room:
        return cells.text
    dots = ellipsis(unicode=unicode)[:room]
    left = room - len(dots)
    if keep_end:
        first = next(index for index, edge in enumerate(cells.edges) if total - edge <= left)
        return dots + "".join(cells.pieces[first:])
    last = sum(1 for edge in cells.edges[1:] if edge <= left)
    return "".join(cells.pieces[:last]) + dots


def ellipsis(*, unicode: bool) -> str:
    """What stands for text that was left out."""
    return "\N{HORIZONTAL ELLIPSIS}" if unicode else "..."


def fold(text: str, room: int, *, unicode: bool = True) -> list[str]:
    """The text as it is shown, in lines of at most ``room`` cells, broken at blanks; a longer word is broken too."""
    room = max(room, 1)
    lines = [""]
    for word in clean(text, unicode=unicode).split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= room:
            lines[-1] = joined
            continue
        chunks = _chunks(word, room)
        lines = [*lines, *chunks] if lines[-1] else [*lines[:-1], *chunks]
    return lines


def _chunks(word: str, room: int) -> list[str]:
    """A word in parts of at most ``room`` cells (a wide character alone may take more)."""
    chunks, part, taken = [], "", 0
    cells = lay(word)
    for index, piece in enumerate(cells.pieces):
        size = cells.edges[index + 1] - cells.edges[index]
        if part and taken + size > room:
            chunks.append(part)
            part, taken = "", 0
        part += piece
        taken += size
    return [*chunks, part]
