"""Python distributions: core metadata (packaging.python.org, Core metadata specifications)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELD = re.compile(r"^(Name|Version)[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE | re.IGNORECASE)


def metadata(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """Name and version stand in the head, before the first empty line."""
    head = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0].decode("utf-8", "replace")
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(head):
        fields.setdefault(found[1].lower(), found[2])
    yield package("pypi", fields.get("name", ""), fields.get("version", ""))


def record(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """Metadata of other distributions among a wheel's own files: they are vendored, nobody installed them."""
    text = data.decode("utf-8", "surrogateescape")
    rows = [line.split(",", 1)[0] for line in text.splitlines() if ".dist-info/METADATA" in line]
    if len(rows) > 1:
        yield "record", rows
