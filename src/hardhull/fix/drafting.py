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
    from collections.abc import Callable, Iterable, Mapping, Sequence

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


def draft(asks: Sequence[Ask], there: Mapping[str, Source], pinned: Pinned, overlay: Overlay | None = None) -> Drafting:
    """Writes fixes.

    Args:
        asks: in the order of their importance.
        there: the files by path.
        pinned: makes a Change of a Pin, or raises UnwritableError where no digest is known.
        overlay: where they go instead of into their files; None to write them there.
    """
    careful: set[str] = set()
    while True:
        try:
            return _draft(asks, Drafts(there), pinned, careful, overlay)
        except _MeetError as error:  # a tree and a text of one file want the same bytes; only the outcome shows it
            if error.path in careful:
                raise
            careful.add(error.path)


class _MeetError(Exception):
    """Edits of one file overlap."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _draft(asks: Iterable[Ask], drafts: Drafts, pinned: Pinned, careful: set[str], overlay: Overlay | None) -> Drafting:
    """Writes each fix alone and takes it back, then all of them together; files are taken apart once for both."""
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
    alone = [_alone(put, ask, changes, drafts) for ask, changes in wanted]
    for (_, changes), one in zip(wanted, alone, strict=True):
        done = one if isinstance(one, Planned) else _write(put, one, changes, drafts, careful)
        if isinstance(done, Planned):
            refused.append(done)
        else:
            shown = overlay.shown(done.edits) if overlay else done.edits
            made.append(done._replace(edits=shown))
    files = _files(drafts)
    drafts.close()
    return Drafting(made, refused, overlay.laid(files) if overlay else files)


def _refused(ask: Ask, why: str, snippet: str = "") -> Planned:
    """What documentation shows is for its authors to change; everything else was wanted and could not be."""
    status = Status.BY_HAND if getattr(ask.fact, "from_docs", False) else Status.REFUSED
    return Planned(ask.found, ask.found.fixes[0], status, why, snippet)


def _alone(put: Writer, ask: Ask, changes: list[Change], drafts: Drafts) -> Made | Planned:
    """What one fix would change if it were the only one; the drafts are as before afterwards."""
    mark = drafts.log.mark()
    said = len(drafts.notes)
    try:
        put(ask.fact, changes, drafts)
        touched = sorted(drafts.log.touched(mark) - set(drafts.made))
        edits = {drafts.at(path).source: found for path in touched if (found := drafts.at(path).edits())}
        if not edits and not drafts.made:
            return _refused(ask, "the text says so already")
        return Made(ask, edits, tuple(note.text for note in drafts.notes[said:]))
    except UnwritableError as error:
        return _refused(ask, error.why, error.snippet)
    except UnreadableError as error:
        return _refused(ask, error.why)
    finally:
        drafts.log.back_to(mark)


def _write(put: Writer, one: Made, changes: list[Change], drafts: Drafts, careful: set[str]) -> Made | Planned:
    """Writes one fix to those before it; in the files to be careful with, only if its edits do not meet others."""
    ask = one.ask
    mark = drafts.log.mark()
    try:
        put(ask.fact, changes, drafts)
        for path in careful.intersection(source.path for source in one.edits):
            drafts.at(path).result()
    except UnwritableError as error:
        return _refused(ask, error.why, error.snippet)
    except UnreadableError as error:
        return _refused(ask, error.why)
    except OverlapError:
        drafts.log.back_to(mark)
        return _refused(ask, "another fix changes the same place")
    return one


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
