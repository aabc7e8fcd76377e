"""What a tag stands for in its registry: the digest, and for a moving tag the version that has the same one."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from hardhull.supply.registry import credentials
from hardhull.supply.registry.address import NetworkError
from hardhull.supply.registry.session import RefusedError, Session
from hardhull.supply.registry.transport import MAX_BODY, Transport
from hardhull.supply.resolution import Answer, Resolution, Unresolved, now
from hardhull.supply.tags import candidates, is_moving

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from hardhull.facts.reference import Reference
    from hardhull.supply.registry.credentials import Credentials
    from hardhull.supply.registry.transport import Reply

MEDIA_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""What can be pinned. Manifests of schema 1 cannot: their digest leaves out their signatures."""
ACCEPT = {"Accept": ", ".join(MEDIA_TYPES)}
MAX_TAGS, MAX_PAGES, PAGE = 20_000, 20, 1000
MAX_HEADS = 20
"""Tags that are compared for one reference; every question counts against a registry's rate limit."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NEXT = re.compile(r"<([^<>]*)>\s*;[^,<]*\brel\s*=\s*\"?next\b", re.IGNORECASE)


class _Head(NamedTuple):
    digest: str
    media_type: str


class _Missing(Exception):  # noqa: N818  not an error everywhere: a candidate may be gone
    """There is no such manifest."""


class RegistryResolver:
    """Asks registries, with the credentials of ``docker login`` where they want some.

    Args:
        transport: how they are reached; with the machine's own settings by default.
        find: where credentials are looked up.
    """

    def __init__(
        self, transport: Transport | None = None, find: Callable[[str], Credentials | None] = credentials.find
    ) -> None:
        self._transport = transport or Transport()
        self._find = find
        self._sessions: dict[str, Session] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._transport.close()

    def resolve(self, reference: Reference) -> Answer:
        """The digest of the index or manifest under the reference's tag."""
        session = self._sessions.setdefault(
            reference.registry, Session(reference.registry, self._transport, self._find)
        )
        tag = reference.effective_tag or reference.digest or ""
        where = f"the registry {reference.registry}"
        try:
            head = _head(session, reference.repository, tag)
        except _Missing:
            return Unresolved(reference, f"{where} has no {reference.repository}:{tag}", "check the name and the tag")
        except (NetworkError, RefusedError) as error:
            return Unresolved(reference, error.why, error.how)
        tags, why = _versions(session, reference, head) if is_moving(tag) else ((), "")
        return Resolution(reference, head.digest, where, now(), head.media_type, tags, why)


def _head(session: Session, repository: str, tag: str) -> _Head:
    """Digest and media type: from the headers alone where they say both, which costs no pull, else from the body."""
    reply = session.ask("HEAD", repository, f"manifests/{tag}", ACCEPT, limit=0)
    digest = reply.headers.get("docker-content-digest", "")
    if reply.status == 200 and _DIGEST.fullmatch(digest) and _media_type(reply) in MEDIA_TYPES:
        return _Head(digest, _media_type(reply))
    if reply.status not in {200, 400, 404, 405, 501}:
        raise _unexpected(reply, session)
    reply = session.ask("GET", repository, f"manifests/{tag}", ACCEPT, limit=MAX_BODY)
    if reply.status == 404:
        raise _Missing
    if reply.status != 200:
        raise _unexpected(reply, session)
    digest, told = f"sha256:{hashlib.sha256(reply.body).hexdigest()}", reply.headers.get("docker-content-digest")
    if told and told.startswith("sha256:") and told != digest:
        why = f"the registry {session.registry} says a digest that its manifest does not have"
        raise NetworkError(why, "ask who runs it, and whether something stands in between")
    if _media_type(reply) not in MEDIA_TYPES:
        why = f"the registry {session.registry} offers no manifest that can be pinned"
        raise NetworkError(why, "push the image again with a docker of this decade, or ask who runs the registry")
    return _Head(digest, _media_type(reply))


def _media_type(reply: Reply) -> str:
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def _unexpected(reply: Reply, session: Session) -> NetworkError:
    if reply.status == 429:
        how = "try again later; `docker login` raises the limit of most registries"
        return NetworkError(f"the registry {session.registry} was asked too often", how)
    why = f"the registry {session.registry} answers with status {reply.status}"
    return NetworkError(why, "try again later, or ask who runs it")


def _versions(session: Session, reference: Reference, head: _Head) -> tuple[tuple[str, ...], str]:
    """A tag with a version and the same digest, or why none is known."""
    tag = reference.effective_tag or ""
    try:
        plausible = candidates(tag, _tags(session, reference.repository))
        for each in plausible[:MAX_HEADS]:
            if _digest_of(session, reference.repository, each) == head.digest:
                return (each,), ""
    except (NetworkError, RefusedError) as error:
        return (), error.why
    if not plausible:
        return (), f"no tag there names a version of the kind of {tag}"
    compared = min(len(plausible), MAX_HEADS)
    return (), f"none of the {compared} most plausible of {len(plausible)} tags there has the same digest"


def _digest_of(session: Session, repository: str, tag: str) -> str:
    try:
        return _head(session, repository, tag).digest
    except _Missing:
        return ""


def _tags(session: Session, repository: str) -> list[str]:
    """The tags of a repository, page by page.

    Raises:
        NetworkError: no usable answer.
        RefusedError: they may not be listed.
    """
    found: list[str] = []
    url = f"{session.base}/v2/{repository}/tags/list?n={PAGE}"
    for _page in range(MAX_PAGES):
        reply = session.follow("GET", repository, url, limit=MAX_BODY)
        if reply.status != 200:
            raise _unexpected(reply, session)
        found += _names(reply, session)
        following = _NEXT.search(reply.headers.get("link", "")[:8192])
        if not following or len(found) > MAX_TAGS:
            return found[:MAX_TAGS]
        url = _own(session, url, following[1])
    return found


def _own(session: Session, url: str, target: str) -> str:
    """The next page, which must be the same registry's: a token goes with the question."""
    elsewhere = NetworkError(f"the registry {session.registry} continues its tags somewhere else", "ask who runs it")
    try:
        leads, base = urlsplit(urljoin(url, target)), urlsplit(session.base)
    except ValueError:
        raise elsewhere from None
    if (leads.scheme, leads.netloc) != (base.scheme, base.netloc):
        raise elsewhere
    return leads.geturl()


def _names(reply: Reply, session: Session) -> list[str]:
    try:
        tags = json.loads(reply.body).get("tags") or []
        return [each for each in tags if isinstance(each, str) and len(each) <= 128]
    except (ValueError, RecursionError, AttributeError, TypeError):
        raise NetworkError(f"the registry {session.registry} lists no tags", "ask who runs it") from None
