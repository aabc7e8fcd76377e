"""A Dockerfile that is being changed: where instructions go in and out without a byte of anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.source import BOM, Place, Span
from hardhull.text.dockerfile import read
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.recipe import Stage
    from hardhull.text.dockerfile import Statement
    from hardhull.text.draft import Draft

STARTS = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL"})
"""Instructions that only say how containers start."""
MAKES = frozenset({"RUN", "COPY", "ADD", "WORKDIR", "USER", "SHELL", "VOLUME"})
"""Instructions whose result depends on the user, or that decide about it."""
POSIX = frozenset({"sh", "bash", "ash", "dash", "ksh", "zsh"})
"""Shells whose language is written here."""
_SYNTAX = "# syntax=docker/dockerfile:1"
_BLANKS = b" \t"


class Sheet:
    """One file with its statements.

    Attributes:
        draft: collects the edits.
        document: the file as it was read.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.document = read(draft.source)
        self.data = draft.source.data
        self._inserted: set[tuple[int, str]] = set()

    # -- finding

    def statement(self, place: Place) -> Statement:
        """The instruction that a place belongs to.

        Raises:
            UnwritableError: there is none; or it waits behind ONBUILD, where no two instructions become one.
        """
        start = place.span.start
        for each in self.document.statements:
            if each.span.start <= start < max(each.span.end, each.span.start + 1):
                if each.inner:
                    raise UnwritableError("the instruction waits behind ONBUILD for other builds")
                return each
        raise UnwritableError("no instruction stands there any more")

    def of_stage(self, stage: Stage) -> list[Statement]:
        """The instructions of a stage, FROM first."""
        found: list[Statement] = []
        index = -1
        for each in self.document.statements:
            index += each.keyword == "FROM"
            if index == stage.index:
                found.append(each)
        return found

    def keyword(self, name: str) -> str:
        """A keyword as this file writes them: in lower case where its FROMs are."""
        written = [self.text(each.keyword_span) for each in self.document.statements if each.keyword == "FROM"]
        return name.lower() if written and all(word.islower() for word in written) else name

    def text(self, span: Span) -> str:
        """What stands there."""
        return self.draft.source.text(span)

    # -- changing

    def insert(self, offset: int, text: str) -> None:
        """Puts a text in front of an offset, unless the same one was put there before."""
        key = (offset, text)
        if key not in self._inserted:
            self.draft.insert(offset, text)
            self._inserted.add(key)
            self.draft.log.did(lambda: self._inserted.discard(key))

    def replace(self, span: Span, text: str) -> None:
        """Puts a text in the place of a span, unless it stands there already."""
        if self.text(span) != text:
            self.draft.replace(span, text)

    def before(self, statement: Statement, lines: Sequence[str]) -> None:
        """Puts instructions in front of one, and of the comment that stands right above it."""
        source = self.draft.source
        comments = {source.position(span.start).line for span in self.document.comment_spans}
        line = statement.line
        while line - 1 in comments:
            line -= 1
        start = source.line_starts[line - 1]
        paragraph = line > 1 and not source.line_text(line - 1).strip()
        self.insert(start, self._lines(lines, statement) + (self.draft.newline if paragraph else ""))

    def after(self, statement: Statement, lines: Sequence[str]) -> None:
        """Puts instructions behind one.

        Raises:
            UnwritableError: its last line ends with a continuation, so that it would take them in.
        """
        self.check_finished(statement)
        end = self._line_end(statement.span.end)
        text = self._lines(lines, statement)
        if end == len(self.data) and not self.data.endswith(b"\n"):
            self.insert(end, self.draft.newline + text.removesuffix(self.draft.newline))
        else:
            self.insert(end, text)

    def at_start_of_containers(self, stage: Stage, lines: Sequence[str]) -> None:
        """Puts instructions behind all that builds a stage, in front of what says how its containers start."""
        first = self.start_of_containers(stage)
        if first is not None:
            self.before(first, lines)
        else:
            self.after(self.of_stage(stage)[-1], lines)

    def start_of_containers(self, stage: Stage) -> Statement | None:
        """The first instruction behind all that builds a stage which says how its containers start."""
        statements = self.of_stage(stage)
        last = max(number for number, each in enumerate(statements) if each.keyword in MAKES or number == 0)
        return next((each for each in statements[last + 1 :] if each.keyword in STARTS), None)

    def remove(self, statement: Statement) -> None:
        """Takes an instruction out with its lines.

        Raises:
            UnwritableError: a comment stands between its lines.
        """
        self.check_finished(statement)
        if statement.comment_spans:
            raise UnwritableError("a comment stands between the lines of the instruction")
        start = self.draft.source.line_starts[statement.line - 1]
        if start == 0 and self.data.startswith(BOM):
            start = len(BOM)
        self.draft.replace(Span(start, self._line_end(statement.span.end)), "")

    def check_finished(self, statement: Statement) -> None:
        """Makes sure that what is put behind an instruction does not become a part of it.

        Raises:
            UnwritableError: its last line ends with a continuation.
        """
        end = statement.span.end
        carrier = statement.inner or statement
        if not carrier.heredocs and self.data[:end].rstrip(_BLANKS).endswith(self.document.escape.encode()):
            raise UnwritableError("the instruction ends with a continuation")

    def with_secrets(self) -> None:
        """Sees to a syntax that has secrets as environment variables: BuildKit's Dockerfile 1.10 and later.

        Raises:
            UnwritableError: the file names another one.
        """
        named = next((each.value for each in self.document.directives if each.name == "syntax"), None)
        if named is None:
            start = len(BOM) if self.data.startswith(BOM) else 0
            if self.data.startswith(b"#!", start):
                raise UnwritableError("the file begins with #!, where the syntax directive has to stand", _SYNTAX)
            self.insert(start, _SYNTAX + self.draft.newline)
        elif not _knows_env(named):
            why = f"the syntax {named} may not know secrets as environment variables, which came with 1.10"
            raise UnwritableError(why, _SYNTAX)

    def _lines(self, lines: Iterable[str], beside: Statement) -> str:
        """Instructions with the indentation of the one beside them; a line may be several."""
        start = self.draft.source.line_starts[beside.line - 1]
        lead = self.data[start : beside.span.start].removeprefix(BOM if start == 0 else b"").decode()
        whole = "\n".join(lines).split("\n")
        return "".join(f"{lead}{line}{self.draft.newline}" for line in whole)

    def _line_end(self, offset: int) -> int:
        end = self.data.find(b"\n", offset)
        return len(self.data) if end < 0 else end + 1


def _knows_env(syntax: str) -> bool:
    """Whether a ``# syntax=`` names a Dockerfile of 1.10 or later."""
    name, _at, _digest = syntax.partition("@")
    image, _colon, tag = name.partition(":")
    if image.removeprefix("docker.io/") not in {"docker/dockerfile", "docker/dockerfile-upstream"}:
        return False
    version = tag.partition("-")[0].split(".")
    if version[0] in {"", "latest", "master"}:
        return True
    numbers = [int(part) if part.isdecimal() else 0 for part in version]
    return numbers == [1] or numbers >= [1, 10]
