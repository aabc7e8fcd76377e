"""Makes the failure of a command count: takes back what hides it, and looks whether it then counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.formats.script.result import read_as
from hardhull.model.edit import Edit, spliced
from hardhull.model.source import Source, Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.model.field import Field

_HIDES = re.compile(r"\|\|(?:\s|\\\r?\n)*(?:true|:|/bin/true|exit 0|return 0)")
_BLANKS = re.compile(rb"(?:[ \t]|\\\r?\n)*\Z")
_FAILS = " || exit 1"


def counted(pipeline: Pipeline, run: Run, reason: Field[str]) -> Edit:
    """The smallest edit after which the failure of a command counts.

    Args:
        pipeline: whose.
        run: the command.
        reason: what keeps its failure from counting.

    Raises:
        UnwritableError: none of the known edits helps.
    """
    source = run.place.source
    for edit in _edits(run, reason):
        data = spliced(source.data, [edit])
        moved = len(edit.text) - (edit.span.end - edit.span.start) if edit.span.start < run.place.span.start else 0
        if _counts(pipeline.syntax, Source(source.path, data), run.place.span.start + moved):
            return edit
    raise UnwritableError(reason.value)


def _edits(run: Run, reason: Field[str]) -> Iterator[Edit]:
    """What may help, the smallest first."""
    data, place = run.place.source.data, reason.place
    text = place.text
    if _HIDES.fullmatch(text):
        blanks = _BLANKS.search(data, 0, place.span.start)
        start = blanks.start() if blanks is not None else place.span.start
        yield Edit(Span(start, place.span.end), b"")
        yield Edit(place.span, b"|| exit 1")
    elif text.endswith("-") and len(text) <= 3:
        dash = place.span.start + text.index("-")
        yield Edit(Span(dash, dash + 1), b"")
    elif place == run.place:
        yield Edit(Span(place.span.end, place.span.end), _FAILS.encode())


def _counts(syntax: str, source: Source, start: int) -> bool:
    """Whether the failure of the command that begins there counts."""
    read = read_as(syntax, source)
    runs = [one for pipeline in read.pipelines for one in pipeline.runs if one.place.span.start == start]
    return bool(runs) and all(one.can_fail for one in runs)
