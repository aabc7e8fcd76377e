"""Questions that two servers answer behind one address, by their kind; some that are answered or refused in front."""

import dns.exception
import dns.message
import dns.query
from _common.dns import ask
from _common.judge import HOST, done, port, until


def answers(kind: str) -> bool:
    try:
        query = dns.message.make_query("example.test", kind)
        return bool(dns.query.udp(query, HOST, 1, port=port(53)).answer)
    except (OSError, dns.exception.DNSException):
        return False


for kind in ("NS", "TXT"):
    until(lambda kind=kind: answers(kind), bool, f"an answer to {kind}", seconds=30)
for number in range(100):
    ask("www.example.test", "A", "192.0.2.10", tcp=number % 10 == 0)
for number in range(50):
    ask("example.test", "TXT", '"v=spf1 -all"', tcp=number % 10 == 0)
ask("alias.example.test", "A", "192.0.2.10")
ask("missing.example.test", "A", rcode="NXDOMAIN")
ask("blocked.test", "A", rcode="REFUSED")
ask("spoofed.test", "A", "192.0.2.77")
done()
