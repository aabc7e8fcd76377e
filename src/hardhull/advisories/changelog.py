"""The changelog inside a Debian package, and the CVEs that each version of it fixes."""

from __future__ import annotations

import gzip
import re
import subprocess
import tarfile
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.versions import InvalidVersionError, order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRY: Final = re.compile(r"^(?P<source>[a-z0-9][a-z0-9+.-]*) \((?P<version>[^()\s]+)\)[^;\n]*;[^\n]*$", re.MULTILINE)
"""deb-changelog(5)."""
CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,7}\b")
NOT_A_FIX: Final = re.compile(
    r"\b(?:revert\w*|back(?:ed)? out|not (?:affected|vulnerable)|does not affect"
    r"|drop(?:ped)? (?:the )?patch(?:es)? for)"
    r"\b",
    re.IGNORECASE,
)
"""Words beside a CVE of which the line says that it is no fix."""
ITEM: Final = re.compile(r"^ {0,6}[*+-] ", re.MULTILINE)
DOCUMENTS: Final = re.compile(r"(?:\./)?usr/share/doc/[^/]+(?:/(?P<file>[^/]+))?/?")
"""Debian Policy 12.5 and 12.7; the folder may be a link to that of another package of the same source."""
NAMES: Final = (None, "changelog.Debian.gz", "changelog.gz")
"""Of the files that are looked at; None is the folder itself."""
MAX_TEXT: Final = 32 << 20
SECONDS: Final = 120


class Changelog(NamedTuple):
    """What a package has of a changelog: its text, or whose documents it shares; both empty where it has neither."""

    text: str = ""
    elsewhere: str = ""


def changelog_of(file: Path) -> Changelog:
    """The changelog of a package.

    Raises:
        ValueError: it is no package.
        OSError: it cannot be read.
    """
    words = ["dpkg-deb", "--fsys-tarfile", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacking:
        assert unpacking.stdout is not None  # noqa: S101  it was asked for
        try:
            with closing(tarfile.open(fileobj=unpacking.stdout, mode="r|")) as archive:
                return _in(archive)
        except tarfile.TarError as error:
            raise ValueError(str(error)) from None
        finally:
            unpacking.kill()


def _in(archive: tarfile.TarFile) -> Changelog:
    elsewhere = ""
    for member in archive:
        place = DOCUMENTS.fullmatch(member.name)
        if place is None or place["file"] not in NAMES:
            continue
        if member.issym():  # of the whole folder, or of this file in it
            words = [word for word in member.linkname.split("/") if word not in {"", ".", ".."}]
            elsewhere = words[-1 if place["file"] is None else -2] if len(words) > (place["file"] is not None) else ""
        elif member.isfile():
            stream = archive.extractfile(member)
            assert stream is not None  # noqa: S101  it is a file
            with gzip.open(stream) as text:
                return Changelog(text.read(MAX_TEXT).decode("utf-8", "replace"))
    return Changelog("", elsewhere)


def fixes_of(text: str, source: str) -> dict[str, str]:
    """CVE to the first version whose entry names it as fixed.

    Args:
        text: a changelog.
        source: the source package; entries of others (from before a rename) have versions of another order.
    """
    key = order("Debian")
    assert key is not None  # noqa: S101  it is in the table
    found: dict[str, str] = {}
    for version, body in entries(text, source):
        try:
            at = key(version)
        except InvalidVersionError:
            continue
        for cve in _named(body):
            if cve not in found or at < key(found[cve]):
                found[cve] = version
    return found


def entries(text: str, source: str) -> Iterator[tuple[str, str]]:
    """The versions of a source package with what was written of each, the newest first."""
    heads = list(ENTRY.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        if head["source"] == source:
            yield head["version"], text[head.end() : following.start() if following else len(text)]


def _named(body: str) -> set[str]:
    """The CVEs of an entry, item by item."""
    starts = [0, *(item.start() for item in ITEM.finditer(body)), len(body)]
    items = [body[start:end] for start, end in pairwise(starts)]
    return {cve for item in items if not NOT_A_FIX.search(item) for cve in CVE.findall(item)}
