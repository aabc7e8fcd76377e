"""A server behind it, asked over TLS: many sessions, large values, the certificate, and plain text refused."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import ssl

import redis
from _common.judge import HOST, done, port, same, true
from _common.lines import Lines

client = redis.Redis(HOST, port(6380), ssl=True, ssl_cert_reqs="none", decode_responses=True, socket_timeout=10)
true(client.flushall(), "flushall")
for number in range(100):
    true(client.set(f"key:{number}", "v" * number), "set")
    same(client.get(f"key:{number}"), "v" * number)
true(client.set("large", "l" * 1_000_000), "set")
same(client.get("large"), "l" * 1_000_000)
for _ in range(10):
    with Lines(6380, tls=True) as link:
        link.exactly("PING", "+PONG")
true(ssl.get_server_certificate((HOST, port(6380)), timeout=10).startswith("-----BEGIN"), "its certificate")
with Lines(6380) as plain:
    plain.send("PING")
    true(b"PONG" not in plain.rest(), "plain text is refused")
same(client.dbsize(), 101)
done()
