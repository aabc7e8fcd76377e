"""Who looks at the files of a layer: all readers share one pass, and each sees every file once.

A reader says of each file whether it wants the content. If any does, the content comes to all that asked, in pieces of
at most :data:`hardhull.images.tape.CHUNK` bytes (a file that is not longer than that comes in one), front to back.
What a reader finds is plain data, which is kept for the layer's digest: the next scan does not read it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from hardhull.images.files import Files
    from hardhull.images.layer import Part
    from hardhull.images.tarwalk import Entry


class UnreadableFileError(Exception):
    """A file is not what its name says. ``str`` is the reason as a sentence part."""


class Row(NamedTuple):
    """What was read from one file: its path, the kind of reading, and plain JSON data."""

    path: str
    kind: str
    data: Any


class Sink(Protocol):
    """Takes the content of one file."""

    def feed(self, data: bytes) -> bool:
        """The next bytes; returns whether more are wanted."""

    def close(self) -> list[Row]:
        """The file is at its end, or no more was wanted: what was found, with the file's path.

        Raises:
            UnreadableFileError: the file is not what its name says.
            ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, EOFError: nor this.
        """


class LayerReader(Protocol):
    """Looks at the files of one layer, in their order."""

    def open(self, entry: Entry, head: bytes) -> Sink | str | None:
        """Who takes the content of a file.

        Args:
            entry: the file; its path is normalised, its size not 0.
            head: the first bytes of it, at most 16.

        Returns:
            None where the content says nothing to this reader; a text where it should be read and cannot be (the
            reason as a sentence part).
        """

    def missed(self, files: Files, part: Part) -> LayerReader | None:
        """Who has to see some files again, because only now it is known that they matter; asked at the end.

        A hard link may have a telling name, and a program's end may say where something stands in it.

        Args:
            files: all files of the layer.
            part: what this reader found so far; rows may be added.
        """


class Reader(Protocol):
    """A kind of reader.

    Attributes:
        name: under which its rows are kept.
        fingerprint: changes when it would find something else in the same bytes (its rules, its settings).
    """

    @property
    def name(self) -> str:
        """See above."""

    @property
    def fingerprint(self) -> str:
        """See above."""

    def of_layer(self, *, again: bool) -> LayerReader:
        """One for a layer.

        Args:
            again: whether files can be seen again, see :meth:`LayerReader.missed`; a stream comes once.
        """
