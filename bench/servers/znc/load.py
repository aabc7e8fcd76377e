"""Its pages with a password, and a client that is let in, asks, and is refused with a wrong password."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web

web = Web(6697)
for _ in range(20):
    web.fresh()
    page = web.get("/", has="ZNC")
cookie = {
    "Cookie": page.headers["set-cookie"].split(";")[0],
    "Content-Type": "application/x-www-form-urlencoded",
    "Connection": "close",
}
web.fresh()
same(web.ask("POST", "/login", 302, body="submitted=1&user=ada&pass=lovelace", headers=cookie).status, 302)
web.fresh()
web.ask("GET", "/mods/global/webadmin/listusers", headers=cookie, has="ada")
for _ in range(5):
    with Lines(6697) as client:
        client.send("PASS ada:lovelace\r\nNICK ada\r\nUSER ada 0 * :ada")
        client.until("001")
        client.send("PRIVMSG *status :Version")
        client.until("ZNC 1.8.2")
        client.send("PRIVMSG *status :ListMods")
        client.until("webadmin")
        client.send("PRIVMSG *status :LoadMod savebuff password")
        client.until("savebuff")
        client.send("PRIVMSG *status :UnloadMod savebuff")
        client.until("savebuff")
        client.send("PRIVMSG *status :SaveConfig")
        client.until("Wrote config")
with Lines(6697) as client:
    client.send("PASS ada:wrong\r\nNICK ada\r\nUSER ada 0 * :ada")
    holds(client.until("464")[-1], "Invalid")
done()
