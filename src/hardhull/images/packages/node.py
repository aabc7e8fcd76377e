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


def hidden_lock(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """Folders that npm (7 and later) installed for development alone, as its lock file in ``node_modules`` says."""
    found = json.loads(data)
    packages = found.get("packages") if isinstance(found, dict) else None
    rows = packages.items() if isinstance(packages, dict) else ()
    names = [name for name, row in rows if isinstance(row, dict) and row.get("dev") is True]
    good = [name for name in names if name.startswith("node_modules/") and ".." not in name.split("/")]
    if good:
        yield "development", good
