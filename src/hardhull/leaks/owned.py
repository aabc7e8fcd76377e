"""Who answers for a file: asked only where something was found in it."""

from __future__ import annotations

import hashlib
from typing import NamedTuple, Protocol


class Digest(NamedTuple):
    """What packages write down of their files: dpkg MD5 (``md5sums``), Python's wheels SHA-256 (``RECORD``)."""

    md5: str
    sha256: str


class Ownership(Protocol):
    """What is known of the packages that are installed beside the files."""

    def owned_unchanged(self, path: str, digest: Digest) -> bool:
        """Whether a package owns the file and shipped it with just these bytes: then everybody has what is in it."""
        ...


class Hashing:
    """The digest of bytes that come in pieces."""

    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def update(self, data: bytes) -> None:
        """Takes in the next bytes."""
        self._md5.update(data)
        self._sha256.update(data)

    @property
    def digest(self) -> Digest:
        """Of all bytes so far."""
        return Digest(self._md5.hexdigest(), self._sha256.hexdigest())


def digest_of(data: bytes) -> Digest:
    """The digest of bytes that are at hand."""
    hashing = Hashing()
    hashing.update(data)
    return hashing.digest
