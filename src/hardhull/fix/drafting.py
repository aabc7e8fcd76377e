"""Writing the wanted fixes into drafts, one after the other; what conflicts with an earlier one is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.writing import announce, write
from hardhull.model.change import Pin
from hardhull.model.edit import OverlapError
from hardhull.model.plan import FileEdit, Planned, Status
from hardhull.text.draft import Drafts, UnwritableError
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.fix.choose import Ask
    from hardhull.fix.overlay import Overlay
    from hardhull.model.change import Change
    from hardhull.model.edit import Edit
    from hardhull.model.source import Source

    Pinned = Callable[[Ask, Pin], Change]
    Writer = Callable[[Fact, Iterable[Change], Drafts], None]


class Made(NamedTuple):
    """A fix that was written.

    Attributes:
        ask: the fix.
        edits: what it alone changes: files as they were read, with their edits.
        notes: what else it changes, for people.
    """

    ask: Ask
    edits: dict[Source, list[Edit]]
    notes: tuple[str, ...]


class Drafting(NamedTuple):
    """What came of writing fixes.

    Attributes:
        made: the fixes that were written, in order.
        refused: those that were not, with the reason.
        files: what changes.
    """

    made: list[Made]
    refused: list[Planned]
    files: list[FileEdit]


def draft(asks: Sequence[Ask], pinned: Pinned, overlay: Overlay | None = None) -> Drafting:
    """Writes fixes.

    Args:
        asks: in the order of their importance.
        pinned: makes a Change of a Pin, or raises UnwritableError where no digest is known.
        overlay: where they go instead of into their files; None to write them there.
    """
    careful: set[str] = set()
    while True:
        try:
            return _draft(asks, pinned, careful, overlay)
        except _MeetError as error:  # a tree and a text of one file want the same bytes; only the outcome shows it
            if error.path in careful:
                raise
            careful.add(error.path)


class _MeetError(Exception):
    """Edits of one file overlap."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _draft(asks: Iterable[Ask], pinned: Pinned, careful: set[str], overlay: Overlay | None) -> Drafting:
    drafts = Drafts()
    alone = Drafts()
    put = overlay.write if overlay else write
    made: list[Made] = []
    refused: list[Planned] = []
    wanted: list[tuple[Ask, list[Change]]] = []
    for ask in asks:
        try:
            changes = [pinned(ask, each) if isinstance(each, Pin) else each for each in ask.fix.changes]
        except UnwritableError as error:
            refused.append(_refused(ask, error.why, error.snippet))
        else:
            wanted.append((ask, changes))
            announce(ask.fact, changes, drafts)
            announce(ask.fact, changes, alone)
    for ask, changes in wanted:
        try:
            edits, notes = _alone(put, ask, changes, alone)
            _write(put, ask, changes, drafts, careful & {source.path for source in edits})
        except UnwritableError as error:
            refused.append(_refused(ask, error.why, error.snippet))
        except UnreadableError as error:
            refused.append(_refused(ask, error.why))
        else:
            made.append(Made(ask, overlay.shown(edits) if overlay else edits, notes))
    files = _files(drafts)
    drafts.log.forget()
    return Drafting(made, refused, overlay.laid(files) if overlay else files)


def _refused(ask: Ask, why: str, snippet: str = "") -> Planned:
    """What documentation shows is for its authors to change; everything else was wanted and could not be."""
    status = Status.BY_HAND if getattr(ask.fact, "from_docs", False) else Status.REFUSED
    return Planned(ask.found, ask.found.fixes[0], status, why, snippet)


def _write(put: Writer, ask: Ask, changes: list[Change], drafts: Drafts, check: set[str]) -> None:
    """Writes one fix; in the files to be checked, only if its edits do not meet others."""
    mark = drafts.log.mark()
    put(ask.fact, changes, drafts)
    try:
        for path in check:
            drafts.at(path).result()
    except OverlapError:
        drafts.log.back_to(mark)
        raise UnwritableError("another fix changes the same place") from None


def _alone(
    put: Writer, ask: Ask, changes: list[Change], drafts: Drafts
) -> tuple[dict[Source, list[Edit]], tuple[str, ...]]:
    """What one fix would change if it were the only one; the drafts are as before afterwards."""
    mark = drafts.log.mark()
    said = len(drafts.notes)
    try:
        put(ask.fact, changes, drafts)
        touched = sorted(drafts.log.touched(mark) - set(drafts.made))
        edits = {drafts.at(path).source: found for path in touched if (found := drafts.at(path).edits())}
        if not edits and not drafts.made:
            raise UnwritableError("the text says so already")
        return edits, tuple(note.text for note in drafts.notes[said:])
    finally:
        drafts.log.back_to(mark)


def _files(drafts: Drafts) -> list[FileEdit]:
    found = [FileEdit(path, None, data, ()) for path, data in drafts.made.items()]
    for each in drafts:
        edits = each.edits()
        if edits:
            try:
                after = each.result()
            except OverlapError:
                raise _MeetError(each.source.path) from None
            if after != each.source.data:
                found.append(FileEdit(each.source.path, each.source.data, after, tuple(edits)))
    return sorted(found, key=lambda file: file.path)
