"""The name that GitHub code scanning gives to a line of a file, so that an alert survives when lines move.

GitHub computes it from the file when a SARIF is uploaded; a SARIF that brings another value under the same name gives a
warning for every result. So it is either exactly theirs or left out. The algorithm is the one of
github/codeql-action, ``src/fingerprints.ts``: a polynomial hash (base 37, modulo 2^64) of the first 100 UTF-16 units
from the start of the line on, over line ends, without blanks and tabs; then which line with this hash it is.

The hash can be turned back into the few characters that somebody does not know of a line. So no hash may be shown for a
file in which a secret was recognised; whoever builds results leaves it out.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardhull.model.source import Source

WINDOW = 100
MASK = (1 << 64) - 1
POWERS = tuple(pow(37, exponent, 1 << 64) for exponent in range(WINDOW - 1, -1, -1))
END = "\uffff" + "\0" * WINDOW
"""What stands for the end of the file: one unit 0xFFFF; zeros follow."""
LONE_CR = re.compile(rb"\r(?!\n)")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class LineHashes:
    """The names of the lines of one file; the file is taken apart once."""

    __slots__ = ("_occurrences", "_windows")

    def __init__(self, source: Source) -> None:
        # A lone CR ends a line for GitHub and not for us: the numbers of the lines would not be the same.
        self._windows = [] if LONE_CR.search(source.data) else _windows(source.data)
        self._occurrences: list[int] | None = None

    def of(self, line: int) -> str:
        """The name of a line (counted from 1), for example ``271789c17abda88f:1``; empty where it has none."""
        if not 0 < line <= len(self._windows):
            return ""
        window = self._windows[line - 1].encode("utf-16-le", "surrogatepass")
        units = struct.unpack(f"<{WINDOW}H", window)
        return f"{sum(map(mul, units, POWERS)) & MASK:x}:{self._occurrence(line)}"

    def _occurrence(self, line: int) -> int:
        """How many lines up to this one have its window."""
        if self._occurrences is None:
            self._occurrences = _occurrences(self._windows)
        return self._occurrences[line - 1] if self._occurrences else 1


def _windows(data: bytes) -> list[str]:
    """For every line the 100 UTF-16 units that are hashed, each as a character of its own."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace(" ", "").replace("\t", "")
    if not text.isascii():
        text = ASTRAL.sub(_surrogates, text)
    units, windows, at = text + END, [], 0
    for line in text.split("\n"):
        windows.append(units[at : at + WINDOW])
        at += len(line) + 1
    return windows


def _surrogates(astral: re.Match[str]) -> str:
    """The two UTF-16 units of a character that one cannot hold."""
    high, low = struct.unpack("<2H", astral[0].encode("utf-16-le"))
    return chr(high) + chr(low)


def _occurrences(windows: list[str]) -> list[int]:
    """For every line how many up to it have the same window; nothing where each is the only one, as nearly always."""
    if len(set(windows)) == len(windows):
        return []
    seen: Counter[str] = Counter()
    numbers = []
    for window in windows:
        seen[window] += 1
        numbers.append(seen[window])
    return numbers
