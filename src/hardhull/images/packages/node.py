"""Node.js packages: their ``package.json`` under ``node_modules``, or under Debian's ``usr/share/nodejs``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator


def package_json(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """A package; a folder whose file names none is a part of one (``{"type": "module"}``)."""
    found = json.loads(data)
    if not isinstance(found, dict):
        return
    name, version = found.get("name"), found.get("version")
    if isinstance(name, str) and isinstance(version, str) and name and version:
        yield package("npm", name, version.removeprefix("v").removeprefix("="))
