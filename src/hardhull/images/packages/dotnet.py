""".NET packages: ``NAME.deps.json`` of a published program (github.com/dotnet/sdk, runtime-configuration-file.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator


def deps(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The libraries that came as packages; projects of the program itself are none."""
    found = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    for key, value in (found.get("libraries") or {}).items():
        if value.get("type") == "package":
            name, _, version = key.partition("/")
            yield package("nuget", name, version)
