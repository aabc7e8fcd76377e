"""The image that is taken somewhere: after FROM, in ``--from``, in a mount, or in the ARG that names it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.recipe_changes import ImageIs
    from hardhull.formats.dockerfile.sheet import Sheet
    from hardhull.text.dockerfile import Pair, Statement

_LAST = lazy(r"(.*:)?\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^${}]*))?\})", re.ASCII)
"""A name that is one variable, or whose whole tag is one: ``${BASE}``, ``node:$TAG``, ``x/y:${TAG:-1}``."""
_QUOTES = "\"'"


def image_is(sheet: Sheet, _recipe: object, want: ImageIs) -> None:
    """Writes the reference where the name stands, or where the ARG has its default."""
    statement = sheet.statement(want.place)
    span = want.place.span
    if statement.keyword == "RUN":
        span = _from_of_mount(sheet, span)
    written = sheet.text(span)
    plain = written.strip(_QUOTES)
    if "$" not in plain:
        if plain not in {want.image, want.reference}:
            raise UnwritableError("another image is named there")
        sheet.replace(span, written.replace(plain, want.reference))
    elif statement.keyword != "FROM":
        raise UnwritableError("the image is named by a variable")
    elif plain.endswith(_suffix(want)):
        return
    elif (longer := _extended(plain, want)) is not None:
        sheet.replace(span, written.replace(plain, longer))
    else:
        _in_variable(sheet, statement, span, want)


def _suffix(want: ImageIs) -> str:
    """What the reference has more than the image.

    Raises:
        UnwritableError: it is another image.
    """
    if not want.reference.startswith(want.image):
        raise UnwritableError("the name is put together from variables", want.reference)
    return want.reference.removeprefix(want.image)


def _extended(text: str, want: ImageIs) -> str | None:
    """The text with the digest at its end; None where its tag is not written out.

    A digest wins over a tag: behind a tag that a build argument can change it would win silently. Behind a name that
    one can change it names the same content in another registry, or fails.
    """
    _name, colon, tag = want.image.rpartition("/")[2].partition(":")
    end = text.rpartition("/")[2]
    literal = end.endswith(f":{tag}") if colon else "$" not in end
    return text + _suffix(want) if literal else None


def _from_of_mount(sheet: Sheet, span: Span) -> Span:
    """Where the value of ``from=`` stands inside a mount."""
    found = re.search(r"(?:^|,)from=([^,\"]+)", sheet.text(span))
    if found is None:
        raise UnwritableError("the mount's from= is quoted")
    start = span.start + len(sheet.text(span)[: found.start(1)].encode())
    return Span(start, start + len(found[1].encode()))


def _in_variable(sheet: Sheet, statement: Statement, span: Span, want: ImageIs) -> None:
    """Pins the default of the variable that the name, or its whole tag, is."""
    snippet = f"ARG BASE={want.reference}\nFROM ${{BASE}}"
    written = sheet.text(span)
    plain = written.strip(_QUOTES)
    found = _LAST.fullmatch(plain)
    if found is None:
        raise UnwritableError("the tag is put together from variables, and the digest would win over them", snippet)
    name = found[2] or found[3]
    defaults = _defaults(sheet, name)
    if found[4] and not any(pair.value for pair in defaults):
        sheet.replace(span, written.replace(found[4], found[4] + _suffix(want)))
        return
    if len(defaults) != 1 or defaults[0].value is None:
        raise UnwritableError(f"{name} has no default in front of the first FROM", snippet)
    _only_there(sheet, statement, name, snippet)
    _extend_default(sheet, defaults[0], want, whole=not found[1], snippet=snippet)


def _extend_default(sheet: Sheet, pair: Pair, want: ImageIs, *, whole: bool, snippet: str) -> None:
    assert pair.value is not None  # noqa: S101  the caller looked
    old = sheet.text(pair.value.span)
    plain = old.strip(_QUOTES)
    if plain.endswith(_suffix(want)):
        return
    longer = plain + _suffix(want)
    if whole and "$" in plain:
        longer = _extended(plain, want) or ""
    elif not longer or not want.reference.endswith(longer) or (whole and longer != want.reference):
        longer = ""
    if not longer:
        raise UnwritableError(f"the default of {pair.key.text} is put together from variables", snippet)
    sheet.replace(pair.value.span, old.replace(plain, longer))


def _defaults(sheet: Sheet, name: str) -> list[Pair]:
    """The global ARGs of that name."""
    found: list[Pair] = []
    for each in sheet.document.statements:
        if each.keyword == "FROM":
            break
        found += [pair for pair in each.pairs if pair.key.text == name]
    return found


def _only_there(sheet: Sheet, statement: Statement, name: str, snippet: str) -> None:
    """Makes sure that nothing else takes the ARG's value.

    Raises:
        UnwritableError: something does.
    """
    use = re.compile(rf"\$\{{?{re.escape(name)}(?!\w)")
    own = statement.words[0].text if statement.words else ""
    for each in sheet.document.statements:
        if each.keyword == "FROM":
            texts = [word.text for word in each.words[:1]] + [flag.value or "" for flag in each.flags]
            if any(use.search(text) and text != own for text in texts):
                raise UnwritableError(f"another FROM uses {name} otherwise", snippet)
        elif each.keyword == "ARG":
            if any(pair.key.text == name and pair.value is None for pair in each.pairs):
                raise UnwritableError(f"a stage takes the value of {name} as well", snippet)
            if any(pair.value and use.search(pair.value.text) for pair in each.pairs):
                raise UnwritableError(f"another ARG uses {name}", snippet)
