"""A file that fixes change, with its secrets and without them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hardhull.model.source import Source
from hardhull.text.editdiff import changed_lines, lines_of, unified
from hardhull.text.redacted_lines import redacted_lines
from hardhull.text.redaction import redact, secret_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardhull.model.edit import Edit


class Page:
    """One file as people see it.

    Attributes:
        secrets: the values in it that nobody is to see.
    """

    def __init__(self, path: str, data: bytes) -> None:
        text = text_of(data)
        spans = secret_spans(text)
        self.secrets = frozenset(_readable(text[start:end]) for start, end in spans)
        self._source = Source(path, data)
        self._lines = lines_of(text)
        self._shown = lines_of(redact(text, spans)) if spans else self._lines

    def diff(self, edits: Sequence[Edit]) -> str:
        """What edits change in it: of the lines after them only the new ones are redacted, the others are known."""
        changes = changed_lines(self._source.data, edits, self._source.line_starts)
        after = list(self._lines)
        for change in reversed(changes):
            after[change.at : change.at + change.removed] = map(text_of, change.lines)
        for change in changes:
            new = slice(change.after_at, change.after_at + change.added)
            after[new] = redacted_lines(after, new.start, new.stop)
        return unified(self._source.path, self._shown, after, changes)


@lru_cache(maxsize=4096)
def page_of(path: str, data: bytes) -> Page:
    """The page of a file, which is taken apart once for all its fixes, for their reasons, and for its own diff."""
    return Page(path, data)


def diff(edits: Mapping[Source, Sequence[Edit]]) -> str:
    """What the edits of one fix change, file by file, with every secret redacted."""
    return "".join(page_of(source.path, source.data).diff(found) for source, found in edits.items())


def text_of(data: bytes) -> str:
    """The text of a file; bytes that are no UTF-8 come back as they were."""
    return data.decode("utf-8", "surrogateescape")


def _readable(text: str) -> str:
    """The same, as it is quoted elsewhere."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
