"""Pages over TLS, large bodies both ways, many handshakes, a kept session, and a peer that speaks no TLS."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import socket
import ssl

from _common.judge import HOST, SECONDS, done, holds, port, same
from _common.lines import Lines

for _ in range(20):
    with Lines(443, tls=True) as site:
        site.send("GET /about.html HTTP/1.0\r\n")
        holds(site.rest(), b"<h1>about</h1>")
with Lines(443, tls=True) as site:
    for _ in range(50):
        site.send("GET /about.html HTTP/1.1\r\nHost: a\r\n")
        site.expect("HTTP/1.1 200")
        while site.line():
            pass
        same(site.read(15), b"<h1>about</h1>\n")
    site.raw(
        b"PUT /upload/tls HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\nConnection: close\r\n\r\n" + b"t" * 500_000
    )
    site.expect("HTTP/1.1 201")
with Lines(443, tls=True) as site:
    site.send("GET /upload/tls HTTP/1.0\r\n")
    same(site.rest().count(b"t" * 500_000), 1)
with Lines(443, tls=True) as site:
    site.send("DELETE /upload/tls HTTP/1.0\r\n")
    holds(site.rest(), b"204")
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_alpn_protocols(["http/1.1"])
with context.wrap_socket(socket.create_connection((HOST, port(443)), SECONDS)) as plain:
    same(plain.selected_alpn_protocol(), "http/1.1")
    holds(str(plain.version()), "TLSv1.3")
with Lines(443) as plain:
    plain.raw(b"GET / HTTP/1.0\r\n\r\n")
    try:
        said = plain.rest()
    except ConnectionResetError:
        said = b""
    same(said, b"", "no words without TLS")
done()
