"""Unit files of systemd and Quadlet: sections, keys and values with their places.

After systemd.syntax(7): a line that ends in a backslash goes on in the next one (comments in between do not count),
``#`` and ``;`` begin comments at the start of a line only, a key may be repeated, an empty value forgets earlier ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.fragment import Fragment, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.source import Place

_SECTION = re.compile(r"[ \t]*\[([^\]\n]*)\][ \t]*\r?")
_KEY = re.compile(r"[ \t]*([^=\s\[#;][^=\n]{0,200}?)[ \t]{0,40}=[ \t]*")


class Entry(NamedTuple):
    """One ``Key=value``.

    Attributes:
        section: the section's name.
        key: as written.
        key_place: where the key stands.
        value: the text without surrounding blanks, continued lines joined by a blank.
    """

    section: str
    key: str
    key_place: Place
    value: Fragment

    @property
    def text(self) -> str:
        """The value."""
        return self.value.text

    @property
    def place(self) -> Place:
        """Where the value stands; where it is empty, its key."""
        return self.value.place(0, len(self.value.text)) if self.value.text else self.key_place


class Unit:
    """A unit file, with its drop-ins behind it.

    Attributes:
        entries: in order.
        sections: where the header of each section first stands.
        problems: lines that are neither a section, a key nor a comment.
    """

    __slots__ = ("entries", "problems", "sections")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.sections: dict[str, Place] = {}
        self.problems: list[Place] = []

    def add(self, fragment: Fragment) -> None:
        """Reads one file behind those already read."""
        section = ""
        for start, end, lines in _logical_lines(fragment.text):
            found = _SECTION.fullmatch(fragment.text, start, end)
            if found is not None:
                section = found[1]
                self.sections.setdefault(section, fragment.place(found.start(1) - 1, found.end(1) + 1))
                continue
            key = _KEY.match(fragment.text, start, end)
            if key is None:
                self.problems.append(fragment.place(start, end))
                continue
            value = _joined(fragment, [(key.end(), lines[0][1]), *lines[1:]])
            self.entries.append(Entry(section, key[1], fragment.place(key.start(1), key.end(1)), value))

    def all(self, section: str, *keys: str) -> list[Entry]:
        """The entries of keys in their order, those before an empty value of the same key forgotten."""
        found: list[Entry] = []
        for entry in self.entries:
            if entry.section == section and entry.key in keys:
                if entry.text:
                    found.append(entry)
                else:
                    found = [kept for kept in found if kept.key != entry.key]
        return found

    def last(self, section: str, key: str) -> Entry | None:
        """The entry that counts for a key with one value."""
        found = self.all(section, key)
        return found[-1] if found else None


def _logical_lines(text: str) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Lines put together with their continuations: begin, end of the first line, and all stretches."""
    at, length = 0, len(text)
    lines: list[tuple[int, int]] = []
    while at <= length:
        end = text.find("\n", at)
        end = length if end == -1 else end
        stop = end - 1 if text[end - 1 : end] == "\r" and end > at else end
        start = at
        at = end + 1
        first = text[start:stop].lstrip()[:1]
        if first in {"#", ";"}:
            continue
        goes_on = stop > start and text[stop - 1] == "\\"
        if lines or first:
            lines.append((start, stop - 1 if goes_on else stop))
        if not goes_on and lines:
            yield lines[0][0], lines[0][1], lines
            lines = []
    if lines:
        yield lines[0][0], lines[0][1], lines


def _joined(fragment: Fragment, lines: list[tuple[int, int]]) -> Fragment:
    """Stretches of a value joined by blanks, without blanks around the whole."""
    text = fragment.text
    pieces: list[str] = []
    runs: list[Run] = []
    length = 0
    first, last = lines[0], lines[-1]
    start = first[0] + len(text[first[0] : first[1]]) - len(text[first[0] : first[1]].lstrip())
    lines = [(min(start, first[1]), first[1]), *lines[1:]]
    lines[-1] = (lines[-1][0], lines[-1][0] + len(text[lines[-1][0] : last[1]].rstrip()))
    for number, (lo, hi) in enumerate(lines):
        if number:
            runs.append(Run(length, fragment.offset(lo)))
            pieces.append(" ")
            length += 1
        if hi > lo:
            runs += fragment.runs(lo, hi, length)
            pieces.append(text[lo:hi])
            length += hi - lo
    return Fragment(
        fragment.source, "".join(pieces), runs or [Run(0, fragment.offset(lines[0][0]))], literal=len(lines) == 1
    )
