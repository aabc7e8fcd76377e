"""JSON with the exact bytes of every node, and errors that say what people got wrong."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hardhull.text.bytecheck import check_bytes
from hardhull.text.errors import UnreadableError
from hardhull.text.limits import MAX_DEPTH, MAX_NODES
from hardhull.text.nodes import Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from hardhull.model.source import Source

_TOKEN = re.compile(
    rb"""[ \t\r\n]*(?:
      ([{}\[\],:])
    | ("[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")
    | (-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9a-zA-Z_.+-])|(?:true|false|null)(?![0-9a-zA-Z_]))
    )""",
    re.VERBOSE,
)
_BLANK = re.compile(rb"[ \t\r\n]*")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def load(source: Source) -> Node:
    """Read a JSON file.

    Args:
        source: the file.

    Returns:
        The root. Strings are scalars with the style ``'"'``, numbers and words have the style ``''``.

    Raises:
        UnreadableError: not JSON (with comments, trailing commas and the like named as such), or past a limit.
    """
    return _Reader(source, check_bytes(source)).document()


def value_of(scalar: Scalar) -> bool | int | float | str | None:
    """What a JSON scalar is: a string, a number, true, false or null."""
    if scalar.style:
        return scalar.text
    if scalar.text in _WORDS:
        return _WORDS[scalar.text]
    return float(scalar.text) if re.search("[.eE]", scalar.text) else _integer(scalar.text)


_WORDS = {"true": True, "false": False, "null": None}


def _integer(text: str) -> int | float:
    return int(text) if len(text) < 40 else float(text)  # no one writes more digits for their value


class _Reader:
    """Builds the nodes of one file."""

    def __init__(self, source: Source, base: int) -> None:
        self.source = source
        self.data = source.data
        self.position = base
        self.nodes = 0

    def document(self) -> Node:
        """The only value of the file."""
        match = _TOKEN.match(self.data, self.position)
        root = self.value(match)
        if isinstance(root, (Mapping, Sequence)):
            self.fill(root)
        after = self.blank(self.position)
        if after < len(self.data):
            raise self.failed(after, "text after the end of the value", guess=False)
        return root

    def fill(self, root: Mapping | Sequence) -> None:
        """Everything inside the root, without recursion."""
        stack: list[Mapping | Sequence] = [root]
        match_token = _TOKEN.match
        while stack:
            parent = stack[-1]
            first = not (parent.entries if isinstance(parent, Mapping) else parent.items)
            match = match_token(self.data, self.position)
            mark = match[1] if match else None
            if mark == (b"}" if isinstance(parent, Mapping) else b"]"):
                self.position = parent.end = match.end() if match else 0
                stack.pop()
                continue
            if not first:
                if mark != b",":
                    raise self.failed(self.blank(self.position), "not expected here", after_value=True)
                comma = match.start(1) if match else 0
                self.position = match.end() if match else 0
                match = match_token(self.data, self.position)
                if match and match[1] in {b"}", b"]"}:
                    raise UnreadableError(self.source, comma, "not JSON: a trailing comma", "remove the comma")
            child = self.entry(parent, match) if isinstance(parent, Mapping) else self.value(match)
            if isinstance(parent, Sequence):
                parent.items.append(child)
            if isinstance(child, (Mapping, Sequence)):
                if len(stack) >= MAX_DEPTH:
                    why = f"the nesting is deeper than the limit of {MAX_DEPTH}"
                    raise UnreadableError(self.source, child.start, why, "write it flatter")
                stack.append(child)

    def entry(self, parent: Mapping, match: re.Match[bytes] | None) -> Node:
        """A key, a colon and the beginning of the value."""
        if match is None or match[2] is None:
            raise self.failed(self.blank(self.position), "a key in double quotes is missing")
        key = self.value(match)
        colon = _TOKEN.match(self.data, self.position)
        if colon is None or colon[1] != b":":
            raise self.failed(self.blank(self.position), "a ':' is missing after the key", guess=False)
        self.position = colon.end()
        child = self.value(_TOKEN.match(self.data, self.position))
        parent.entries.append(Entry(key, child))
        return child

    def value(self, match: re.Match[bytes] | None) -> Node:
        """A scalar, or an empty mapping or list that is filled later."""
        if match is None:
            raise self.failed(self.blank(self.position), "a value is missing")
        self.nodes += 1
        group = match.lastindex or 1
        start, self.position = match.start(group), match.end()
        if self.nodes > MAX_NODES:
            why = f"the file has more than {MAX_NODES:,} values, the limit"
            raise UnreadableError(self.source, start, why, "split it, or leave it out with an exclude pattern")
        if group == 2:
            return Scalar(start, self.position, _unquoted(match[2]), '"')
        if group == 3:
            return Scalar(start, self.position, match[3].decode("ascii"), "")
        if match[1] == b"{":
            return Mapping(start, start, flow=True)
        if match[1] == b"[":
            return Sequence(start, start, flow=True)
        raise self.failed(start, "a value is missing")

    def blank(self, position: int) -> int:
        """The first byte that is not blank."""
        match = _BLANK.match(self.data, position)
        return match.end() if match else position

    def failed(self, offset: int, otherwise: str, *, after_value: bool = False, guess: bool = True) -> UnreadableError:
        """What is wrong at this byte; with ``guess`` a common mistake is named where one is recognised."""
        rest = self.data[offset : offset + 40]
        if not rest:
            return UnreadableError(self.source, offset, "not JSON: the file ends too early", "close what is open")
        token = _TOKEN.match(self.data, offset) if after_value else None
        if token:
            why = "not expected here" if token[1] in {b"}", b"]", b":"} else "a comma is missing before this"
            return UnreadableError(self.source, offset, f"not JSON: {why}", "correct it here or just before")
        for pattern, why, do in _MISTAKES if guess else _MISTAKES[:1]:
            if pattern.match(rest):
                return UnreadableError(self.source, offset, f"not JSON: {why}", do)
        return UnreadableError(self.source, offset, f"not JSON: {otherwise}", "correct it here or just before")


def _unquoted(raw: bytes) -> str:
    """The text of a string. Half a surrogate pair becomes U+FFFD, as in Go."""
    if b"\\" not in raw:
        return raw[1:-1].decode("utf-8")
    text: str = json.loads(raw)
    return _LONE_SURROGATE.sub("\ufffd", text)


_MISTAKES = [
    (re.compile(rb"//|/\*|#"), "a comment", "remove the comment"),
    (re.compile(rb"'"), "single quotes", "use double quotes"),
    (re.compile(rb"[+-]?(?:NaN|Infinity|inf)\b", re.IGNORECASE), "NaN and Infinity", "use a number or null"),
    (re.compile(rb"(?:True|False|None|TRUE|FALSE|yes|no|on|off)\b"), "a word", "use true, false or null"),
    (
        re.compile(rb"-?0[0-9xXoObB]|\+[0-9]|-?\.[0-9]|-?[0-9]+\.(?![0-9])"),
        "a number in another form",
        "write it in decimal",
    ),
    (re.compile(rb"-?[0-9]"), "a malformed number", "write it in decimal"),
    (re.compile(rb"[A-Za-z_$]"), "a word without quotes", "put it in double quotes"),
    (
        re.compile(rb'"'),
        "a string that is not closed, or has a bare control character or a wrong escape in it",
        "correct the string",
    ),
]
