"""Programs that tell their own version, whoever put them there: a ``node`` that was copied into an image.

Told by the program's name and a text that its makers compile in; the version is that of the program, whatever was built
into it. Where a package of the distribution owns the file, it is that package (:mod:`hardhull.images.owners`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.images.packages.interest import package
from hardhull.images.reader import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS: Final = rb"(\d{1,3}\.\d{1,4}(?:\.\d{1,4})?)"
AROUND: Final = 128
"""Bytes of a mark; as many are kept of what has passed."""


class Mark(NamedTuple):
    """How a program tells its version: its name in Bitnami's records, a text that stands in the mark, and all of it."""

    product: str
    anchor: bytes
    pattern: re.Pattern[bytes]


BY_NAME: Final = {
    "node": Mark("node", b"/node-v", re.compile(rb"/release/v(\d{1,3}\.\d{1,4}\.\d{1,4})/node-v\1\.tar\.gz")),
    "busybox": Mark("busybox", b"BusyBox v", re.compile(rb"BusyBox v" + NUMBERS + rb"[ \0\n]")),
    "nginx": Mark("nginx", b"nginx version: nginx/", re.compile(rb"nginx version: nginx/" + NUMBERS + rb"\b")),
    "php": Mark("php", b"X-Powered-By: PHP/", re.compile(rb"X-Powered-By: PHP/" + NUMBERS + rb"\b")),
}
"""By the name of the program without its version: ``php-fpm8.2`` is ``php``."""
PHP: Final = re.compile(r"php(?:-(?:fpm|cgi))?(?:[\d.]+)?")
PYTHON: Final = re.compile(r"(?:libpython|python)(3\.\d{1,2})(?:\.so(?:\.[\d.]+)?)?")
JAVA: Final = re.compile(rb'^JAVA_VERSION="([0-9][0-9A-Za-z._+-]{0,40})"\s*$', re.MULTILINE)


def mark_of(path: str) -> Mark | None:
    """How a program of this path tells its version; None for almost all."""
    name = path.rpartition("/")[2]
    if PHP.fullmatch(name):
        return BY_NAME["php"]
    found = PYTHON.fullmatch(name)
    if found is not None:
        minor = found[1].encode()
        # The linker lets the version be the end of a longer text, such as the folder that it is installed in.
        return Mark("python", minor + b".", re.compile(rb"[\0/](" + re.escape(minor) + rb"\.\d{1,3}(?:rc\d)?)\0"))
    return BY_NAME.get(name)


class Marked:
    """Looks for the mark while the bytes pass by: see :class:`hardhull.images.reader.Sink`."""

    def __init__(self, path: str, mark: Mark) -> None:
        self._path = path
        self._mark = mark
        self._tail = b""
        self._version = ""

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        if self._version:
            return False
        window = self._tail + data
        at = window.find(self._mark.anchor)
        while at >= 0:
            found = self._mark.pattern.search(window, max(0, at - AROUND), at + AROUND)
            if found:
                self._version = found[1].decode("ascii")
                return False
            at = window.find(self._mark.anchor, at + 1)
        self._tail = window[-2 * AROUND :]
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        if not self._version:
            return []
        kind, data = package("generic", self._mark.product, self._version)
        return [Row(self._path, kind, data)]


def java(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The ``release`` file of a Java runtime (JEP 223); other files of that name have no such line."""
    found = JAVA.search(data)
    if found:
        yield package("generic", "java", found[1].decode("ascii"))
