"""Two people log in, exchange messages, keep contacts, ask for services, and strangers are refused."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64
import socket
import time

from _common.judge import HOST, SECONDS, done, holds, port

OPEN = "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"


class Session:
    """A stream; what comes is gathered until a part is seen."""

    def __init__(self, name: str, password: str) -> None:
        self._socket = socket.create_connection((HOST, port(5222)), SECONDS)
        self._data = ""
        self.ask(OPEN, "PLAIN</mechanism>")
        self.until("</stream:features>")
        secret = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        self.ask(
            f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>",
            "success" if password != "wrong" else "not-authorized",
        )

    def bind(self, resource: str) -> None:
        self.ask(OPEN, "urn:ietf:params:xml:ns:xmpp-bind")
        self.until("</stream:features>")
        self.ask(
            f"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind></iq>",
            f"@localhost/{resource}</jid>",
        )
        self.ask("<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>", "id='s'")
        self.ask("<presence/>", "<presence")

    def ask(self, text: str, part: str) -> None:
        self._socket.sendall(text.encode())
        self.until(part)

    def until(self, part: str) -> None:
        end = time.monotonic() + SECONDS
        while part not in self._data and time.monotonic() < end:
            more = self._socket.recv(65536).decode()
            if not more:
                break
            self._data += more
        holds(self._data, part)
        self._data = self._data.partition(part)[2]

    def say(self, text: str) -> None:
        self._socket.sendall(text.encode())


ada, bob = Session("ada", "lovelace"), Session("bob", "builder")
ada.bind("desk")
bob.bind("desk")
for number in range(100):
    ada.say(f"<message to='bob@localhost' type='chat'><body>message {number}</body></message>")
    bob.until(f"message {number}<")
bob.say(f"<message to='ada@localhost' type='chat'><body>{'long ' * 1000}</body></message>")
ada.until("long long")
ada.ask(
    "<iq type='set' id='r1'><query xmlns='jabber:iq:roster'><item jid='bob@localhost' name='Bob'/></query></iq>",
    "id='r1'",
)
ada.ask("<iq type='get' id='r2'><query xmlns='jabber:iq:roster'/></iq>", "bob@localhost")
ada.ask("<iq type='get' to='localhost' id='d1'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>", "Prosody")
ada.ask("<iq type='get' to='localhost' id='p1'><ping xmlns='urn:xmpp:ping'/></iq>", "id='p1'")
ada.ask("<iq type='get' to='localhost' id='x'><nonsense xmlns='x'/></iq>", "service-unavailable")
bob.ask("</stream:stream>", "</stream:stream>")
ada.say("<message to='bob@localhost' type='chat'><body>while you were away</body></message>")
ada.ask("<iq type='get' to='localhost' id='p2'><ping xmlns='urn:xmpp:ping'/></iq>", "id='p2'")
back = Session("bob", "builder")
back.bind("phone")
back.until("while you were away")
Session("ada", "wrong")
done()
