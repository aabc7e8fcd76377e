"""Whose files show a package: a package of the distribution, or a wheel that carries others with it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.model.package import OF_DISTRIBUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.images.reader import Row

MERGED = ("bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/")
"""Folders that are links into ``usr`` today, and that packages still name (wiki.debian.org/UsrMerge)."""


class Owners:
    """Who owns the files by which packages are told.

    Args:
        rows: of all files that the image shows.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        told = {row.path for row in rows if row.kind == "package" and row.data["ecosystem"] not in OF_DISTRIBUTIONS}
        names = {variant: path for path in told for variant in variants(path)}
        versions = {
            row.data["name"]: row.data["version"]
            for row in rows
            if row.kind == "package" and row.data["ecosystem"] in OF_DISTRIBUTIONS
        }
        self._owners: dict[str, str] = {}
        self._distribution: set[str] = set()
        for name, paths in _owned(rows):
            for path in paths & names.keys():
                self._owners[names[path]] = f"{name} {versions[name]}" if name in versions else name
                self._distribution.add(names[path])
        for path, owner in _vendored(rows, told):
            self._owners.setdefault(path, owner)

    def of(self, path: str) -> str:
        """``NAME VERSION``; empty where nobody owns it."""
        return self._owners.get(path, "")

    def is_distribution(self, path: str) -> bool:
        """Whether it is a package of the distribution."""
        return path in self._distribution


def variants(path: str) -> Iterator[str]:
    """The names that packages may have for a file, since ``/lib`` is a link to ``/usr/lib``."""
    yield path
    if path.startswith("usr/") and path[4:].startswith(MERGED):
        yield path[4:]
    elif path.startswith(MERGED):
        yield f"usr/{path}"


def _owned(rows: Iterable[Row]) -> Iterator[tuple[str, set[str]]]:
    """Packages of the distribution, each with its files."""
    for row in rows:
        if row.kind == "owned":
            name, text = row.data
            yield name, set(text.split("\n"))


def _vendored(rows: Iterable[Row], told: set[str]) -> Iterator[tuple[str, str]]:
    """Python distributions that lie in another one, as that one's RECORD says."""
    versions = {
        posixpath.dirname(row.path): f"{row.data['name']} {row.data['version']}"
        for row in rows
        if row.kind == "package" and row.data["ecosystem"] == "pypi"
    }
    for row in rows:
        if row.kind != "record":
            continue
        own = posixpath.dirname(row.path)
        above = posixpath.dirname(own)
        for name in row.data:
            path = posixpath.normpath(posixpath.join(above, name))
            if path in told and posixpath.dirname(path) != own and own in versions:
                yield path, versions[own]
