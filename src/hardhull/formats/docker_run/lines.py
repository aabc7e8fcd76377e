"""The command lines of one file, read again so that they can be written."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hardhull.formats.docker_run.guess import named_options
from hardhull.formats.docker_run.linedraft import Item, LineDraft, Opt
from hardhull.formats.script.result import read_as
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.wordline import Row
from hardhull.text.shell.wordtext import Quoting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.formats.docker_run.line import Option, RunLine
    from hardhull.formats.script.result import Started
    from hardhull.model.edit import Edit
    from hardhull.model.source import Source
    from hardhull.text.draft import Draft
    from hardhull.text.shell.tree import Command
    from hardhull.text.shell.values import Arg


_QUOTING = {"shell": Quoting.SHELL, "makefile": Quoting.MAKE, "systemd": Quoting.UNIT}


class Lines:
    """All command lines of a file that start containers.

    Args:
        draft: the file.
        within: what the file is.
    """

    def __init__(self, draft: Draft, within: str) -> None:
        self.within = within
        self.log = draft.log
        started = read_as(within, draft.source).started
        self._started = {one.line.place.span: one for one in reversed(started)}
        self._drafts: dict[Span, LineDraft] = {}
        draft.joins(self)

    def at(self, span: Span) -> LineDraft:
        """The command line whose program and verb stand there.

        Raises:
            UnwritableError: it is not written where it is run.
        """
        found = self._drafts.get(span)
        if found is None:
            started = self._started.get(span)
            if started is None:
                raise UnwritableError("the command is not written where it is run")
            found = self._drafts[span] = line_draft(started, self.within)
        return found

    def edits(self) -> list[Edit]:
        """The edits of all of them."""
        return [edit for draft in self._drafts.values() for edit in draft.edits()]


def line_draft(started: Started, within: str) -> LineDraft:
    """A command line with the bytes of its words.

    Raises:
        UnwritableError: it does not stand in the text that runs it.
    """
    line = started.line
    fragment = started.command.script.fragment
    source = fragment.source
    sites: list[tuple[int, int]] = []
    word_of: list[int] = []
    for arg in line.args[line.first - 1 : line.image_at + 1]:
        site = arg.site[1:]
        if not sites or sites[-1] != site:
            sites.append(site)
        word_of.append(len(sites) - 1)
    words = [_span(source, fragment.span(*site), within) for site in sites]
    outer = started.around[0] if started.around else None
    apart = all(one.start < one.end <= other.start for one, other in pairwise(words))
    here = outer is None or any(_within(words, span) for span in _texts_of(outer))
    if not apart or not here:
        raise UnwritableError("the command is put together elsewhere")
    bound = word_of[line.image_at - line.first + 1] if line.image_at < len(line.args) else len(words)
    covered = {at for option in line.options for at in range(option.at, option.to)}
    loose = [at for at in range(line.first, line.image_at) if at not in covered]
    why = _why(line, loose, word_of)
    if loose and loose[-1] == line.image_at - 1 and line.args[loose[-1]].text == "--":
        bound -= 1
    return LineDraft(line, list(_items(line, word_of)), Row(source.data, words), bound, why, _quoting(started, within))


def _span(source: Source, span: Span, within: str) -> Span:
    """The bytes of a word; ``$$`` of a Makefile is read as its second half."""
    doubled = within == "makefile" and source.data[span.start - 1 : span.start + 1] == b"$$"
    return Span(span.start - 1, span.end) if doubled else span


def _texts_of(command: Command) -> Iterator[Span]:
    """Where a command and its heredocs stand."""
    fragment = command.script.fragment
    yield fragment.span(command.start, command.end)
    for redirect in command.redirects:
        if redirect.body is not None:
            yield fragment.span(*redirect.body)


def _within(words: list[Span], span: Span) -> bool:
    return all(span.start <= word.start and word.end <= span.end for word in words)


def _why(line: RunLine, loose: list[int], word_of: list[int]) -> str:
    """Why no option can be put in front of the image, else empty."""
    at = line.image_at
    if at == len(line.args):
        return line.open or "no image is named"
    if word_of[at - line.first + 1] == word_of[at - line.first] and at > line.first:
        return f"{_raw(line.args[at])} holds the image and options"
    odd = line.odd or any(not named_options(line.args[one]) for one in loose if line.args[one].text != "--")
    return (line.open or "") if odd else ""


def _items(line: RunLine, word_of: list[int]) -> Iterator[Item]:
    """The options by the words that they share."""
    groups: list[tuple[int, int, list[Option]]] = []
    for option in line.options:
        first, last = word_of[option.at - line.first + 1], word_of[option.to - line.first]
        if groups and first <= groups[-1][1]:
            start, end, options = groups[-1]
            groups[-1] = (start, max(end, last), [*options, option])
        else:
            groups.append((first, last, [option]))
    for first, last, options in groups:
        opts = tuple(Opt(option, _own(line, option)) for option in options)
        yield Item(first, last, opts, _fixed(line, options, word_of, first, last))


def _fixed(line: RunLine, options: list[Option], word_of: list[int], first: int, last: int) -> str:
    """Why options cannot be changed: they come from a variable."""
    here = [at for at, word in enumerate(word_of, line.first - 1) if first <= word <= last]
    used = {at for option in options for at in range(option.at, option.to)}
    for option in options:
        if not _flag_is_own(line.args[option.at]):
            return f"the option is written in {_raw(line.args[option.at])}"
    extra = next((at for at in here if at not in used), None)
    if extra is not None or len(here) != last - first + 1:
        return f"the option is written in {_raw(line.args[here[0] if extra is None else extra])}"
    return ""


def _flag_is_own(arg: Arg) -> bool:
    fragment, start, end = arg.site
    first = arg.pieces[0] if arg.pieces else None
    return first is not None and not first.why and first.fragment is fragment and start <= first.start < end


def _own(line: RunLine, option: Option) -> Span | None:
    """The bytes of an option in a bundle: its letter, or all from there where a value stands behind it."""
    arg = line.args[option.at]
    piece = arg.pieces[0] if len(arg.pieces) == 1 else None
    if not option.letter or piece is None or len(piece.text) != piece.end - piece.start:
        return None
    fragment = piece.fragment
    letter = fragment.span(piece.start + option.letter, piece.start + option.letter + 1)
    if fragment.source.data[letter.start : letter.end] != arg.text[option.letter].encode():
        return None
    if option.value is None:
        return letter
    end = line.args[option.to - 1]
    return Span(letter.start, end.site_place.span.end)


def _quoting(started: Started, within: str) -> Quoting:
    if started.around:
        return Quoting.ONLY_SIMPLE
    fragment = started.command.script.fragment
    if within == "workflow" and fragment.literal and "\n" in fragment.text.rstrip("\n"):
        return Quoting.SHELL  # only the text of a `|` block stands in the file as it is, on several lines
    return _QUOTING.get(within, Quoting.ONLY_SIMPLE)


def _raw(arg: Arg) -> str:
    fragment, start, end = arg.site
    return fragment.text[start:end]
