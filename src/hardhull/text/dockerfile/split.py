"""How BuildKit's parser splits a joined line: flags, words, JSON arrays. All positions are indexes into that line.

Source: moby/buildkit, frontend/dockerfile/parser/split_command.go and line_parsers.go, as of 0.33.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from hardhull.model.lazy import lazy

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Go's ``unicode.IsSpace`` as the inside of a character class."""

_FLAG = lazy(r"--[^\t\n\v\f\r '\"\\`]+(?=[\t\n\v\f\r ]|$)")
_FLAG_SPACE = frozenset("\t\n\v\f\r ")
_BLANK = lazy(r"[\t\v\f\r ]+")
_NON_BLANK = lazy(r"[^\t\v\f\r ]+")
_JSON_STRING = lazy(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_JSON_SPACE = lazy(r"[ \t\r\n]*")


Token: TypeAlias = tuple[str, int, int]
"""A word of the line: its value, and where it starts and ends."""


class FlagToken(NamedTuple):
    """A flag with its quotes removed, where it stands, and where its value starts (its end where it has none)."""

    text: str
    start: int
    end: int
    value: int


@cache
def _word(escape: str) -> re.Pattern[str]:
    """A word of ENV, LABEL or ARG; an escape character with nothing behind it ends one too."""
    mark = re.escape(escape)
    return re.compile(
        rf"(?:[^{SPACE}'\"{mark}]+|{mark}.|'[^']*(?:'|$)|\"(?:[^\"{mark}]+|{mark}.)*(?:\"|{mark}?$))+(?:{mark}$)?|{mark}$",
        re.DOTALL,
    )


class NotStringsError(Exception):
    """A JSON array with something else than strings in it: BuildKit refuses the file."""


def words(text: str, start: int, end: int, escape: str) -> list[Token]:
    """The words of ENV, LABEL and ARG: quotes and escape characters are kept in the value."""
    found: list[Token] = []
    for match in _word(escape).finditer(text, start, end):
        value = match.group()
        if match.end() == end and _ends_escaped(value, escape):
            value = value[:-1]
        if value:
            found.append((value, match.start(), match.end()))
    return found


def _ends_escaped(value: str, escape: str) -> bool:
    """Whether the last character is an escape character that has nothing to escape."""
    if not value.endswith(escape):
        return False
    at, quote = 0, ""
    while at < len(value):
        char = value[at]
        if char == escape and quote != "'":
            if at + 1 == len(value):
                return True
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        at += 1
    return False


def blanks(text: str, start: int, end: int) -> list[Token]:
    """What stands between blanks; quotes and escapes mean nothing here."""
    return [(match.group(), match.start(), match.end()) for match in _NON_BLANK.finditer(text, start, end)]


def first_blank(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Start and end of the first stretch of blanks, None where there is none."""
    match = _BLANK.search(text, start, end)
    return match.span() if match else None


def flags(text: str, start: int, end: int, escape: str) -> tuple[list[FlagToken], int]:
    """The flags at ``start``, and where the arguments begin."""
    found: list[FlagToken] = []
    at = start
    while True:
        while at < end and text[at] in _FLAG_SPACE:
            at += 1
        if not text.startswith("--", at, end):
            return found, at
        match = _FLAG.match(text, at, end)
        flag = _plain_flag(match, at) if match else _quoted_flag(text, at, end, escape)
        at = flag.end
        if flag.text == "--":
            return found, at
        found.append(flag)


def _plain_flag(match: re.Match[str], at: int) -> FlagToken:
    text, end = match.group(), match.end()
    equals = text.find("=")
    return FlagToken(text, at, end, end if equals < 0 else at + equals + 1)


def _quoted_flag(text: str, start: int, end: int, escape: str) -> FlagToken:
    result: list[str] = []
    quote = ""
    at, value = start, -1
    while at < end:
        char = text[at]
        if not quote and char in _FLAG_SPACE:
            break
        at += 1
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == escape:
            result.append(text[at : min(at + 1, end)])
            at += 1
        else:
            if char == "=" and value < 0:
                value = at
            result.append(char)
    at = min(at, end)
    return FlagToken("".join(result), start, at, at if value < 0 else value)


def json_strings(text: str, start: int, end: int) -> list[Token] | None:
    """The strings of a JSON array; None where the text is not JSON (then it is a shell command or plain words).

    Raises:
        NotStringsError: it is JSON, but not an array of strings.
    """
    if not text.startswith("[", start, end):
        return None
    found: list[Token] = []
    at = _skip(text, start + 1, end)
    if text.startswith("]", at, end):
        return found if _skip(text, at + 1, end) == end else None
    while match := _JSON_STRING.match(text, at, end):
        inside = match.group(1)
        value = _unescaped(inside) if "\\" in inside else inside
        found.append((value, match.start(), match.end()))
        at = _skip(text, match.end(), end)
        if text.startswith("]", at, end):
            return found if _skip(text, at + 1, end) == end else None
        if not text.startswith(",", at, end):
            return None
        at = _skip(text, at + 1, end)
    if _is_json(text[start:end]):
        raise NotStringsError
    return None


def _skip(text: str, at: int, end: int) -> int:
    match = _JSON_SPACE.match(text, at, end)
    return match.end() if match else at


def _unescaped(inside: str) -> str:
    import json

    # A lone surrogate cannot be encoded; Go puts the replacement character there.
    return re.sub("[\ud800-\udfff]", "\ufffd", json.loads(f'"{inside}"'))


def _is_json(text: str) -> bool:
    import json

    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        json.loads(text, parse_constant=refuse, parse_float=str, parse_int=str)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
