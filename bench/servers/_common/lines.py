"""Protocols of lines over TCP (SMTP, IRC, memcached ...) with every reply judged."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from _common.judge import HOST, SECONDS, holds, port, same, true

if TYPE_CHECKING:
    from types import TracebackType


class Lines:
    """A connection to one of the container's ports."""

    def __init__(self, number: int, *, tls: bool = False, end: bytes = b"\r\n") -> None:
        plain = socket.create_connection((HOST, port(number)), SECONDS)
        self._socket = _any_certificate().wrap_socket(plain) if tls else plain
        self._file = self._socket.makefile("rb")
        self._end = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        self._file.close()
        with suppress(OSError):
            self._socket.close()

    def send(self, line: str | bytes) -> None:
        self._socket.sendall((line.encode() if isinstance(line, str) else line) + self._end)

    def raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> str:
        """The next line, without its end."""
        return self._file.readline().decode("utf-8", "replace").rstrip("\r\n")

    def read(self, size: int) -> bytes:
        """So many bytes, or what comes before the end."""
        return self._file.read(size)

    def rest(self) -> bytes:
        """Everything until the server ends the connection, in whichever way."""
        found = b""
        with suppress(ConnectionResetError):
            while part := self._file.read1():
                found += part
        return found

    def expect(self, start: str) -> str:
        """The next line, which must begin so."""
        line = self.line()
        true(line.startswith(start), f"{line!r} does not begin with {start!r}")
        return line

    def ask(self, line: str | bytes, start: str) -> str:
        """Sends a line; the next one back must begin so."""
        self.send(line)
        return self.expect(start)

    def until(self, part: str, most: int = 200) -> list[str]:
        """Lines up to the first that has this in it, which must come."""
        found: list[str] = []
        for _ in range(most):
            found.append(self.line())
            if part in found[-1] or not found[-1]:
                break
        holds(found[-1], part, "\n".join(found[-5:]))
        return found

    def exactly(self, line: str | bytes, reply: str) -> None:
        """Sends a line; the next one back must be this."""
        self.send(line)
        same(self.line(), reply, repr(line))


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
