"""Debian packages: dpkg's status (deb-control(5), dpkg(1)), its parts in images without dpkg, and who owns a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = re.compile(r"([^\s(]+)(?:\s*\(([^)]+)\))?")
_FIELD = re.compile(r"^(Package|Status|Version|Source|Architecture):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)


def status(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The packages of which files are there: all states but ``not-installed`` and ``config-files``."""
    for fields in _stanzas(data):
        state = fields.get("Status", "").rpartition(" ")[2]
        if state not in {"not-installed", "config-files", ""}:
            yield _row(fields)


def status_part(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """One package of an image without dpkg (distroless): its control file, mostly without a status."""
    for fields in _stanzas(data):
        if fields.get("Status", "installed").rpartition(" ")[2] not in {"not-installed", "config-files"}:
            yield _row(fields)


def listed(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The files of a package, one a line; the list is named ``NAME.list`` or ``NAME:ARCH.list``."""
    text = data.decode("utf-8", "surrogateescape")
    name = path.rpartition("/")[2].removesuffix(".list").partition(":")[0]
    yield "owned", [name, "\n".join(line[1:] for line in text.splitlines() if line.startswith("/"))]


def sums(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The files of a package of an image without dpkg: ``MD5  PATH`` a line."""
    text = data.decode("utf-8", "surrogateescape")
    rows = (line.split(None, 1) for line in text.splitlines())
    name = path.rpartition("/")[2].removesuffix(".md5sums")
    yield "owned", [name, "\n".join(row[1].removeprefix("./").lstrip("/") for row in rows if len(row) == 2)]


def _stanzas(data: bytes) -> Iterator[dict[str, str]]:
    text = data.decode("utf-8", "replace")
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = {found[1]: found[2] for found in _FIELD.finditer(stanza)}
        if "Package" in fields:
            yield fields


def _row(fields: dict[str, str]) -> tuple[str, dict[str, Any]]:
    name, version = fields["Package"], fields.get("Version", "")
    found = _SOURCE.match(fields.get("Source", ""))
    source = found[1] if found else name
    source_version = (found[2] if found and found[2] else version) or version
    return package(
        "deb", name, version, source=source, source_version=source_version, arch=fields.get("Architecture", "")
    )
