"""Some lines of a redacted file, without reading all of it: a plan shows a few lines of one file hundreds of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.redaction import ROUNDS, redact
from hardhull.text.secret_formats import PEM

if TYPE_CHECKING:
    from collections.abc import Sequence


def redacted_lines(lines: Sequence[str], first: int, last: int) -> list[str]:
    """The lines from ``first`` up to ``last`` as they stand where the whole file is redacted.

    What a line hides is told by itself, or by the last line above it that is neither blank nor a comment, or from there
    on. As redaction goes through a text several times, so many such lines above decide; only a private key is longer.

    Args:
        lines: the whole file, each with its line end.
        first: index of the first line that is wanted.
        last: index past the last one.
    """
    start = first
    for _ in range(ROUNDS):
        start = _telling(lines, start)
    if PEM in "".join(lines[:start]):
        start = 0
    opens = PEM in "".join(lines[start:last])  # whether it is a key at all is said by what follows
    shown = redact("".join(lines[start : None if opens else last])).split("\n")
    ends = [f"{line}\n" for line in shown[:-1]]
    return [*ends, *filter(None, shown[-1:])][first - start : last - start]


def _telling(lines: Sequence[str], at: int) -> int:
    """The index of the next line above that is neither blank nor a comment; 0 where there is none."""
    for index in range(at - 1, 0, -1):
        line = lines[index].lstrip()
        if line and line[0] != "#":
            return index
    return 0
