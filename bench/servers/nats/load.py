"""Publishing and subscribing with wildcards and groups, requests, a stream on disk, its figures, and refusals."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json

from _common.judge import done, holds, same, true
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
    link.send('CONNECT {"verbose":false,"headers":true}')
    link.ask("PING", "PONG")
    return link


with session() as one, session() as two:
    two.send("SUB room.*.heat 1")
    two.send("SUB will.> group 2")
    two.ask("PING", "PONG")
    for number in range(100):
        one.send(f"PUB room.{number}.heat {len(str(number))}\r\n{number}")
        same([two.line(), two.line()], [f"MSG room.{number}.heat 1 {len(str(number))}", str(number)])
    one.send(b"PUB will.a.b 200000\r\n" + b"w" * 200_000)
    same(two.line(), "MSG will.a.b 2 200000")
    same(two.line(), "w" * 200_000)
    one.send("SUB answer 9")
    one.send("PUB room.1.heat answer 1\r\n?")
    same([two.line(), two.line()], ["MSG room.1.heat 1 answer 1", "?"])
    two.send("PUB answer 2\r\n42")
    same([one.line(), one.line()], ["MSG answer 9 2", "42"])

    def js(path: str, fields: object = None) -> dict[str, object]:
        body = "" if fields is None else json.dumps(fields)
        one.send("SUB inbox 5\r\nUNSUB 5 1")
        one.send(f"PUB $JS.API.{path} inbox {len(body)}\r\n{body}")
        one.expect("MSG inbox 5")
        return json.loads(one.line())

    js("STREAM.DELETE.BENCH")
    same(
        js("STREAM.CREATE.BENCH", {"name": "BENCH", "subjects": ["kept.*"], "storage": "file"})["config"]["name"],
        "BENCH",
    )
    for number in range(20):
        one.send("SUB inbox 5\r\nUNSUB 5 1")
        one.send("PUB kept.x inbox 4\r\nkeep")
        one.expect("MSG inbox 5")
        same(json.loads(one.line())["seq"], number + 1)
    same(js("STREAM.INFO.BENCH")["state"]["messages"], 20)
    same(js("STREAM.PURGE.BENCH")["purged"], 20)
    true(js("STREAM.DELETE.BENCH")["success"], "deleted")
with Lines(4222) as bad:
    bad.expect("INFO ")
    bad.ask("NONSENSE", "-ERR")
web = Web(8222)
holds(web.get("/varz").text, "server_id")
holds(web.get("/connz").text, "connections")
holds(web.get("/jsz").text, "streams")
web.get("/healthz")
done()
