"""Alpine and Wolfi packages: apk's installed database (wiki.alpinelinux.org/wiki/Apk_spec)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator


def installed(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The packages, and all files that they own: ``F:`` names a folder, ``R:`` a file in it."""
    for stanza in data.decode("utf-8", "surrogateescape").split("\n\n"):
        fields: dict[str, str] = {}
        folder = ""
        owned: list[str] = []
        for line in stanza.splitlines():
            key, colon, value = line.partition(":")
            if not colon:
                continue
            if key == "F":
                folder = value
            elif key == "R":
                owned.append(f"{folder}/{value}" if folder else value)
            else:
                fields.setdefault(key, value)
        if "P" in fields:
            name, version = fields["P"], fields.get("V", "")
            source = fields.get("o") or name
            yield package("apk", name, version, source=source, source_version=version, arch=fields.get("A", ""))
            yield "owned", [name, "\n".join(owned)]
