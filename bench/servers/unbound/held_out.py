"""What load.py does not ask: other kinds, many names at once, EDNS, malformed questions, several over one connection."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import socket
import struct

import dns.message
import dns.query
import dns.rcode
from _common.dns import ask
from _common.judge import HOST, SECONDS, done, port, same

ask("example.test", "TXT", '"v=spf1 -all"')
ask("example.test", "NS", "ns1.example.test.")
ask("_sip._tcp.example.test", "SRV", "1 2 5060 www.example.test.")
for number in range(100):
    ask(f"held{number}.wild.example.test", "A", "192.0.2.99")
wide = dns.message.make_query("www.example.test", "A", use_edns=0, payload=4096, want_dnssec=True)
same(dns.query.udp(wide, HOST, SECONDS, port=port(53)).rcode(), dns.rcode.NOERROR)
with socket.create_connection((HOST, port(53)), SECONDS) as link, link.makefile("rb") as reader:
    for name in ("one.local.test", "www.example.test", "mail.example.test"):
        data = dns.message.make_query(name, "A").to_wire()
        link.sendall(struct.pack(">H", len(data)) + data)
        answer = dns.message.from_wire(reader.read(struct.unpack(">H", reader.read(2))[0]))
        same(answer.rcode(), dns.rcode.NOERROR)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bad:
    bad.settimeout(SECONDS)
    bad.sendto(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xff", (HOST, port(53)))
    same(bad.recv(512)[3] & 15, dns.rcode.FORMERR)
ask("www.example.test", "A", "192.0.2.10")
done()
