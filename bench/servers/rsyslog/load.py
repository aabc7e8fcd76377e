"""Messages of every level over UDP and TCP, framed by lines and by length, large and odd ones."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import socket

from _common.judge import HOST, SECONDS, done, port, same

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    for number in range(200):
        text = f"<{number % 192}>Nov  1 10:00:00 host bench[{number}]: message {number}".encode()
        same(udp.sendto(text, (HOST, port(514))), len(text))
for turn in range(5):
    with socket.create_connection((HOST, port(514)), SECONDS) as tcp:
        for number in range(100):
            line = f"<{number}>Nov  1 10:00:00 host bench: message {number} {'x' * number * 10}"
            tcp.sendall(f"{len(line)} {line}".encode() if turn % 2 else f"{line}\n".encode())
        tcp.shutdown(socket.SHUT_WR)
        same(tcp.recv(1), b"", "it reads all and ends")
done()
