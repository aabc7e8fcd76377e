"""The changelog inside a Debian package, and the CVEs that each version of it fixes."""

from __future__ import annotations

import gzip
import re
import subprocess
import tarfile
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING, Final

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
NAMES: Final = ("changelog.Debian.gz", "changelog.gz")
MAX_TEXT: Final = 32 << 20
SECONDS: Final = 120


def text_of(file: Path) -> str:
    """The changelog of a package; empty where it has none of its own.

    Raises:
        ValueError: it is no package.
        OSError: it cannot be read.
    """
    words = ["dpkg-deb", "--fsys-tarfile", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacking:
        assert unpacking.stdout is not None  # noqa: S101  it was asked for
        try:
            with closing(tarfile.open(fileobj=unpacking.stdout, mode="r|")) as archive:
                for member in archive:
                    parts = member.name.split("/")
                    if member.isfile() and parts[-1] in NAMES and parts[-4:-2] == ["share", "doc"]:
                        stream = archive.extractfile(member)
                        assert stream is not None  # noqa: S101  it is a file
                        with gzip.open(stream) as text:
                            return text.read(MAX_TEXT).decode("utf-8", "replace")
        except tarfile.TarError as error:
            raise ValueError(str(error)) from None
        finally:
            unpacking.kill()
    return ""


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
