"""Diffs of a plan: for people with every secret redacted, and as a patch that git applies, without any secret in it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from hardhull.model.edit import Edit, spliced
from hardhull.model.plan import FileEdit
from hardhull.model.source import Span
from hardhull.text.editdiff import LineChange, changed_lines, lines_of, unified
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hardhull.model.source import Source


class Diffs:
    """Diffs of single fixes; what is redacted of a file is found once."""

    def __init__(self) -> None:
        self._redacted: dict[str, list[str]] = {}

    def of(self, edits: Mapping[str, Sequence[Edit]], sources: Mapping[str, Source]) -> str:
        """What the edits of one fix change, file by file; empty for files that the first pass did not know."""
        return "".join(self._file(sources[path], found) for path, found in edits.items() if path in sources)

    def _file(self, source: Source, edits: Sequence[Edit]) -> str:
        try:
            after = spliced(source.data, edits)
            changes = changed_lines(source.data, edits)
        except ValueError:  # written in a later pass, against other bytes
            return ""
        if source.path not in self._redacted:
            self._redacted[source.path] = lines_of(redact(_text(source.data)))
        return unified(source.path, self._redacted[source.path], lines_of(redact(_text(after))), changes)


def file_edit(path: str, before: bytes | None, after: bytes) -> FileEdit:
    """A file's change as edits of whole lines."""
    if before is None:
        return FileEdit(path, None, after, ())
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    edits = [
        Edit(Span(starts[first], starts[last]), b"".join(new[begin:end]))
        for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    return FileEdit(path, before, after, tuple(edits))


def shown(file: FileEdit) -> str:
    """A file's change as a unified diff with every secret redacted."""
    after = lines_of(redact(_text(file.after)))
    if file.before is None:
        return unified(file.path, [], after, [LineChange(0, 0, 0, len(after))], new=True)
    before = lines_of(redact(_text(file.before)))
    return unified(file.path, before, after, changed_lines(file.before, file.edits))


def patch(files: Iterable[FileEdit]) -> tuple[str, list[str]]:
    """A patch that ``git apply`` takes, and the files left out of it because their lines would show a secret."""
    parts: list[str] = []
    left_out: list[str] = []
    for file in files:
        exact = _exact(file)
        if exact == shown(file):
            parts.append(exact)
        else:
            left_out.append(file.path)
    return "".join(parts), left_out


def _exact(file: FileEdit) -> str:
    after = lines_of(_text(file.after))
    if file.before is None:
        return unified(file.path, [], after, [LineChange(0, 0, 0, len(after))], new=True)
    return unified(file.path, lines_of(_text(file.before)), after, changed_lines(file.before, file.edits))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
