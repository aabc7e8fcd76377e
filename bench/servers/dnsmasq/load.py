"""Names from a file, aliases, texts, services, blocked names, reverse names, over UDP and TCP."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.dns import ask
from _common.judge import done

for number in range(100):
    ask("one.local.test", "A", "192.0.2.1", tcp=number % 10 == 0)
ask("two", "A", "192.0.2.2")
ask("alias.local.test", "CNAME", "one.local.test.")
ask("info.local.test", "TXT", '"some text"')
ask("_sip._tcp.local.test", "SRV", "1 2 5060 one.local.test.")
ask("local.test", "MX", "10 one.local.test.")
ask("2.2.0.192.in-addr.arpa", "PTR", "two.local.test.")
ask("www.blocked.test", "A", "0.0.0.0")
ask("missing.local.test", "A", rcode="NXDOMAIN")
ask("www.elsewhere.test", "A", rcode="REFUSED")
done()
