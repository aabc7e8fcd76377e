"""DNS over UDP and TCP with every answer judged."""

from __future__ import annotations

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from _common.judge import HOST, SECONDS, port, same


def ask(name: str, kind: str, *wanted: str, tcp: bool = False, rcode: str = "NOERROR") -> dns.message.Message:
    """One question; the records of that kind in the answer, in any order, must be these."""
    query = dns.message.make_query(name, kind)
    call = dns.query.tcp if tcp else dns.query.udp
    answer = call(query, HOST, SECONDS, port=port(53))
    what = f"{kind} {name}"
    same(dns.rcode.to_text(answer.rcode()), rcode, what)
    number = dns.rdatatype.from_text(kind)
    found = sorted(item.to_text() for part in answer.answer if part.rdtype == number for item in part)
    same(found, sorted(wanted), what)
    return answer
