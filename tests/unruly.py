"""A server on loopback that answers as a test tells it, right or wrong, and remembers what it was asked."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    authorization: str


class Said(NamedTuple):
    """One answer."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    endless: bool = False


class Unruly:
    """The server; ``answer`` is called for every request."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Said] = lambda _asked: Said(404)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, *said: Said) -> None:
        """One answer after the other; the last one again and again."""
        left = list(said)
        self.answer = lambda _asked: left.pop(0) if len(left) > 1 else left[0]


def _handler(server: Unruly) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.command, self.path, self.headers.get("Authorization", ""))
            server.asked.append(asked)
            said = server.answer(asked)
            self.send_response_only(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            if not said.endless and not any(name == "Content-Length" for name, _value in said.headers):
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            try:
                self.wfile.write(said.body)
                while said.endless:
                    self.wfile.write(said.body)
            except OSError:
                self.close_connection = True

        do_HEAD = do_POST = do_GET  # noqa: N815  names that the library asks for

        def log_message(self, *_words: object) -> None:
            """Nothing."""

    return Handler


@pytest.fixture
def unruly() -> Iterator[Unruly]:
    server = Unruly()
    yield server
    server.close()


@pytest.fixture
def other() -> Iterator[Unruly]:
    server = Unruly()
    yield server
    server.close()
