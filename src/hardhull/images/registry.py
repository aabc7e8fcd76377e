"""An image in a registry (OCI distribution specification), read without an engine; layers come in pieces.

Where layers come in pieces, one that was interrupted goes on where it was, a token that ran out meanwhile is renewed,
and no answer is larger than memory. A registry may ignore ``Range`` (RFC 9110, 14.2) and give the whole layer: then it
is read as it comes, and one that was interrupted is read again from its beginning, some times.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.reference import InvalidReferenceError, parse
from hardhull.images import oci
from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.image import DIGEST, MOST_DOCUMENT, Blob, Opened, described, document
from hardhull.supply.registry.address import NetworkError
from hardhull.supply.registry.resolver import ACCEPT
from hardhull.supply.registry.session import RefusedError, Session
from hardhull.supply.registry.transport import STREAM, TooLargeError, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardhull.images.oci import Wanted
    from hardhull.supply.registry.transport import Reply

PIECE = 8 << 20
"""Bytes of a layer that are asked for at a time."""
TIMES = 4
"""How often a layer is asked for that does not come in pieces, and was interrupted."""
GONE = 404


class Registry:
    """One repository of a registry, as :class:`hardhull.images.store.Store` of what has a digest.

    Args:
        name: the reference.
        transport: how it is reached.

    Raises:
        ImageError: it is no reference.
    """

    def __init__(self, name: str, transport: Transport | None = None) -> None:
        try:
            self._reference = parse(name)
        except InvalidReferenceError as error:
            raise ImageError(f"it is no image reference: {error}", "write it as `docker pull` takes it") from None
        self._name = name
        self._transport = transport or Transport()
        self._session = Session(self._reference.registry, self._transport)

    def opened(self, wanted: Wanted) -> Opened:
        """The image under the tag or digest of the reference.

        Raises:
            ImageError: it is not there, or may not be read.
        """
        tag = self._reference.digest or self._reference.effective_tag or ""
        data = self._manifest(tag)
        digest = self._reference.digest or f"sha256:{hashlib.sha256(data).hexdigest()}"
        oci.checked(data, digest)
        found = document(data, "its manifest")
        if "manifests" in found:
            choices = list(oci.choices(found, lambda one: oci.checked(self._manifest(one), one)))
            digest = oci.choose(choices, wanted).digest
            found = document(oci.checked(self._manifest(digest), digest), "its manifest")
        config, layers = oci.parts(found)
        text = oci.checked(b"".join(self._pieces(config, MOST_DOCUMENT)), config)
        image = described(
            self._name, document(text, "its configuration"), layers, identifier=config, digest=digest,
            tags=[self._reference.familiar],
        )  # fmt: skip
        return Opened(image, tuple(Blob(one, partial(self._layer, one)) for one in layers))

    def close(self) -> None:
        """Lets go of all connections."""
        self._transport.close()

    def _manifest(self, tag: str) -> bytes:
        where = f"the registry {self._reference.registry}"
        try:
            reply = self._session.ask(
                "GET", self._reference.repository, f"manifests/{tag}", ACCEPT, limit=MOST_DOCUMENT
            )
        except (NetworkError, RefusedError) as error:
            raise ImageError(error.why, error.how) from None
        if reply.status == GONE:
            raise ImageError(f"{where} has no {self._reference.repository} under {tag}", "check the name and the tag")
        if reply.status != 200:
            raise ImageError(f"{where} answers with status {reply.status}", "try again later")
        return reply.body

    def _layer(self, digest: str) -> Iterator[bytes]:
        try:
            yield from self._pieces(digest, 1 << 62)
        except ImageError as error:
            raise BrokenLayerError(f"{error.why}; {error.how}") from None

    def _pieces(self, digest: str, most: int) -> Iterator[bytes]:
        """What has a digest, piece by piece.

        Raises:
            ImageError: the registry does not give it.
        """
        if not DIGEST.fullmatch(digest):
            raise ImageError(f"{digest[:80]!r} is no sha256 digest", "push the image again")
        at = 0
        while at < most:
            headers = {"Range": f"bytes={at}-{at + PIECE - 1}"}
            try:
                reply = self._blob(digest, headers, PIECE)
            except TooLargeError as error:
                if error.status != 200:
                    raise ImageError(error.why, error.how) from None
                yield from self._whole(digest, at, most)
                return
            if reply.status == 200:  # all of it: it is small, or the registry gives no pieces
                yield reply.body[at:]
                return
            if reply.status == 416:  # there is nothing behind the last piece
                return
            begins = reply.headers.get("content-range", "").removeprefix("bytes").strip().partition("-")[0]
            if reply.status != 206 or begins != str(at):
                raise self._strange(reply)
            yield reply.body
            at += len(reply.body)
            total = reply.headers.get("content-range", "").rpartition("/")[2]
            if not reply.body or (total.isdigit() and at >= int(total[:18])):
                return

    def _whole(self, digest: str, at: int, most: int) -> Iterator[bytes]:
        """What has a digest, from a byte on, of a registry that gives it only as a whole.

        Raises:
            ImageError: the registry does not give it, or was interrupted too often.
        """
        for left in reversed(range(TIMES)):
            reply = self._blob(digest, {}, STREAM)
            if reply.flow is None or reply.status != 200:
                raise self._strange(reply)
            passed = 0
            with closing(reply.flow) as flow:
                try:
                    for part in flow:
                        if passed + len(part) > most:
                            raise ImageError(f"the part {digest[:19]}... is too large", "push the image again")
                        passed += len(part)
                        if passed > at:
                            yield part[max(0, len(part) - passed + at) :]
                            at = passed
                except NetworkError as error:
                    if not left:
                        why = f"{error.why}; it gives no pieces (it ignores Range), so each of {TIMES} tries began anew"
                        raise ImageError(why, "use a registry or a proxy that honours Range, or try again") from None
                else:
                    return

    def _blob(self, digest: str, headers: Mapping[str, str], limit: int) -> Reply:
        """One answer about a blob.

        Raises:
            TooLargeError: the answer is larger than that.
            ImageError: there is none.
        """
        try:
            return self._session.ask("GET", self._reference.repository, f"blobs/{digest}", headers, limit=limit)
        except TooLargeError:
            raise
        except (NetworkError, RefusedError) as error:
            raise ImageError(error.why, error.how) from None

    def _strange(self, reply: Reply) -> ImageError:
        what = "gives another part than was asked for" if reply.status == 206 else f"answers with status {reply.status}"
        return ImageError(f"the registry {self._reference.registry} {what}", "try again later")
