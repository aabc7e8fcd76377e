"""Every kind of record of a zone, over UDP and TCP, names that are not there, and other people's zones."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.dns import ask
from _common.judge import done

for number in range(100):
    ask("www.example.test", "A", "192.0.2.10", tcp=number % 10 == 0)
ask("www.example.test", "AAAA", "2001:db8::10")
ask("example.test", "MX", "10 mail.example.test.")
ask("example.test", "TXT", '"v=spf1 -all"')
ask("example.test", "NS", "ns1.example.test.")
ask("alias.example.test", "CNAME", "www.example.test.")
ask("alias.example.test", "A", "192.0.2.10")
ask("any.wild.example.test", "A", "192.0.2.99")
ask("_sip._tcp.example.test", "SRV", "1 2 5060 www.example.test.")
ask("missing.example.test", "A", rcode="NXDOMAIN")
ask("mail.example.test", "AAAA")
ask("www.other.test", "A", rcode="REFUSED")
ask("example.test", "MX", "10 mail.example.test.", tcp=True)
done()
