"""The image of a command line and the command behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.edit import Edit
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.values import Arg
from hardhull.text.shell.wordline import Row
from hardhull.text.shell.wordtext import quoted, replaced

if TYPE_CHECKING:
    from hardhull.formats.docker_run.linedraft import LineDraft


def set_image(draft: LineDraft, reference: str | None) -> None:
    """Another image.

    Raises:
        UnwritableError: it comes from a variable, or none is named.
    """
    image = draft.line.image
    if image is None or reference is None:
        raise UnwritableError(draft.line.open or "a container has to have an image")
    if image.text == reference:
        return
    edit = replaced(image, reference, draft.quoting)
    draft.beyond = (*draft.beyond, edit)
    draft.line = draft.line._replace(image=_said(image, reference))


def set_command(draft: LineDraft, words: tuple[str, ...] | None) -> None:
    """Other words behind the image, or none.

    Raises:
        UnwritableError: they come from variables, or redirections stand between them.
    """
    line = draft.line
    if line.image is None or draft.why:
        raise UnwritableError(draft.why or "no image is named")
    old = [line.image, *line.command]
    row = Row(draft.row.data, [arg.site_place.span for arg in old])
    for at in range(len(old) - 1):
        row.gap(at)
    if not all(arg.whole and arg.known for arg in line.command):
        raise UnwritableError("the command comes from variables")
    span = Span(row.words[0].end, row.words[-1].end)
    text = "".join([f" {quoted(word, draft.quoting)}" for word in words or ()])
    draft.beyond = (*draft.beyond, Edit(span, text.encode()))
    draft.line = line._replace(command=tuple(_said(line.image, word) for word in words or ()))


def _said(near: Arg, text: str) -> Arg:
    return Arg.of(*near.site, text)
