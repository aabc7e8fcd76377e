"""Who containers start as: the account, what belongs to it, and USER."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.dockerfile import words
from hardhull.formats.dockerfile.sheet import MAKES, POSIX
from hardhull.formats.dockerfile.write_fields import final_stage, set_to
from hardhull.model.change import SetTo
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_changes import Account, RunAs
    from hardhull.formats.dockerfile.sheet import Sheet
    from hardhull.text.dockerfile import Statement


def run_as(sheet: Sheet, recipe: ImageRecipe, want: RunAs) -> None:
    """Makes the account, gives it its files, and names it in USER, behind the last step that needs root."""
    if recipe.user.known and recipe.user.written and recipe.user.value == want.user:
        return
    stage = final_stage(recipe)
    commands = [*_account(want.account), *_ownership(want)]
    _give(sheet, want)
    statements = sheet.of_stage(stage)
    user = next((each for each in reversed(statements) if each.keyword == "USER"), None)
    if not commands and user is not None and not _builds_behind(statements, user.span.start):
        set_to(sheet, recipe, SetTo("user", want.user))
        return
    lines = []
    if commands:
        shell = stage.instructions[-1].shell if stage.instructions else stage.shell.get(None)
        if shell and shell[0].rpartition("/")[2] not in POSIX:
            raise UnwritableError(f"SHELL sets {shell[0]}, whose language hardhull does not write")
        run = words.chain(sheet.keyword("RUN"), commands, sheet.document.escape)
        volume = _volume(statements, want)
        if volume is not None and volume.span.start > (user.span.start if user else 0):
            sheet.before(volume, [run])
        else:
            lines.append(run)
    sheet.at_start_of_containers(stage, [*lines, f"{sheet.keyword('USER')} {want.user}"])


def _builds_behind(statements: list[Statement], start: int) -> bool:
    return any(each.span.start > start and each.keyword in MAKES for each in statements)


def _volume(statements: list[Statement], want: RunAs) -> Statement | None:
    """The VOLUME in front of which folders get their owner: the classic builder drops what is changed behind it.

    None where something is still built behind it.
    """
    paths = {*want.makes, *want.trees}
    found = next(
        (each for each in statements if each.keyword == "VOLUME" and paths & {word.text for word in each.words}), None
    )
    if found is None:
        return None
    behind = [each.keyword for each in statements if each.span.start > found.span.start]
    return None if {"RUN", "COPY", "ADD", "WORKDIR", "SHELL"} & set(behind) else found


def _account(account: Account | None) -> Iterator[str]:
    if account is None:
        return
    name, uid, gid = account.name, account.uid, account.gid
    if account.tools == "busybox":
        yield f"addgroup -S -g {gid} {name}"
        yield f"adduser -S -D -H -u {uid} -G {name} -s /sbin/nologin {name}"
    else:
        yield f"groupadd --system --gid {gid} {name}"
        yield f"useradd --system --uid {uid} --gid {name} --no-create-home --shell /usr/sbin/nologin {name}"


def _ownership(want: RunAs) -> Iterator[str]:
    user, path = want.user, words.path
    makes, files = [path(each) for each in want.makes], [path(each) for each in want.files]
    owns, trees = [path(each) for each in want.owns], [path(each) for each in want.trees]
    if makes:
        yield " ".join(["mkdir -p", *makes])
    if files:
        yield " ".join(["touch", *files])
    if owns or files:
        yield " ".join([f"chown {user}", *owns, *files])
    if makes or trees:
        yield " ".join([f"chown -R {user}", *makes, *trees])


def _give(sheet: Sheet, want: RunAs) -> None:
    for place in want.copies:
        statement = sheet.statement(place)
        if any(flag.name == "chown" for flag in statement.flags):
            raise UnwritableError("the files belong to somebody else by --chown")
        sheet.insert(statement.keyword_span.end, f" --chown={want.user}")
