"""Options and variables that go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.dockerfile.lists import cut
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_changes import NoOption, NoVariable
    from hardhull.formats.dockerfile.sheet import Sheet


def no_option(sheet: Sheet, _recipe: ImageRecipe, want: NoOption) -> None:
    """Takes an option out, and the blanks behind it."""
    statement = sheet.statement(want.place)
    flag = next((each for each in statement.flags if each.value_span.start == want.place.span.start), None)
    if flag is None:
        raise UnwritableError("the option does not stand there any more")
    end = flag.span.end
    while sheet.data[end : end + 1] in {b" ", b"\t"}:
        end += 1
    sheet.draft.replace(Span(flag.span.start, end), "")


def no_variable(sheet: Sheet, _recipe: ImageRecipe, want: NoVariable) -> None:
    """Takes a variable out of ENV or ARG."""
    cut(sheet, want.place)
