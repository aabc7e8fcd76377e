"""Fields of an ImageRecipe: one instruction for each value, the last of the final stage counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import EnvVar
from hardhull.formats.dockerfile import words
from hardhull.formats.dockerfile.lists import cut
from hardhull.formats.dockerfile.sheet import MAKES
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.formats.dockerfile.sheet import Sheet
    from hardhull.model.change import Add, Drop, SetTo, Swap
    from hardhull.model.source import Place
    from hardhull.text.dockerfile import Statement, Word

_KEYWORDS = {
    "user": "USER", "workdir": "WORKDIR", "command": "CMD", "entrypoint": "ENTRYPOINT", "healthcheck": "HEALTHCHECK",
    "stop_signal": "STOPSIGNAL",
}  # fmt: skip
_WORDS: dict[str, Callable[[Any], str]] = {
    "command": words.command,
    "entrypoint": words.command,
    "healthcheck": words.healthcheck,
}
_LISTS = {"env": "ENV", "labels": "LABEL", "expose": "EXPOSE", "volumes": "VOLUME"}


def final_stage(recipe: ImageRecipe) -> Stage:
    """The stage that is built.

    Raises:
        UnwritableError: there is none.
    """
    if recipe.final is None:
        raise UnwritableError("the file has no stage that is built")
    return recipe.final


def set_to(sheet: Sheet, recipe: ImageRecipe, change: SetTo) -> None:
    """One value: written where the last instruction of its kind stands, else as a new one."""
    keyword = _KEYWORDS.get(change.field)
    if keyword is None:
        raise UnwritableError(f"a Dockerfile has no single value {change.field}")
    stage = final_stage(recipe)
    field = getattr(recipe, change.field)
    if field.known and field.value == change.value and (field.written or change.value is None):
        return
    own = [each for each in sheet.of_stage(stage) if each.keyword == keyword]
    if change.value is None:
        _remove(sheet, stage, change.field, own)
        return
    text = _WORDS.get(change.field, str)(change.value)
    if own and _decides(sheet, stage, own[-1]):
        _rewrite(sheet, own[-1], text)
    else:
        sheet.at_start_of_containers(stage, [f"{sheet.keyword(keyword)} {text}"])


def _decides(sheet: Sheet, stage: Stage, statement: Statement) -> bool:
    """Whether an instruction can be changed without changing what runs behind it: USER and WORKDIR decide about RUN."""
    if statement.keyword not in {"USER", "WORKDIR"}:
        return True
    behind = [each for each in sheet.of_stage(stage) if each.span.start > statement.span.start]
    return not any(each.keyword in MAKES for each in behind)


def _rewrite(sheet: Sheet, statement: Statement, text: str) -> None:
    start, end = statement.args
    span = statement.range(start, end)
    if statement.flags:
        span = Span(statement.flags[0].span.start, span.end)
    if any(span.start <= each.start < span.end for each in statement.comment_spans or ()):
        raise UnwritableError("a comment stands between the lines of the instruction", f"{statement.keyword} {text}")
    old = sheet.text(span)
    if text.endswith(old):  # exec in front of what stands there
        sheet.insert(span.start, text.removesuffix(old))
    else:
        sheet.replace(span, text)


def _remove(sheet: Sheet, stage: Stage, name: str, own: list[Statement]) -> None:
    if stage.parent and getattr(stage.parent, name).written:
        raise UnwritableError(f"the stage before this one sets it: without the instruction its {name} would count")
    for statement in own:
        sheet.remove(statement)


# -- lists


def add(sheet: Sheet, recipe: ImageRecipe, change: Add) -> None:
    """One more item, as an instruction of its own."""
    keyword = _keyword_of(change.field)
    stage = final_stage(recipe)
    if any(item.known and _same(item.value, change.item) for item in getattr(recipe, change.field).get(())):
        return
    text = f"{sheet.keyword(keyword)} {_item(change.field, change.item, sheet.document.escape)}"
    if change.field in {"env", "labels"} and _overridden(sheet, stage, keyword, _named(change.item)[0]):
        raise UnwritableError("the same name gets another value behind the place for it", text)
    sheet.at_start_of_containers(stage, [text])


def _overridden(sheet: Sheet, stage: Stage, keyword: str, name: str) -> bool:
    """Whether a name gets its value behind the place where a new instruction would go."""
    first = sheet.start_of_containers(stage)
    return first is not None and any(
        pair.key.text == name
        for each in sheet.of_stage(stage)
        if each.keyword == keyword and each.span.start > first.span.start
        for pair in each.pairs
    )


def drop(sheet: Sheet, _recipe: ImageRecipe, change: Drop) -> None:
    """An item goes; the instruction goes with its last one."""
    cut(sheet, change.item.place)


def swap(sheet: Sheet, _recipe: ImageRecipe, change: Swap) -> None:
    """An item is replaced where it stands."""
    _keyword_of(change.field)
    statement = sheet.statement(change.item.place)
    escape = sheet.document.escape
    found = _at(statement, change.item.place)
    if found is None:
        raise UnwritableError("the item does not stand there any more")
    key, value = found
    if change.field in {"env", "labels"}:
        name, text = _named(change.value)
        if statement.pairs[0].legacy:
            raise UnwritableError("the old form without = takes the rest of the line as the value")
        if key is not None and key.text != name:
            sheet.replace(key.span, name)
        sheet.replace(value.span, words.assigned(text, escape))
    elif statement.exec_form:
        sheet.replace(value.span, words.exec_form([change.value])[1:-1])
    else:
        sheet.replace(value.span, change.value)


def _at(statement: Statement, place: Place) -> tuple[Word | None, Word] | None:
    for pair in statement.pairs:
        if pair.value and place.span in {pair.value.span, pair.key.span}:
            return pair.key, pair.value
    for word in statement.words:
        if word.span == place.span:
            return None, word
    return None


def _keyword_of(name: str) -> str:
    keyword = _LISTS.get(name)
    if keyword is None:
        raise UnwritableError(f"a Dockerfile has no list {name}")
    return keyword


def _named(item: Any) -> tuple[str, str]:
    if isinstance(item, EnvVar):
        return item.name, item.value or ""
    name, value = item
    return name, value


def _same(one: Any, other: Any) -> bool:
    return bool(_named(one) == _named(other)) if isinstance(one, tuple) else bool(one == other)


def _item(name: str, item: Any, escape: str) -> str:
    if name not in {"env", "labels"}:
        return str(item) if " " not in item else words.exec_form([item])
    key, value = _named(item)
    return f"{key}={words.assigned(value, escape)}"
