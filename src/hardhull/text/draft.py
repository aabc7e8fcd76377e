"""A file that is being changed: edits are collected against the bytes as they were read, all or none of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from hardhull.model.edit import Edit, spliced
from hardhull.model.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hardhull.model.source import Place, Source

T = TypeVar("T")


class UnwritableError(Exception):
    """A change cannot be written without a guess.

    Attributes:
        why: the reason as a sentence part ("the value comes from the variable TAG").
        snippet: what a person can paste instead; may be empty.
    """

    def __init__(self, why: str, snippet: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.snippet = snippet


class Log:
    """Remembers how to take back what was asked for, so that a group of changes is made as a whole or not at all."""

    def __init__(self) -> None:
        self._undo: list[tuple[Callable[[], object], str]] = []

    def did(self, undo: Callable[[], object], path: str = "") -> None:
        """Note how to take the last step back, and the file that it was made in."""
        self._undo.append((undo, path))

    def touched(self, mark: int) -> set[str]:
        """The files in which steps were made since a mark."""
        return {path for _, path in self._undo[mark:] if path}

    def mark(self) -> int:
        """The present state, for ``back_to``."""
        return len(self._undo)

    def forget(self) -> None:
        """Every step stays."""
        self._undo.clear()

    def back_to(self, mark: int) -> None:
        """Take back every step since the mark, the last one first."""
        while len(self._undo) > mark:
            self._undo.pop()[0]()


class Note(NamedTuple):
    """What edits do beside what was asked for.

    Attributes:
        text: as a sentence part ("compose.yaml:4 is also read by service api").
        subjects: what else changes.
    """

    text: str
    subjects: tuple[str, ...]


class HasEdits(Protocol):
    """Something beside the text that knows edits of it at the end, such as a tree of nodes."""

    def edits(self) -> list[Edit]:
        """All of them."""
        ...


class Draft:
    """One file with the edits that are wanted so far.

    Attributes:
        source: the file as it was read.
        log: where steps are noted.
    """

    def __init__(self, source: Source, log: Log) -> None:
        self.source = source
        self.log = log
        self._edits: list[Edit] = []
        self._trees: list[HasEdits] = []

    def replace(self, span: Span, text: str | bytes) -> None:
        """Put a text in the place of a span. The same edit again is no edit.

        Raises:
            UnwritableError: another edit has these bytes already.
        """
        edit = Edit(span, text.encode() if isinstance(text, str) else text)
        if span.start < span.end:
            if edit in self._edits:
                return
            for other in self._edits:
                if _clash(span, other.span):
                    raise UnwritableError("another fix changes the same place")
        self._edits.append(edit)
        self.log.did(self._edits.pop, self.source.path)

    def insert(self, offset: int, text: str | bytes) -> None:
        """Put a text in front of an offset; of several at one offset, the first asked for stands first.

        Raises:
            UnwritableError: another edit replaces what stands around it.
        """
        for other in self._edits:
            if other.span.start < offset < other.span.end:
                raise UnwritableError("another fix changes the same place")
        self.replace(Span(offset, offset), text)

    def joins(self, tree: HasEdits) -> None:
        """Takes the edits of a tree in too, once they are known."""
        self._trees.append(tree)

    @property
    def newline(self) -> str:
        """The line end of the file: that of its first line."""
        first = self.source.data.find(b"\n")
        return "\r\n" if first > 0 and self.source.data[first - 1 : first] == b"\r" else "\n"

    def edits(self) -> list[Edit]:
        """All edits, in the order of their places."""
        found = [*self._edits, *(edit for tree in self._trees for edit in tree.edits())]
        return sorted(found, key=lambda edit: edit.span)

    def result(self) -> bytes:
        """The bytes with all edits made.

        Raises:
            OverlapError: an edit of a tree and one of the text meet.
        """
        return spliced(self.source.data, self.edits())


def _clash(one: Span, other: Span) -> bool:
    if other.start == other.end:
        return one.start < other.start < one.end
    return one.start < other.end and other.start < one.end


class Drafts:
    """The files of a plan.

    Attributes:
        log: of all of them.
        made: new files by path, with their text.
        notes: what the edits change that nobody asked for.

    Args:
        there: all files by path, as far as they are known: one of them is not made but written anew.
    """

    def __init__(self, there: Mapping[str, Source] | None = None) -> None:
        self.log = Log()
        self.made: dict[str, bytes] = {}
        self._there = there or {}
        self.notes: list[Note] = []
        self._asked: set[tuple[str, int, object]] = set()
        self._drafts: dict[str, Draft] = {}
        self._kept: dict[tuple[str, str], object] = {}

    def of(self, source: Source) -> Draft:
        """The draft of a file.

        Raises:
            ValueError: the file was read again since, with other bytes.
        """
        draft = self._drafts.get(source.path)
        if draft is None:
            draft = self._drafts[source.path] = Draft(source, self.log)
        elif draft.source is not source and draft.source.data != source.data:
            msg = f"{source.path} was read twice with different bytes"
            raise ValueError(msg)
        return draft

    def keep(self, source: Source, kind: type[T], make: Callable[[Draft], T]) -> T:
        """Something that is made once for each file, such as its parsed tree."""
        key = (source.path, kind.__name__)
        if key not in self._kept:
            self._kept[key] = make(self.of(source))
        found = self._kept[key]
        assert isinstance(found, kind)  # noqa: S101  the key says so
        return found

    def close(self) -> None:
        """All is written: lets go of what only writing needs, which would hold on to the files and to itself."""
        self.log.forget()
        self._kept.clear()

    def ask(self, subject: Place, wish: object) -> None:
        """Somebody wants this of a subject: what several share may be changed once all of them are asked for it.

        Args:
            subject: the place that its fact is known by.
            wish: the change, in a form that is equal for equal changes of other subjects.
        """
        self._asked.add((subject.source.path, subject.span.start, wish))

    def is_asked(self, subject: Place, wish: object) -> bool:
        """Whether somebody wants this of a subject."""
        return (subject.source.path, subject.span.start, wish) in self._asked

    def note(self, text: str, subjects: Iterable[str]) -> None:
        """Notes what an edit changes beside what was asked for."""
        made = Note(text, tuple(subjects))
        if made not in self.notes:
            self.notes.append(made)
            self.log.did(lambda: self.notes.remove(made))

    def create(self, path: str, data: bytes) -> None:
        """A file of ours: a new one, or all of one that is there.

        Raises:
            UnwritableError: another change makes a different one of this name, or changes the one that is there.
        """
        source = self._there.get(path)
        if source is not None:
            if source.data != data:
                self.of(source).replace(Span(0, len(source.data)), data)
            return
        if self.made.get(path, data) != data:
            raise UnwritableError(f"another fix writes a different {path}")
        if path not in self.made:
            self.made[path] = data
            self.log.did(lambda: self.made.pop(path), path)

    def at(self, path: str) -> Draft:
        """The draft of a file by its path.

        Raises:
            KeyError: nobody has asked for one.
        """
        return self._drafts[path]

    def __iter__(self) -> Iterator[Draft]:
        return iter(self._drafts.values())
