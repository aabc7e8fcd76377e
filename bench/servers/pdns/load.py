"""Every kind of record of a zone, over UDP and TCP, changes by its interface, names that are not there, and other people's zones."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.dns import ask
from _common.judge import done, same
from _common.web import Web

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
web, key = Web(8081), {"X-API-Key": "bench", "Content-Type": "application/json"}
place = "/api/v1/servers/localhost/zones/example.test."
same(json.loads(web.ask("GET", "/api/v1/servers/localhost", headers=key).body)["daemon_type"], "authoritative")
added = {
    "name": "added.example.test.",
    "type": "A",
    "ttl": 60,
    "changetype": "REPLACE",
    "records": [{"content": "192.0.2.50", "disabled": False}],
}
web.ask("PATCH", place, 204, headers=key, body=json.dumps({"rrsets": [added]}))
ask("added.example.test", "A", "192.0.2.50")
web.ask(
    "PATCH", place, 204, headers=key, body=json.dumps({"rrsets": [{**added, "changetype": "DELETE", "records": []}]})
)
web.ask("GET", "/api/v1/servers/localhost/zones", 401)
done()
