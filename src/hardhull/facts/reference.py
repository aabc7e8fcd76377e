"""Image references: registry, repository, tag and digest, with the defaults that Docker fills in.

Grammar and limits: github.com/distribution/reference (regexp.go, normalize.go, reference.go), v0.6.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from hardhull.model.lazy import lazy

DOCKER_HUB: Final = "docker.io"
MAX_NAME: Final = 255
"""Most characters of registry and repository together."""

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = lazy(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_REGISTRY = lazy(_DOMAIN)
_TAG = lazy(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}")
_DIGEST = lazy(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}
_IDENTIFIER = lazy(r"[a-f0-9]{64}")


class InvalidReferenceError(ValueError):
    """The text is no image reference; the message says why as a sentence part."""


class Reference(NamedTuple):
    """One image reference with Docker's defaults filled in, except for the tag.

    Attributes:
        registry: ``docker.io``, ``ghcr.io``, ``localhost:5000``.
        repository: ``library/nginx`` for the official image nginx.
        tag: as written; None where there is none (the engine then takes ``latest``, unless there is a digest).
        digest: ``sha256:...``; None where it is not pinned.
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """Registry and repository: ``docker.io/library/nginx``."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar_name(self) -> str:
        """The name as people write it: ``nginx``, ``grafana/grafana``, ``ghcr.io/x/y``."""
        if self.registry != DOCKER_HUB:
            return self.name
        short = self.repository.removeprefix("library/")
        return self.repository if "/" in short else short

    @property
    def familiar(self) -> str:
        """The reference as people write it, with tag and digest as written."""
        return self.familiar_name + self._suffix

    @property
    def canonical(self) -> str:
        """The reference in full; ``latest`` where there is neither a tag nor a digest."""
        return self.name + (self._suffix or ":latest")

    @property
    def effective_tag(self) -> str | None:
        """The tag that is pulled: ``latest`` where none is written; None where only a digest is."""
        return self.tag or (None if self.digest else "latest")

    @property
    def official(self) -> bool:
        """Whether it is one of Docker's official images."""
        return self.registry == DOCKER_HUB and self.repository.startswith("library/")

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.familiar


@lru_cache(maxsize=4096)
def parse(text: str) -> Reference:
    """Reads an image reference.

    Args:
        text: for example ``nginx``, ``ghcr.io/x/y:1.2@sha256:...``, ``localhost:5000/z``.

    Raises:
        InvalidReferenceError: it is none; the message says what is wrong.
    """
    if _IDENTIFIER.fullmatch(text):
        raise InvalidReferenceError("64 hexadecimal digits are an image id, not a name")
    rest, at, digest = text.partition("@")
    if at:
        _check_digest(digest)
    head, slash, tail = rest.partition("/")
    if slash and (any(char in head for char in ".:") or head == "localhost" or head.lower() != head):
        registry, path = head, tail
    else:
        registry, path = DOCKER_HUB, rest
    path, colon, tag = path.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise InvalidReferenceError(f"{tag!r} is not a valid tag")
    if not _REGISTRY.fullmatch(registry):
        raise InvalidReferenceError(f"{registry!r} is not a valid registry")
    if path != path.lower():
        raise InvalidReferenceError(f"the repository name {path} must be in lower case")
    if not _REPOSITORY.fullmatch(path):
        raise InvalidReferenceError(f"{path!r} is not a valid repository name")
    if registry in {"index.docker.io", DOCKER_HUB}:
        registry = DOCKER_HUB
        path = path if "/" in path else f"library/{path}"
    if len(registry) + 1 + len(path) > MAX_NAME:
        raise InvalidReferenceError(f"the name has more than {MAX_NAME} characters")
    return Reference(registry, path, tag or None, digest or None)


def _check_digest(digest: str) -> None:
    if not _DIGEST.fullmatch(digest):
        raise InvalidReferenceError(f"{digest!r} is not a valid digest")
    algorithm, _colon, value = digest.partition(":")
    size = _SIZES.get(algorithm)
    if size is None:
        raise InvalidReferenceError(f"the digest algorithm {algorithm} is not supported")
    if len(value) != size or value != value.lower():
        raise InvalidReferenceError(f"a {algorithm} digest has {size} hexadecimal digits in lower case")
