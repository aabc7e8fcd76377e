"""People who meet in channels, talk, change topics and names, are kicked, ask who is there, and leave."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds
from _common.lines import Lines


def person(name: str) -> Lines:
    link = Lines(6667)
    link.send(f"NICK {name}\r\nUSER {name} 0 * :{name}")
    link.send("PING :ready")
    link.until("PONG")
    return link


with person("ada") as ada, person("bob") as bob:
    ada.send("JOIN #bench")
    ada.until(" 366 ")
    bob.send("JOIN #bench")
    bob.until(" 366 ")
    ada.until("JOIN :#bench")
    for number in range(100):
        ada.send(f"PRIVMSG #bench :message {number}")
        bob.until(f"PRIVMSG #bench :message {number}")
    bob.send("PRIVMSG ada :only you")
    ada.until("PRIVMSG ada :only you")
    ada.send("TOPIC #bench :new topic")
    bob.until("TOPIC #bench :new topic")
    bob.send("TOPIC #bench :mine")
    ada.send("MODE #bench +m")
    bob.until("MODE #bench +m")
    bob.send("PRIVMSG #bench :silenced")
    bob.until(" 404 ")
    ada.send("WHOIS bob")
    holds("\n".join(ada.until(" 318 ")), "bob")
    ada.send("LIST")
    holds("\n".join(ada.until(" 323 ")), "#bench")
    ada.send("NICK lady")
    bob.until("NICK :lady")
    ada.send("KICK #bench bob :out")
    bob.until("KICK #bench bob :out")
    ada.send("OPER ada lovelace")
    ada.until(" 381 ")
    ada.send("LUSERS")
    ada.until(" 255 ")
    ada.send("VERSION")
    ada.until(" 351 ")
    ada.send("NONSENSE")
    ada.until(" 421 ")
    bob.send("QUIT :bye")
    bob.until("ERROR")
crowd = [person(f"p{number}") for number in range(20)]
for link in crowd:
    link.send("QUIT")
    link.until("ERROR")
done()
