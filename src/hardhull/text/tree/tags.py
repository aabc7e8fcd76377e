"""Explicit tags of YAML's own types (``!!int '3'``), which a new value may not fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.text.nodes import Scalar
    from hardhull.text.tree.plain import Plain

_PREFIX = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),), "str": (str,),
}  # fmt: skip
_WRITTEN = re.compile(rb"(?:!![A-Za-z]+|!<[^>\r\n]*>)[ \t]*(?P<anchor>(?:&[^\s,\[\]{}]+[ \t]*)?)\Z")
_REACH = 1024
"""Bytes before a value in which its tag is looked for; an anchor may stand between."""


def retagged(data: bytes, node: Scalar, value: Plain, text: str) -> tuple[Span, str]:
    """Where a new value is written and its text: a tag that it does not fit goes.

    Args:
        data: the file.
        node: the scalar that goes.
        value: the new value.
        text: how that is written.

    Raises:
        UnwritableError: the tag does not fit, and stands on another line.
    """
    if _fits(node.tag, value):
        return Span(node.start, node.end), text
    written = _WRITTEN.search(data[max(0, node.start - _REACH) : node.start])
    if written is None:
        raise UnwritableError(f"its tag {node.tag} does not fit the new value")
    start = node.start - (len(written[0]))
    return Span(start, node.end), written["anchor"].decode() + text.lstrip(" ")


def _fits(tag: str | None, value: Plain) -> bool:
    if tag is None or not tag.startswith(_PREFIX):
        return True
    types = _TYPES.get(tag.removeprefix(_PREFIX), ())
    return isinstance(value, types) and isinstance(value, bool) == (bool in types)
