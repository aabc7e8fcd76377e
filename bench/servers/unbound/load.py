"""Names of its own, names that another server knows, kept answers, refused zones, over UDP and TCP."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.dns import ask
from _common.judge import done

for number in range(50):
    ask("one.local.test", "A", "192.0.2.1", tcp=number % 10 == 0)
ask("1.2.0.192.in-addr.arpa", "PTR", "one.local.test.")
ask("missing.local.test", "A", rcode="NXDOMAIN")
ask("www.refused.test", "A", rcode="REFUSED")
for number in range(50):
    ask("www.example.test", "A", "192.0.2.10", tcp=number % 10 == 0)
ask("www.example.test", "AAAA", "2001:db8::10")
ask("example.test", "MX", "10 mail.example.test.")
ask("alias.example.test", "A", "192.0.2.10")
for number in range(20):
    ask(f"n{number}.wild.example.test", "A", "192.0.2.99")
ask("missing.example.test", "A", rcode="NXDOMAIN")
ask("mail.example.test", "AAAA")
done()
