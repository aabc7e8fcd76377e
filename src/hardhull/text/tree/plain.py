"""New values as text: only what an edit adds is ever written by us, in the style of what stands around it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from hardhull.text.draft import UnwritableError

Atom: TypeAlias = "bool | int | float | str | None"
Plain: TypeAlias = "Atom | list[Any] | dict[str, Any] | Verbatim | Tagged"
"""A value to write: scalars, lists and mappings with texts as keys."""

_SAFE = re.compile(
    r"[A-Za-z_./](?:[A-Za-z0-9_./+=@^%()$|&;<>*!?~'\"-]|[:,](?=[^\s:,\[\]{}])|\\(?=\w)"
    r"|[ ](?=[A-Za-z0-9_./(|&;<>$'\"*!-]))*",
    re.ASCII,
)
_SIZE = re.compile(r"\d+(?:\.\d+)?(?:[bB]|[kKmMgGtT][iI]?[bB]?|ms|us|[smh]|m)|(?:\d+(?:ms|[smh]))+", re.ASCII)
_DOTTED = re.compile(r"\d+\.\d+\.\d+[\w.-]*(?:/\d+)?|\d+[-.][A-Za-z][\w.-]*", re.ASCII)
_WORDS = re.compile(r"(?:~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf)", re.IGNORECASE)
"""What some YAML 1.1 or 1.2 consumer takes for something other than text."""
_NUMBER_LIKE = re.compile(r"[-+.]?[\d_][\d_:.eE+-]*|0[xo][0-9a-fA-F_]+", re.ASCII)


class Verbatim(NamedTuple):
    """A scalar as it stands elsewhere, with its quotes; ``text`` is what it says."""

    written: str
    text: str


class Tagged(NamedTuple):
    """A value with a local tag in front of it, such as ``!reset``."""

    tag: str
    value: Any


class Inline(list[Any]):
    """A list that is written on one line, as commands are."""


class Style(NamedTuple):
    """How new text is written.

    Attributes:
        json: whether the file is JSON: every text in double quotes, everything in brackets and braces.
        step: columns by which a nested mapping is indented.
        dash: columns by which the dashes of a list stand behind their key.
        quote: the quote for texts that need one.
        padded: whether braces have blanks inside (``{ a: 1 }``).
        newline: the line end.
        tabs: whether JSON is indented with tabs.
        colon: what stands between a key and its value in braces.
        comma: what stands between values on one line.
    """

    json: bool = False
    step: int = 2
    dash: int = 2
    quote: str = '"'
    padded: bool = False
    newline: str = "\n"
    tabs: bool = False
    colon: str = ": "
    comma: str = ", "

    @property
    def unit(self) -> str:
        """What one level of JSON is indented by."""
        return "\t" if self.tabs else " " * self.step


def scalar(value: Atom | Verbatim, style: Style, *, flow: bool = False) -> str:
    """A scalar, quoted where some consumer could take the text for something else.

    Raises:
        UnwritableError: the text has control characters or line breaks.
    """
    if isinstance(value, Verbatim):
        return value.written if not flow or value.written != value.text else scalar(value.text, style, flow=True)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return format(value, "g") if isinstance(value, float) and abs(value) < 1e6 else str(value)
    if style.json:
        return json.dumps(value, ensure_ascii=False)
    if is_plain(value, flow=flow):
        return value
    return _quoted(value, style.quote)


@lru_cache(maxsize=1024)
def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether a text needs no quotes in YAML, for every consumer."""
    if _DOTTED.fullmatch(text):
        return True
    if _WORDS.fullmatch(text) or _NUMBER_LIKE.fullmatch(text):
        return False
    if flow and re.search(r"[ (),|&;<>*!?'\"~]", text):
        return False
    return bool(_SAFE.fullmatch(text) or _SIZE.fullmatch(text))


def grown(old: str, new: str, *, flow: bool = False) -> bool:
    """Whether a text that needs no quotes still needs none with something harmless put in front or behind."""
    if new.endswith(old) and len(new) > len(old):
        return re.fullmatch(r"[A-Za-z0-9][\w./:-]*", new[: -len(old)], re.ASCII) is not None
    if new.startswith(old) and len(new) > len(old):
        added = new[len(old) :]
        return re.fullmatch(r"[\w./:,=@-]*[\w/]", added, re.ASCII) is not None and not (flow and "," in added)
    return False


def _quoted(text: str, quote: str) -> str:
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u2028\u2029\ufeff" for char in text):
        raise UnwritableError("the text has control characters in it")
    if quote == "'" and "'" not in text:
        return f"'{text}'"
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def flow(value: Plain, style: Style) -> str:
    """A value on one line, in brackets and braces."""
    if isinstance(value, Tagged):
        return f"{value.tag} {flow(value.value, style)}"
    if isinstance(value, dict):
        pad = " " if style.padded else ""
        pairs = (f"{scalar(key, style, flow=True)}{style.colon}{flow(item, style)}" for key, item in value.items())
        inside = style.comma.join(pairs)
        return f"{{{pad}{inside}{pad}}}" if inside else "{}"
    if isinstance(value, list):
        return f"[{style.comma.join(flow(item, style) for item in value)}]"
    return scalar(value, style, flow=True)


def entry(key: str, value: Plain, column: int, style: Style) -> list[str]:
    """A key with its value as lines of a block, the key at a column."""
    head = f"{' ' * column}{scalar(key, style)}:"
    if isinstance(value, Tagged):
        if value.value is None:
            return [f"{head} {value.tag} null"]
        head, value = f"{head} {value.tag}", value.value
    if isinstance(value, dict) and value:
        lines = [head]
        for inner, item in value.items():
            lines += entry(inner, item, column + style.step, style)
        return lines
    if isinstance(value, list) and value and not isinstance(value, Inline):
        return [head, *(line for item in value for line in item_lines(item, column + style.dash, style))]
    if value is None:
        return [head]
    return [f"{head} {flow(value, style) if isinstance(value, (dict, list, Tagged)) else scalar(value, style)}"]


def item_lines(value: Plain, column: int, style: Style) -> list[str]:
    """An item of a list as lines of a block, its dash at a column."""
    dash = f"{' ' * column}- "
    if isinstance(value, dict) and value:
        lines = [line for key, item in value.items() for line in entry(key, item, column + 2, style)]
        return [dash + lines[0][column + 2 :], *lines[1:]]
    if isinstance(value, (dict, list, Tagged)):
        return [dash + flow(value, style)]
    return [dash + scalar(value, style)]


def spread(value: Plain, prefix: str, style: Style) -> str:
    """A JSON value over several lines, its closing bracket behind a prefix of blanks."""
    inner, line = prefix + style.unit, style.newline
    if isinstance(value, dict) and value:
        pairs = [f"{inner}{scalar(key, style)}{style.colon}{spread(item, inner, style)}" for key, item in value.items()]
        return f"{{{line}{f',{line}'.join(pairs)}{line}{prefix}}}"
    if isinstance(value, list) and value and not isinstance(value, Inline):
        items = [f"{inner}{spread(item, inner, style)}" for item in value]
        return f"[{line}{f',{line}'.join(items)}{line}{prefix}]"
    return flow(value, style)
