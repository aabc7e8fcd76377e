"""Streams searched: clean, with a known pattern, packed, too large; files by name, and its state."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip
import io
import struct
import zipfile

from _common.judge import done, holds
from _common.lines import Lines

BAD = b"before BENCH-SIGNATURE-OF-NOTHING after"


def stream(data: bytes) -> str:
    """What it says about this."""
    with Lines(3310) as server:
        server.raw(b"zINSTREAM\0")
        for start in range(0, len(data), 65536):
            part = data[start : start + 65536]
            server.raw(struct.pack("!I", len(part)) + part)
        server.raw(struct.pack("!I", 0))
        return server.rest().decode()


def ask(command: str) -> str:
    with Lines(3310) as server:
        server.raw(f"z{command}\0".encode())
        return server.rest().decode()


holds(ask("PING"), "PONG")
holds(ask("VERSION"), "ClamAV")
for number in range(50):
    holds(stream(b"clean %d" % number), "stream: OK")
holds(stream(BAD), "Bench.Test.File-1.UNOFFICIAL FOUND")
holds(stream(gzip.compress(BAD)), "FOUND")
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
    file.writestr("inner.txt", BAD)
holds(stream(packed.getvalue()), "FOUND")
holds(stream(b"x" * 2_000_000), "stream: OK")
holds(ask("SCAN /etc/passwd"), "/etc/passwd: OK")
holds(ask("CONTSCAN /etc/clamav"), "OK")
holds(ask("MULTISCAN /etc/clamav"), "OK")
holds(ask("SCAN /no/such/file"), "ERROR")
holds(ask("STATS"), "THREADS: live")
holds(ask("NONSENSE"), "UNKNOWN COMMAND")
done()
