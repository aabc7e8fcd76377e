"""What RUN instructions run: words that go, package lists that are updated where they are needed, sudo that goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.dockerfile.lists import cut_word
from hardhull.model.lazy import lazy
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_changes import AsRoot, NoWord, UpdateWhereNeeded
    from hardhull.formats.dockerfile.sheet import Sheet
    from hardhull.text.dockerfile import Statement

_INSTALLS = lazy(
    r"\b(?:apt-get|apt|aptitude|apk|tdnf)\b[^;&|]{0,300}?"
    r"\s(?:install|add|upgrade|dist-upgrade|full-upgrade|build-dep|source|fetch|satisfy)\b"
)
_UPDATES = lazy(r"\b(?:apt-get|apt|aptitude|apk|tdnf)\s+(?:-\S+\s+)*update\b|\s--no-cache\b|\s-U\b|--update\b")
_CALLS_OTHERS = lazy(r"(?:^|[\s;&|])(?:\.{0,2}/|ba?sh\s|source\s|\.\s|make\b|[\w-]+\.sh\b)")
"""A script or a makefile, which may install whatever it likes."""
_SUDO = lazy(rb"sudo[ \t]+(?![-\w]*=|-)")


def no_word(sheet: Sheet, _recipe: ImageRecipe, want: NoWord) -> None:
    """Takes a word of a command out."""
    sheet.statement(want.place)
    cut_word(sheet, want.place)


def update_where_needed(sheet: Sheet, recipe: ImageRecipe, want: UpdateWhereNeeded) -> None:
    """Moves the update of the package lists into the RUN instructions that install."""
    alone = sheet.statement(want.place)
    stage = next((each for each in recipe.stages if alone in sheet.of_stage(each)), None)
    if stage is None or any(other.parent is stage for other in recipe.stages):
        raise UnwritableError("other stages go on from this one, and may count on the package lists")
    if alone.flags or alone.heredocs or alone.exec_form or alone.comment_spans:
        raise UnwritableError("the update is more than one plain command")
    update = sheet.text(alone.range(*alone.args)).rstrip("; \t")
    if "\n" in update:
        raise UnwritableError("the update is written over several lines")
    behind = [each for each in sheet.of_stage(stage) if each.span.start > alone.span.start]
    into = [each for each in behind if each.keyword == "RUN" and _needs_update(each)]
    if not into:
        raise UnwritableError("nothing here installs packages by these lists", f"RUN {update} && ...")
    for statement in into:
        if statement.exec_form or statement.heredocs:
            raise UnwritableError("the packages are installed by an exec form or a here-document")
    for statement in into:
        sheet.insert(statement.range(*statement.args).start, f"{update} && ")
    sheet.remove(alone)


def _needs_update(statement: Statement) -> bool:
    text = statement.text[slice(*statement.args)]
    for heredoc in statement.heredocs:
        text += "\n" + statement.body(heredoc).text
    if _UPDATES.search(text):
        return False
    if _INSTALLS.search(text):
        return True
    if _CALLS_OTHERS.search(text):
        raise UnwritableError("a later RUN starts a script, which may count on the package lists")
    return False


def as_root(sheet: Sheet, _recipe: ImageRecipe, want: AsRoot) -> None:
    """Takes sudo away, with USER around the instruction where it is needed."""
    statement = sheet.statement(want.place)
    for word in want.words:
        match = _SUDO.match(sheet.data, word.span.start)
        if match is None:
            raise UnwritableError("sudo is called with options, which root alone does not replace")
        sheet.draft.replace(Span(word.span.start, match.end()), "")
    if want.user:
        keyword = sheet.keyword("USER")
        sheet.before(statement, [f"{keyword} root"])
        sheet.after(statement, [f"{keyword} {want.user}"])
