"""The time asked many times, in two versions, near this machine's own, with the server's quality; nonsense unanswered."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import socket
import struct
import time

from _common.judge import HOST, SECONDS, done, port, same, true, until

EPOCH = 2_208_988_800


def ask(version: int) -> tuple[int, int, float] | None:
    """Mode, stratum and time of an answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(SECONDS)
        link.sendto(bytes([version << 3 | 3]) + bytes(39) + struct.pack(">II", 7, 9), (HOST, port(123)))
        data = link.recv(512)
    same(data[24:32], struct.pack(">II", 7, 9), "it answers this question")
    seconds, part = struct.unpack(">II", data[40:48])
    return data[0] & 7, data[1], seconds - EPOCH + part / 2**32


until(lambda: ask(4), lambda got: got is not None and 0 < got[1] < 16, "it is synchronised")
for number in range(100):
    answer = ask(4 if number % 2 else 3)
    assert answer is not None
    same(answer[0], 4)
    true(0 < answer[1] < 16, f"stratum {answer[1]}")
    true(abs(answer[2] - time.time()) < 2, "near the time of this machine")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
    link.settimeout(0.3)
    link.sendto(b"nonsense", (HOST, port(123)))
    try:
        link.recv(512)
    except TimeoutError:
        same(ask(4) is not None, True)
    else:
        true(False, "nonsense is not answered")
done()
