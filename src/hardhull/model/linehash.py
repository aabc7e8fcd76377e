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
END = b"\xff\xff"
"""What stands for the end of the file: one unit 0xFFFF; zeros follow."""
BLANKS = str.maketrans("", "", " \t")
LONE_CR = re.compile(rb"\r(?!\n)")


class LineHashes:
    """The names of the lines of one file; the file is taken apart once."""

    __slots__ = ("_lines",)

    def __init__(self, source: Source) -> None:
        self._lines: list[tuple[bytes, int]] = []
        # A lone CR ends a line for GitHub and not for us: the numbers of the lines would not be the same.
        if not LONE_CR.search(source.data):
            self._lines = _windows(source.data)

    def of(self, line: int) -> str:
        """The name of a line (counted from 1), for example ``271789c17abda88f:1``; empty where it has none."""
        if not 0 < line <= len(self._lines):
            return ""
        window, occurrence = self._lines[line - 1]
        units = struct.unpack(f"<{WINDOW}H", window)
        return f"{sum(map(mul, units, POWERS)) & MASK:x}:{occurrence}"


def _windows(data: bytes) -> list[tuple[bytes, int]]:
    """For every line the 200 bytes that are hashed, and how many lines up to this one have the same."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").translate(BLANKS)
    units = text.encode("utf-16-le") + END + bytes(2 * WINDOW)
    seen: Counter[bytes] = Counter()
    lines = []
    at = 0
    for line in text.split("\n"):
        window = units[at : at + 2 * WINDOW]
        seen[window] += 1
        lines.append((window, seen[window]))
        at += 2 * (len(line) if line.isascii() else len(line.encode("utf-16-le")) // 2) + 2
    return lines
