"""Taking one of several out of an instruction, with the white space that belongs to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.formats.dockerfile.sheet import Sheet
    from hardhull.model.source import Place
    from hardhull.text.dockerfile import Statement


def cut(sheet: Sheet, place: Place) -> None:
    """Takes out the pair or word that stands at a place, and the instruction where it is the only one.

    Raises:
        UnwritableError: it is not there, or a comment stands between it and its neighbour.
    """
    statement = sheet.statement(place)
    spans = _items(statement)
    at = next((number for number, span in enumerate(spans) if span.start <= place.span.start < span.end), None)
    if at is None:
        raise UnwritableError("the item does not stand there any more")
    if len(spans) == 1:
        sheet.remove(statement)
        return
    span = Span(spans[at - 1].end, spans[at].end) if at else Span(spans[0].start, spans[1].start)
    if any(span.start <= each.start < span.end for each in statement.comment_spans or ()):
        raise UnwritableError("a comment stands between the lines of the instruction")
    sheet.draft.replace(span, "")


def cut_word(sheet: Sheet, place: Place) -> None:
    """Takes a word of a command out, with the blanks in front of it, or with its line where it stands there alone.

    Raises:
        UnwritableError: a comment stands between it and the line in front.
    """
    data, (start, end) = sheet.data, place.span
    line = data.rfind(b"\n", 0, start) + 1
    escape = re.escape(sheet.document.escape.encode())
    alone = not data[line:start].strip()
    if not alone:
        while data[start - 1 : start] in {b" ", b"\t"}:
            start -= 1
    elif rest := re.compile(rb"[ \t]*(?:" + escape + rb")[ \t]*\r?\n").match(data, end):
        start, end = line, rest.end()
    else:
        before = re.compile(rb"[ \t]*(?:" + escape + rb")[ \t]*\r?\n\Z").search(data, max(0, line - 200), line)
        if before is None:
            raise UnwritableError("the word stands alone behind a comment")
        start = before.start()
    sheet.draft.replace(Span(start, end), "")


def _items(statement: Statement) -> list[Span]:
    """Where the pairs or words of an instruction stand."""
    if statement.pairs:
        return [Span(each.key.span.start, (each.value or each.key).span.end) for each in statement.pairs]
    return [word.span for word in statement.words]
