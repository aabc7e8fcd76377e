"""``.dockerignore``: read and matched as BuildKit does it (moby/patternmatcher and its ``ignorefile`` package).

The patterns are those of Go's ``filepath.Match`` with ``**`` added: not those of ``.gitignore``. ``*.pem`` speaks of
the top folder alone, a leading slash means nothing, and the last pattern that matches decides.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from hardhull.facts.build_context import IgnoreFile, IgnorePattern
from hardhull.model.field import Field
from hardhull.model.source import Place, Span
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.model.source import Source

MAX_LINE = 64 * 1024
"""Bytes; the builder's reader of lines (Go's bufio.Scanner) refuses longer ones, and with them the build."""
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go's strings.TrimSpace takes off."""
ESCAPED = frozenset(".+()$")
"""Characters that the builder escapes. It means to escape ``|{}`` too, but its table has no room for them."""
CLASSES = frozenset("dDwWsSbBAaftnrv")
"""Letters that mean the same behind a backslash in Go's regular expressions and in Python's."""


def read(source: Source) -> IgnoreFile:
    """Reads an ignore file.

    Raises:
        UnreadableError: the builder refuses it, and with it every build of this context.
    """
    return IgnoreFile(source.path, tuple(_patterns(source)))


def _patterns(source: Source) -> Iterator[Field[IgnorePattern]]:
    for number in range(1, len(source.line_starts) + 1):
        span = source.line_span(number)
        line = source.text(span)
        if span.end - span.start >= MAX_LINE:
            raise _refused(source, span, f"a line is longer than {MAX_LINE:,} bytes")
        text = line.strip(SPACES)
        if line.startswith("#") or not text:
            continue
        again, text = clean(text)
        before = len(line) - len(line.lstrip(SPACES))
        at = Span(span.start + len(line[:before].encode()), span.start + len(line.rstrip(SPACES).encode()))
        if not text and not again:
            continue
        if not text:
            raise _refused(source, at, "`!` stands alone")
        try:
            matches = matcher(text)
        except ValueError as error:
            raise _refused(source, at, str(error)) from error
        yield Field("pattern", IgnorePattern(text, again, matches), Place(source, at))


def _refused(source: Source, at: Span, why: str) -> UnreadableError:
    return UnreadableError(source, at.start, f"the builder refuses this ignore file: {why}", "repair the pattern")


def clean(line: str) -> tuple[bool, str]:
    """Whether a line lets in again, and its pattern as the builder leaves it.

    The reader of the file (``ignorefile.ReadAll``) cleans it and takes a slash from its front; the matcher
    (``patternmatcher.New``) trims and cleans what is left once more, and only then looks for ``!``.
    """
    again = line.startswith("!")
    text = _path(line[1:].strip(SPACES) if again else line)
    if len(text) > 1:
        text = text.removeprefix("/")
    text = _path(f"!{text}" if again else text.strip(SPACES))
    return text.startswith("!"), text.removeprefix("!")


def _path(text: str) -> str:
    """Go's ``filepath.Clean``, but nothing of nothing."""
    cleaned = posixpath.normpath(text.rstrip(SPACES)) if text.strip(SPACES) else ""
    return cleaned.removeprefix("/") if cleaned.startswith("//") else cleaned


def matcher(text: str) -> Callable[[str], bool]:
    """Whether a path matches a pattern.

    The builder has four ways, and so has this: equality, ``...**``, ``**...``, and a regular expression.

    Raises:
        ValueError: the pattern is malformed; the message says how.
    """
    _check(text)
    way, expression = _translate(text)
    if way == "exact":
        return lambda path: path == text
    if way == "prefix":
        return lambda path: path.startswith(text[:-2])
    if way == "suffix":
        end = text[2:]
        return lambda path: path.endswith(end) or (end.startswith("/") and path == end[1:])
    try:
        compiled = re.compile(_python(expression), re.ASCII)
    except re.error as error:
        msg = f"{text!r} becomes no valid expression: {error}"
        raise ValueError(msg) from error
    return lambda path: compiled.search(path) is not None


def _translate(text: str) -> tuple[str, str]:
    """The way a pattern is matched, and the regular expression that the builder would make of it.

    The builder knows nothing of brackets here: a ``*`` between them becomes ``[^/]*`` as everywhere.
    """
    out, way, at = "", "exact", 0
    while at < len(text):
        begins, character = at == 0, text[at]
        at += 1
        if character == "*" and text[at : at + 1] == "*":
            at += 2 if text[at + 1 : at + 2] == "/" else 1
            if at < len(text):
                out, way = f"{out}(.*/)?", "expression"
            elif way == "exact":
                way = "prefix"
            else:
                out, way = f"{out}.*", "expression"
            way = "suffix" if begins else way
        elif character in "*?":
            out, way = f"{out}[^/]{'*' if character == '*' else ''}", "expression"
        elif character == "\\":
            way = "expression" if at < len(text) else way
            out, at = f"{out}\\{text[at : at + 1]}", at + 1
        elif character in "[]":
            out, way = f"{out}{character}", "expression"
        else:
            out += f"\\{character}" if character in ESCAPED else character
    return way, out


def _python(expression: str) -> str:
    """An expression of Go's syntax in Python's: ``[`` in brackets is escaped, and letters behind a backslash differ.

    Raises:
        ValueError: it has an escape that is not understood here.
    """
    out, at, inside = "", 0, False
    while at < len(expression):
        character = expression[at]
        at += 1
        if character == "\\" and at == len(expression):
            return rf"^{out}\$"  # it escapes the `$` that the builder puts at the end
        if character == "\\":
            out, at = f"{out}{_escaped(expression[at])}", at + 1
        elif inside:
            inside = character != "]"
            out += r"\[" if character == "[" else character
        elif character == "[":
            inside = True
            head = "^" if expression[at : at + 1] == "^" else ""
            at += len(head)
            out += f"[{head}"
            if expression[at : at + 1] == "]":
                out, at = rf"{out}\]", at + 1
        else:
            out += character
    return rf"^{out}\Z"


def _escaped(character: str) -> str:
    """A character behind a backslash."""
    if character in CLASSES:
        return f"\\{character}"
    if character.isalnum() or not character.isascii():
        msg = f"what `\\{character}` means to the builder is not known"
        raise ValueError(msg)
    return re.escape(character)


def _check(text: str) -> None:
    """The syntax that Go's ``filepath.Match`` wants of what stands before the first star (or between the first two).

    What comes later it does not look at once the pattern has failed to match ``.``, which the builder tries it on.

    Raises:
        ValueError: it does not have it.
    """
    at = len(text) - len(text.lstrip("*"))
    while at < len(text) and text[at] != "*":
        if text[at] == "\\":
            at += 1
            if at == len(text):
                msg = f"{text!r} ends with a backslash"
                raise ValueError(msg)
        elif text[at] == "[":
            at = _check_class(text, at + 1)
        at += 1


def _check_class(text: str, at: int) -> int:
    """Index of the ``]`` that ends a class."""
    at += text[at : at + 1] == "^"
    first = at
    while at == first or text[at : at + 1] != "]":
        at = _check_member(text, at)
        if text[at : at + 1] == "-":
            at = _check_member(text, at + 1)
    return at


def _check_member(text: str, at: int) -> int:
    """Index behind one character of a class."""
    at += text[at : at + 1] == "\\"
    if at >= len(text) or (text[at] in "-]" and text[at - 1] != "\\"):
        msg = f"the brackets of {text!r} are not closed, or hold nothing"
        raise ValueError(msg)
    at += 1
    if at >= len(text):
        msg = f"the brackets of {text!r} are not closed"
        raise ValueError(msg)
    return at
