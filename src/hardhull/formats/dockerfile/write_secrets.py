"""Secrets of the build: from arguments, files and literals to secret mounts, which leave nothing in the image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.formats.dockerfile.lists import cut
from hardhull.formats.dockerfile.sheet import POSIX
from hardhull.model.source import Place
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_changes import ComesAsSecret, FileComesAsSecret, HiddenLiteral
    from hardhull.formats.dockerfile.sheet import Sheet
    from hardhull.text.dockerfile import Statement

_ALONE = 2
"""Words of a COPY with one source."""


def comes_as_secret(sheet: Sheet, recipe: ImageRecipe, want: ComesAsSecret) -> None:
    """Takes the ARG (and the ENV) out, and mounts the secret in every RUN that names the variable."""
    name, goes = want.name, {"ARG", "ENV"} if want.env else {"ARG"}
    snippet = f"RUN {_option(name, required=want.required)} ..."
    use = re.compile(rf"\$\{{?{re.escape(name)}(?!\w)|(?<![\w$]){re.escape(name)}(?![\w=])")
    arguments: list[Place] = []
    runs: list[Statement] = []
    for each in sheet.document.statements:
        if each.keyword in goes:
            arguments += [Place(each.source, pair.key.span) for pair in each.pairs if pair.key.text == name]
            text = " ".join(pair.value.text for pair in each.pairs if pair.value and pair.key.text != name)
        else:
            text = _all_text(each)
        if not use.search(text):
            continue
        if each.keyword != "RUN" or each.exec_form:
            raise UnwritableError(f"{each.keyword or 'another instruction'} uses {name} as well", snippet)
        runs.append(each)
    if not runs:
        raise UnwritableError(f"no RUN names {name}: which of them needs it is not written here", snippet)
    _check_shells(recipe, runs)
    for place in arguments:
        cut(sheet, place)
    for run in runs:
        _mount(sheet, run, name, required=want.required)
    sheet.with_secrets()


def file_comes_as_secret(sheet: Sheet, _recipe: ImageRecipe, want: FileComesAsSecret) -> None:
    """Takes a file out of a COPY, and mounts it in the RUN instructions that use it."""
    copy = sheet.statement(want.place)
    if copy.keyword != "COPY" or copy.exec_form or copy.heredocs:
        raise UnwritableError("only files of a plain COPY are mounted instead")
    if copy.flags:
        raise UnwritableError("a secret has none of the options that the COPY has")
    if any(char in want.target + want.name for char in ", \"'\\$"):
        raise UnwritableError(f"a mount has no words for {want.target}")
    option = f"--mount=type=secret,id={want.name},target={want.target},required=true"
    runs = [sheet.statement(place) for place in want.runs]
    if not runs or any(run.keyword != "RUN" for run in runs):
        raise UnwritableError("no RUN uses the file: which step needs it is not written here")
    if len(copy.words) <= _ALONE:
        sheet.remove(copy)
    else:
        cut(sheet, want.place)
    for run in runs:
        sheet.insert(run.keyword_span.end, f" {option}")


def hidden_literal(sheet: Sheet, _recipe: ImageRecipe, want: HiddenLiteral) -> None:
    """Puts a variable in the place of a text, and mounts the secret that it is."""
    run = sheet.statement(want.place)
    if run.keyword != "RUN" or run.exec_form:
        raise UnwritableError(f"{run.keyword} is no shell command of the build")
    sheet.replace(want.place.span, f'"${want.name}"')
    _mount(sheet, run, want.name, required=True)
    sheet.with_secrets()


def _check_shells(recipe: ImageRecipe, runs: list[Statement]) -> None:
    """Makes sure that a shell reads the variable.

    Raises:
        UnwritableError: SHELL names something else.
    """
    starts = {run.span.start for run in runs}
    for stage in recipe.stages:
        for each in stage.runs:
            if each.span.start in starts and each.shell and each.shell[0].rpartition("/")[2] not in POSIX:
                raise UnwritableError(f"SHELL sets {each.shell[0]}, whose variables are others")


def _all_text(statement: Statement) -> str:
    """Everything an instruction says, its here-documents included."""
    bodies = [statement.body(heredoc).text for heredoc in statement.heredocs]
    return "\n".join((statement.text, *bodies))


def _option(name: str, *, required: bool) -> str:
    return f"--mount=type=secret,id={name},env={name}" + (",required=true" if required else "")


def _mount(sheet: Sheet, run: Statement, name: str, *, required: bool) -> None:
    """Mounts the secret in a RUN, unless it is mounted there already."""
    for flag in run.flags:
        fields = (flag.value or "").split(",") if flag.name == "mount" else []
        if "type=secret" in fields and f"env={name}" in fields:
            return
    sheet.insert(run.keyword_span.end, f" {_option(name, required=required)}")
