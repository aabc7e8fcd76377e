"""How a report is shown: the room there is, whether in colour, and with which characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TextIO

from hardhull.report import cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.model.finding import Severity

STYLES = {
    "critical": "1;35",
    "high": "1;31",
    "medium": "1;33",
    "low": "1;36",
    "info": "1;34",
    "unknown": "1;34",
    "good": "32",
    "fair": "33",
    "poor": "31",
    "bold": "1",
    "dim": "2",
}
"""Names of styles and the numbers of their SGR sequence (ECMA-48): no 256 colours, so every palette is respected."""

PIPE_WIDTH = 100
"""Columns where nobody says how many there are: a file or a pipe, for example the log of a CI."""
BRIEF = 2
"""Lines of a message, a label or a note on the first screen; a stranger's text may be of any length."""
MAX_WIDTH = 120
"""Longer lines are hard to read."""
GLYPHS = "\N{FULL BLOCK}\N{LIGHT SHADE}\N{MIDDLE DOT}\N{RIGHTWARDS ARROW}\N{HORIZONTAL ELLIPSIS}"


class View(NamedTuple):
    """How a report is shown.

    Attributes:
        width: columns.
        colour: whether SGR sequences may be written.
        unicode: whether more than ASCII may be written.
        everything: every finding, however many lines that takes.
        command: what the person types to see more, without options: ``hardhull scan``.
        gate: findings at or above it fail the gate; None for no gate.
        fixing: what the person types to have it fixed: ``hardhull fix``; empty where the files may not be there.
    """

    width: int = PIPE_WIDTH
    colour: bool = False
    unicode: bool = True
    everything: bool = False
    command: str = "hardhull scan"
    gate: Severity | None = None
    fixing: str = ""

    def paint(self, style: str, text: str) -> str:
        """The text in a style, where colour is wanted."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def clean(self, text: str) -> str:
        """Text of a stranger as it is shown: see :mod:`hardhull.report.cells`."""
        return cells.clean(text, unicode=self.unicode)

    def fit(self, text: str, room: int, *, keep_end: bool = False) -> str:
        """The same, cut to ``room`` cells."""
        return cells.fit(text, room, unicode=self.unicode, keep_end=keep_end)

    def fold(self, text: str, room: int) -> list[str]:
        """The same, in lines of at most ``room`` cells."""
        return cells.fold(text, room, unicode=self.unicode)

    def brief(self, text: str, room: int) -> list[str]:
        """The same, in not more than two lines unless everything is wanted."""
        lines = self.fold(text, room)
        if self.everything or len(lines) <= BRIEF:
            return lines
        return [*lines[: BRIEF - 1], self.fit(" ".join(lines[BRIEF - 1 :]), room)]

    @property
    def dots(self) -> str:
        """What stands for text that was left out."""
        return cells.ellipsis(unicode=self.unicode)


def view_of(stream: TextIO, environ: Mapping[str, str]) -> View:
    """The view that a stream can show.

    ``NO_COLOR`` (https://no-color.org) wins over ``FORCE_COLOR``, which wins over what the stream is;
    a value counts where it is not empty, and ``FORCE_COLOR=0`` means no.
    """
    terminal = stream.isatty() and environ.get("TERM") != "dumb"
    colour = terminal
    if environ.get("FORCE_COLOR"):
        colour = environ["FORCE_COLOR"] != "0"
    if environ.get("NO_COLOR"):
        colour = False
    return View(_columns(stream, environ), colour, _encodes(stream))


def _columns(stream: TextIO, environ: Mapping[str, str]) -> int:
    from os import get_terminal_size

    named = environ.get("COLUMNS", "")
    if named.isascii() and named.isdigit() and len(named) < 5 and int(named):
        return min(int(named), MAX_WIDTH)
    try:
        return min(get_terminal_size(stream.fileno()).columns or PIPE_WIDTH, MAX_WIDTH)
    except (OSError, ValueError):  # no terminal; no file at all
        return PIPE_WIDTH


def _encodes(stream: TextIO) -> bool:
    """Whether the stream's encoding has the characters that we draw with."""
    try:
        GLYPHS.encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    # Latin-1 and the like have some and not others; a stream that cannot say everything gets ASCII alone.
    return stream.encoding.lower().replace("-", "").replace("_", "").startswith(("utf", "cp65001", "gb18030"))
