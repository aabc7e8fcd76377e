"""Names of a zone of its own and names that another resolver knows, kept answers, over UDP and TCP."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.dns import ask
from _common.judge import done

for number in range(100):
    ask("www.own.test", "A", "192.0.2.10", tcp=number % 10 == 0)
ask("www.own.test", "AAAA", "2001:db8::10")
ask("own.test", "MX", "10 mail.own.test.")
ask("own.test", "TXT", '"v=spf1 -all"')
ask("own.test", "NS", "ns1.own.test.")
ask("alias.own.test", "CNAME", "www.own.test.")
ask("alias.own.test", "A", "192.0.2.10")
ask("any.wild.own.test", "A", "192.0.2.99")
ask("_sip._tcp.own.test", "SRV", "1 2 5060 www.own.test.")
ask("missing.own.test", "A", rcode="NXDOMAIN")
ask("mail.own.test", "AAAA")
ask("own.test", "MX", "10 mail.own.test.", tcp=True)
done()
