"""What load.py does not do: headers, groups, limits of a subscription, consumers, key and value, many clients."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web


class Session(Lines):
    """Answers the server, which asks from time to time whether anybody is still there."""

    def line(self) -> str:
        while (found := super().line()) == "PING":
            self.send("PONG")
        return found


def session() -> Session:
    link = Session(4222)
    link.expect("INFO ")
    link.send('CONNECT {"verbose":false,"headers":true,"no_responders":true}')
    link.ask("PING", "PONG")
    return link


with session() as one, session() as two:
    two.send("SUB held 1\r\nUNSUB 1 2")
    two.ask("PING", "PONG")
    one.send("HPUB held 22 24\r\nNATS/1.0\r\nKey: one\r\n\r\nhi")
    same(two.line(), "HMSG held 1 22 24")
    same([two.line() for _ in range(4)], ["NATS/1.0", "Key: one", "", "hi"])
    one.send("SUB inbox 5\r\nPUB nobody inbox 1\r\nx")
    one.expect("HMSG inbox 5")
    one.until("503")
    one.line()
    one.line()

    def js(path: str, fields: object = None) -> dict[str, object]:
        body = "" if fields is None else json.dumps(fields)
        one.send(f"PUB $JS.API.{path} inbox {len(body)}\r\n{body}")
        one.expect("MSG inbox 5")
        return json.loads(one.line())

    js("STREAM.DELETE.HELD")
    js("STREAM.CREATE.HELD", {"name": "HELD", "subjects": ["held.*"], "storage": "memory", "max_msgs": 5})
    for number in range(10):
        one.send(f"PUB held.x inbox 1\r\n{number}")
        one.expect("MSG inbox 5")
        one.line()
    same(js("STREAM.INFO.HELD")["state"]["messages"], 5)
    js(
        "CONSUMER.DURABLE.CREATE.HELD.me",
        {"stream_name": "HELD", "config": {"durable_name": "me", "ack_policy": "explicit"}},
    )
    one.send("PUB $JS.API.CONSUMER.MSG.NEXT.HELD.me inbox 0\r\n")
    holds(one.expect("MSG held.x 5"), "$JS.ACK")
    same(one.line(), "5")
    same(js("STREAM.MSG.GET.HELD", {"seq": 10})["message"]["seq"], 10)
    js("STREAM.DELETE.HELD")
    holds(json.dumps(js("INFO")), "memory")
crowd = [session() for _ in range(50)]
for link in crowd:
    link.ask("PING", "PONG")
    link.__exit__(None, None, None)
web = Web(8222)
for page in ("routez", "subsz", "accountz", "gatewayz", "leafz"):
    holds(web.get(f"/{page}").text, "{")
done()
