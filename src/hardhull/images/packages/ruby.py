"""Ruby gems: the specification that ``gem install`` writes (Gem::Specification#to_ruby)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELD = re.compile(
    r"""^\s*\w+\.(name|version|platform)\s*=\s*(?:Gem::Version\.new\()?["']([^"'\n]+)["']""", re.MULTILINE
)


def gemspec(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """Name and version as literals; nothing is executed."""
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(data.decode("utf-8", "replace")):
        fields.setdefault(found[1], found[2])
    yield package("gem", fields.get("name", ""), fields.get("version", ""))
