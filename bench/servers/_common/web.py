"""HTTP with every reply judged."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, NamedTuple

from _common.judge import HOST, SECONDS, holds, port, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Reply(NamedTuple):
    """What a server answered; the names of ``headers`` are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Web:
    """A server at one of the container's ports, asked over one connection for as long as it keeps it."""

    def __init__(self, number: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port(number), timeout=SECONDS)

    def ask(
        self,
        method: str,
        path: str,
        status: int = 200,
        *,
        body: bytes | str | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        has: str = "",
        exactly: bytes | None = None,
    ) -> Reply:
        """One request.

        Args:
            method: of HTTP.
            path: with query.
            status: that the reply must have.
            body: that is sent.
            headers: that are sent.
            has: text that the reply's body must hold.
            exactly: what the reply's body must be.
        """
        self._connection.request(method, path, body, dict(headers or {}))
        answer = self._connection.getresponse()
        reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        same(reply.status, status, f"{method} {path} ({reply.text[:300]})")
        if has:
            holds(reply.text, has, f"{method} {path}")
        if exactly is not None:
            same(reply.body, exactly, f"{method} {path}")
        return reply

    def get(self, path: str, status: int = 200, has: str = "", exactly: bytes | None = None) -> Reply:
        return self.ask("GET", path, status, has=has, exactly=exactly)

    def fresh(self) -> None:
        """The next request is on a connection of its own."""
        self._connection.close()
