"""What load.py does not do: the whole zone, changes to it, EDNS, and questions it does not implement."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import dns.message
import dns.query
import dns.rcode
import dns.update
import dns.zone
from _common.dns import ask
from _common.judge import HOST, SECONDS, done, port, same, true

zone = dns.zone.from_xfr(dns.query.xfr(HOST, "example.test", port=port(53), timeout=SECONDS))
true(len(zone.nodes) >= 7, "the whole zone comes")
change = dns.update.Update("example.test")
change.add("added", 300, "A", "192.0.2.50")
same(dns.query.tcp(change, HOST, SECONDS, port=port(53)).rcode(), dns.rcode.NOERROR)
ask("added.example.test", "A", "192.0.2.50")
change = dns.update.Update("example.test")
change.delete("added")
same(dns.query.udp(change, HOST, SECONDS, port=port(53)).rcode(), dns.rcode.NOERROR)
ask("added.example.test", "A", rcode="NXDOMAIN")
wide = dns.message.make_query("www.example.test", "A", use_edns=0, payload=1232, want_dnssec=True)
same(dns.query.udp(wide, HOST, SECONDS, port=port(53)).edns, 0)
odd = dns.message.make_query("www.example.test", "A")
odd.set_opcode(2)
same(dns.query.udp(odd, HOST, SECONDS, port=port(53)).rcode(), dns.rcode.NOTIMP)
ask("www.example.test", "A", "192.0.2.10", tcp=True)
done()
