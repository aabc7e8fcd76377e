"""Variables in Compose files: ``$X``, ``${X:-default}`` and the rest, as compose-go replaces them.

A variable that has no value in ``.env`` and no default is not replaced by nothing, as Compose does with a warning: its
value comes from the shell of whoever runs it, so what it stands for is not known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LENGTH = 1_000_000
"""Longest text that variables may make."""

MAX_NESTING = 50
"""Deepest nesting of defaults in defaults; Compose has no limit, real files have two."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-+?]")


class Value(NamedTuple):
    """What a variable or a text with variables is.

    Attributes:
        text: the text; None where it is not known.
        why: why it is not known.
        origin: ``literal``, ``variable`` (from a file of variables) or ``default`` (a default took its place).
    """

    text: str | None
    why: str | None = None
    origin: str = "literal"


Lookup = "Callable[[str], Value | None]"


class TemplateError(Exception):
    """A ``${`` that Compose refuses."""


def substitute(text: str, lookup: Callable[[str], Value | None], depth: int = 0) -> Value:
    """Replace the variables in a text.

    Args:
        text: as written.
        lookup: the value of a variable by its name, None where it has none.
        depth: how deep in defaults the text stands.

    Returns:
        The text with all variables replaced, or why that cannot be known.

    Raises:
        TemplateError: the text holds a ``${`` that is not closed or has no name, is nested too deeply, or grows too
            long.
    """
    if "$" not in text:
        return Value(text)
    if depth > MAX_NESTING:
        msg = f"variables are nested deeper than the limit of {MAX_NESTING}"
        raise TemplateError(msg)
    pieces: list[str] = []
    why: str | None = None
    origin = "literal"
    at = 0
    while True:
        dollar = text.find("$", at)
        if dollar == -1:
            pieces.append(text[at:])
            break
        pieces.append(text[at:dollar])
        piece, at = _one(text, dollar, lookup, depth)
        if piece.text is None:
            why = why or piece.why
        else:
            pieces.append(piece.text)
        if piece.origin != "literal" and origin != "variable":
            origin = piece.origin
    if why is not None:
        return Value(None, why, "variable")
    if sum(map(len, pieces)) > max(MAX_LENGTH, len(text)):
        msg = f"variables make a text of more than {MAX_LENGTH:,} characters, the limit"
        raise TemplateError(msg)
    return Value("".join(pieces), None, origin)


def _one(text: str, dollar: int, lookup: Callable[[str], Value | None], depth: int) -> tuple[Value, int]:
    """What stands at a ``$``, and where the text goes on after it."""
    following = text[dollar + 1 : dollar + 2]
    if following == "$":
        return Value("$"), dollar + 2
    name = _NAME.match(text, dollar + 1)
    if name:
        return _plain(name.group(), lookup), name.end()
    if following != "{":
        return Value("$"), dollar + 1
    inner, end = _braced(text, dollar)
    return _expression(inner, lookup, depth), end


def _braced(text: str, dollar: int) -> tuple[str, int]:
    """The inside of ``${...}`` and the offset after it.

    As in compose-go, the expression has to be closed on its own line, braces inside are counted, and where they do not
    add up the last closing brace of the line ends it.
    """
    name = _NAME.match(text, dollar + 2)
    if name is None:
        msg = "a variable has no name"
        raise TemplateError(msg)
    if text[name.end() : name.end() + 1] == "}":
        return name.group(), name.end() + 1
    line_end = text.find("\n", name.end())
    last = text.rfind("}", name.end(), len(text) if line_end == -1 else line_end)
    if last == -1 or not _OPERATOR.match(text, name.end()):
        msg = f"the variable {name.group()} is not closed or has an operator that is none of :- - :? ? :+ +"
        raise TemplateError(msg)
    end = _closing(text, dollar + 1, last)
    return text[dollar + 2 : end], end + 1


def _closing(text: str, start: int, last: int) -> int:
    depth = 0
    at = start
    while at <= last:
        letter = text[at]
        if letter == "}":
            depth -= 1
            if depth == 0:
                return at
        elif letter == "{":
            depth += 1
            at += 1  # compose-go does not look at the character after an opening brace
        at += 1
    return last


def _plain(name: str, lookup: Callable[[str], Value | None]) -> Value:
    found = lookup(name)
    if found is None:
        return Value(None, f"the variable {name} has no value in .env", "variable")
    return found._replace(origin="variable")


def _expression(inner: str, lookup: Callable[[str], Value | None], depth: int) -> Value:
    """``X``, ``X:-default``, ``X-default``, ``X:?message``, ``X?message``, ``X:+other``, ``X+other``."""
    match = _NAME.match(inner)
    name = match.group() if match else inner
    operator = _OPERATOR.match(inner, len(name))
    if operator is None:
        return _plain(name, lookup)
    rest = inner[operator.end() :]
    found = lookup(name)
    is_set = found is not None and not (operator.group()[0] == ":" and found.text == "")
    kind = operator.group()[-1]
    if kind == "+":
        if not is_set:
            return found or Value("", None, "default")
        return substitute(rest, lookup, depth + 1)._replace(origin="variable")
    if is_set and found is not None:
        return found._replace(origin="variable")
    if kind == "-":
        return substitute(rest, lookup, depth + 1)._replace(origin="default")
    return Value(None, f"the variable {name} has no value in .env, and Compose demands one", "variable")
