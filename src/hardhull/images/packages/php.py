"""PHP packages: Composer's ``vendor/composer/installed.json``, of Composer 1 (a list) and 2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator


def installed(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The packages; a version keeps no leading ``v``."""
    found = json.loads(data)
    rows = found.get("packages", []) if isinstance(found, dict) else found
    for row in rows:
        yield package("composer", str(row["name"]), str(row["version"]).removeprefix("v"))
