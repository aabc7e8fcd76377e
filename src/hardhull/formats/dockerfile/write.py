"""Writes Changes of an ImageRecipe into its Dockerfile.

The law: reading the new file gives the recipe with the wanted state, and all other instructions as they were: their
words, their comments, their line ends, their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import ImageRecipe
from hardhull.facts.recipe_changes import (
    AsRoot,
    ComesAsSecret,
    FileComesAsSecret,
    HiddenLiteral,
    ImageIs,
    NoOption,
    NoVariable,
    NoWord,
    RunAs,
    UpdateWhereNeeded,
)
from hardhull.formats.dockerfile.sheet import Sheet
from hardhull.formats.dockerfile.write_commands import as_root, no_word, update_where_needed
from hardhull.formats.dockerfile.write_fields import add, drop, set_to, swap
from hardhull.formats.dockerfile.write_images import image_is
from hardhull.formats.dockerfile.write_options import no_option, no_variable
from hardhull.formats.dockerfile.write_secrets import comes_as_secret, file_comes_as_secret, hidden_literal
from hardhull.formats.dockerfile.write_user import run_as
from hardhull.model.change import Add, Drop, Instruct, SetTo, Swap
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.text.draft import Drafts

_FIELDS: dict[type[Any], Callable[[Sheet, ImageRecipe, Any], None]] = {
    SetTo: set_to, Add: add, Drop: drop, Swap: swap,
}  # fmt: skip
_WANTS: dict[type[Any], Callable[[Sheet, ImageRecipe, Any], None]] = {
    RunAs: run_as,
    ImageIs: image_is,
    ComesAsSecret: comes_as_secret,
    FileComesAsSecret: file_comes_as_secret,
    HiddenLiteral: hidden_literal,
    NoVariable: no_variable,
    NoOption: no_option,
    NoWord: no_word,
    UpdateWhereNeeded: update_where_needed,
    AsRoot: as_root,
}


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change.

    Args:
        fact: the recipe as it was read.
        change: a field, or an ``Instruct`` with one of the records of ``facts/recipe_changes.py``.
        drafts: the files.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, ImageRecipe)  # noqa: S101  the syntax says so
    sheet = drafts.keep(fact.place.source, Sheet, Sheet)
    for field in fact.problems:
        if field.value.stops:
            raise UnwritableError(f"BuildKit refuses the file: {field.value.why}")
    wanted = change.want if isinstance(change, Instruct) else change
    writer = (_WANTS if isinstance(change, Instruct) else _FIELDS).get(type(wanted))
    if writer is None:
        raise UnwritableError(f"a Dockerfile has no words for {type(wanted).__name__}")
    writer(sheet, fact, wanted)
