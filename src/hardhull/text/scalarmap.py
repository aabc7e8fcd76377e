"""From the decoded text of a YAML or JSON scalar back to the bytes it was written with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.fragment import Fragment, Run

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.nodes import Scalar

_ODD_BREAK = re.compile(rb"\r(?!\n)|\xc2\x85|\xe2\x80[\xa8\xa9]")
_WINDOW = 2048  # how far behind the word before the next one is looked for; keeps the search linear
_FOLD = rb"[ \t]*(?:\r?\n[ \t]*)+"
_PIECES = {
    "": re.compile(rb"(?P<fold>" + _FOLD + rb")"),
    "'": re.compile(rb"(?P<fold>" + _FOLD + rb")|(?P<one>'')"),
    '"': re.compile(
        rb"""(?P<none>\\\r?\n[ \t]*(?P<more>(?:\r?\n[ \t]*)*))
           | (?P<fold>[ \t]*(?:\r?\n[ \t]*)+)
           | (?P<one>\\u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}  # JSON writes one character as two
                  | \\(?: x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} | U[0-9a-fA-F]{8} | . ))""",
        re.VERBOSE | re.DOTALL,
    ),
}


def fragment_of(source: Source, scalar: Scalar) -> Fragment:
    """The text of a scalar with the place of each character.

    Args:
        source: the file the scalar was read from.
        scalar: the scalar.

    Returns:
        A fragment that is ``literal`` where the text stands in the file as it is (plain and quoted on one line
        without escapes; every line of a ``|`` block). Folded and escaped text keeps the place of every word, but an
        edit of it would have to be folded and escaped too, so it is not literal.
    """
    start, end = scalar.start, scalar.end
    if scalar.style in {"'", '"'}:
        start, end = start + 1, end - 1
    raw = source.data[start:end]
    if scalar.style == "|" and not _ODD_BREAK.search(raw):
        return Fragment(source, scalar.text, _block_runs(raw, start, scalar.text))
    if scalar.style in _PIECES and raw == scalar.text.encode("utf-8", "replace"):
        return Fragment(source, scalar.text, [Run(0, start)])
    if scalar.style in _PIECES:
        return Fragment(source, scalar.text, _piece_runs(raw, start, scalar), literal=False)
    return Fragment(source, scalar.text, _word_runs(source, scalar, start, end), literal=False)


def _block_runs(raw: bytes, start: int, text: str) -> list[Run]:
    """Every line of a block's text is the end of one line of the file, after the indentation."""
    lines = text.split("\n")
    if not lines[-1] and len(lines) > 1:
        lines.pop()
    runs = []
    at = 0
    line_start = raw.find(b"\n") + 1
    for line in lines:
        line_end = raw.find(b"\n", line_start)
        following = line_end + 1
        if line_end == -1:
            line_end = following = len(raw)
        if raw[line_end - 1 : line_end] == b"\r":
            line_end -= 1
        runs.append(Run(at, start + max(line_start, line_end - len(line.encode("utf-8")))))
        at += len(line) + 1
        line_start = following
    return runs


def _piece_runs(raw: bytes, start: int, scalar: Scalar) -> list[Run]:
    """Quoted and plain text: a run begins after each escape and fold, and at what stands for the escape or fold."""
    runs = [Run(0, start)]
    at = last = 0
    for match in _PIECES[scalar.style].finditer(raw):
        at += len(raw[last : match.start()].decode("utf-8"))
        runs.append(Run(at, start + match.start()))
        if match.lastgroup == "fold":
            at += max(1, match.group().count(b"\n") - 1)
        elif match.lastgroup == "one":
            at += 1
        else:
            at += match["more"].count(b"\n")
        last = match.end()
        runs.append(Run(at, start + last))
    at += len(raw[last:].decode("utf-8"))
    return runs if at == len(scalar.text) else [Run(0, start)]  # unusual line breaks: only the beginning is known


def _word_runs(source: Source, scalar: Scalar, start: int, end: int) -> list[Run]:
    """A folded block: words keep their order, so each one is found after the one before; blanks follow their word."""
    data = source.data
    position = data.find(b"\n", start, end) + 1 or start
    runs = [Run(0, position)]
    for word in re.finditer(r"\S+", scalar.text):
        encoded = word.group().encode("utf-8")
        found = data.find(encoded, position, min(end, position + _WINDOW + len(encoded)))
        if found == -1:
            break
        position = found + len(encoded)
        runs += [Run(word.start(), found), Run(word.end(), position)]
    return runs
