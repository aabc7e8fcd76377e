"""The quoted lines of a finding, with carets under the exact columns.

     --> docker-compose.yml:9:9
    4 |     privileged: true
      |     ---------------- also runs privileged
    9 |       - /var/run/docker.sock:/var/run/docker.sock
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any code in web can start a root container

The primary place has carets, others dashes. Places in one file are shown together, line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.report.cells import lay, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.model.result import Location
    from hardhull.report.view import View

LEAST_ROOM = 20
"""Cells for the text of a line even where the terminal has fewer."""


class _Mark(NamedTuple):
    """A place to underline: in cells of the laid-out line, the end exclusive; ``on`` where it goes on below."""

    start: int
    end: int
    char: str
    label: str
    style: str
    on: bool


def snippet(locations: Sequence[Location], style: str, view: View) -> Iterator[str]:
    """The lines of a snippet.

    Args:
        locations: the first is the primary one.
        style: the style of the primary one's carets.
        view: how it is shown.
    """
    primary = locations[0]
    gutter = max(len(str(location.line)) for location in locations)
    room = max(view.width - gutter - 3, LEAST_ROOM)
    paths = list(dict.fromkeys(location.path for location in locations))
    for path in paths:
        own = [location for location in locations if location.path == path]
        arrow = "-->" if path == primary.path else ":::"
        yield f"{' ' * gutter} {view.paint('dim', arrow)} {where(own[0], view, view.width - gutter - 5)}"
        for line, text in sorted({(location.line, location.text) for location in own}):
            marked = [place for place in own if (place.line, place.text) == (line, text)]
            rows = _line(marked, primary, style, room, view)
            yield _row(str(line).rjust(gutter), next(rows), view)
            yield from (_row(" " * gutter, row, view) for row in rows)


def where(location: Location, view: View, room: int = 1000) -> str:
    """``path:line:column``, cut at its beginning where there is no room."""
    return view.fit(f"{location.path}:{location.line}:{location.column}", room, keep_end=True)


def _row(number: str, text: str, view: View) -> str:
    return f"{view.paint('dim', f'{number} |')} {text}".rstrip()


def _line(marked: Sequence[Location], primary: Location, style: str, room: int, view: View) -> Iterator[str]:
    """One line of the file, then a row for each place in it."""
    pieces, edges = lay(marked[0].text, unicode=view.unicode)
    marks = []
    for place in marked:
        first = primary is place
        start, end = place.mark
        marks.append(
            _Mark(edges[start], max(edges[end], edges[start] + 1), "^" if first else "-",
                  place.label, style if first else "dim", place.end_line > place.line)
        )  # fmt: skip
    text, offset, last = _window(pieces, edges, marks[0], room, view.dots)
    yield text
    for mark in marks:
        start = min(max(mark.start - offset, 0), last - 1)
        end = max(min(mark.end - offset, last), start + 1)
        yield from _underline(mark, start, end, room, view)


def _window(pieces: list[str], edges: list[int], mark: _Mark, room: int, dots: str) -> tuple[str, int, int]:
    """The part of a line that fits, around a mark: its text, the cells left out before it, and its width.

    Where nothing was left out before, the offset is 0; else the dots stand in the first cells.
    """
    total = edges[-1]
    if total <= room:
        return "".join(pieces), 0, max(total, mark.end)
    begin = 0
    if mark.end > room - len(dots):
        begin = max(0, min(mark.start - room // 4, total - room + len(dots)))
    first = next(index for index, edge in enumerate(edges) if edge >= begin)
    offset = edges[first] - (len(dots) if first else 0)
    limit = offset + room
    if total > limit:
        limit -= len(dots)
    last = max(index for index, edge in enumerate(edges) if edge <= limit)
    text = (dots if first else "") + "".join(pieces[first:last])
    shown = edges[last] - offset
    return (text, offset, shown) if last == len(pieces) else (text + dots, offset, shown + len(dots))


def _underline(mark: _Mark, start: int, end: int, room: int, view: View) -> Iterator[str]:
    """The carets, with the label beside them where it fits, else below."""
    line = mark.char * (end - start) + (view.dots if mark.on else "")
    label = view.clean(mark.label)
    carets = " " * start + view.paint(mark.style, line)
    if label and start + width(line) + 1 + width(label) <= room:
        yield f"{carets} {view.paint(mark.style, label)}"
        return
    yield carets
    if label:
        indent = max(0, min(start, room - width(label)))
        yield from _painted(view.brief(mark.label, room - indent), indent, mark.style, view)


def _painted(lines: Iterable[str], indent: int, style: str, view: View) -> Iterator[str]:
    for line in lines:
        yield " " * indent + view.paint(style, line)
