"""Documents of our own that are read back: JSON that names its schema, or an error that says what it is instead."""

from __future__ import annotations

import json
from typing import Any


class DocumentError(Exception):
    """A file is not such a document.

    Attributes:
        why: where and what, as a sentence part.
        how: what the person can do.
    """

    HOW = ""
    """What to do about it, where a case does not say otherwise."""

    def __init__(self, why: str, how: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.how = how or self.HOW


def opened(data: bytes, schema: str, again: str, error: type[DocumentError]) -> dict[str, Any]:
    """The object that a document holds.

    Args:
        data: the file.
        schema: what it has to name as its ``schema``.
        again: how else to come by one, as an order: ``scan again``.
        error: what is raised where it is none.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise error(f"it is no JSON: {fault}") from None
    if not isinstance(value, dict) or "schema" not in value:
        raise error(f'it has no "schema": "{schema}"')
    if value["schema"] != schema:
        how = f"read it with the version of hardhull that wrote it, or {again}"
        raise error(f"its schema is {value['schema']!r:.40}; this version reads {schema}", how)
    return value
