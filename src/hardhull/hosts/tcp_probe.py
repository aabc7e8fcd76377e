"""Asks a TCP port as a stranger would whether an engine answers there, and what it asks for first.

It is run as a program of its own, in the network namespace where the port is, so it needs nothing but the interpreter.
"""

from __future__ import annotations

import socket
import ssl
import sys

ASK = b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n"
SECONDS = 3


def asked(address: str, port: int) -> str:
    """What it asks of a stranger: ``nothing``, ``TLS``, ``a client certificate``, ``no engine`` or ``unknown``."""
    try:
        with socket.create_connection((address, port), SECONDS) as plain:
            plain.sendall(ASK)
            answer = plain.recv(512)
        if answer.startswith(b"HTTP/1.1 200") or b"Api-Version" in answer:
            return "nothing"
        if b"HTTPS server" not in answer and not answer.startswith((b"\x15\x03", b"HTTP/1.0 400")):
            return "no engine"
    except OSError:
        return "unknown"
    return _with_tls(address, port)


def _with_tls(address: str, port: int) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the question is what it asks of us
    try:
        with (
            socket.create_connection((address, port), SECONDS) as plain,
            context.wrap_socket(plain) as encrypted,
        ):
            encrypted.sendall(ASK)
            answer = encrypted.recv(512)
    except (ssl.SSLError, ConnectionError):
        return "a client certificate"
    except OSError:
        return "unknown"
    return "TLS" if answer else "a client certificate"


if __name__ == "__main__":
    print(asked(sys.argv[1], int(sys.argv[2])))  # noqa: T201  its parent reads it
