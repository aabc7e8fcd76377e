"""Mail delivered by LMTP, read, searched, flagged, copied and removed by IMAP, read by POP3, and refused passwords."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import imaplib
import poplib
import smtplib

from _common.judge import HOST, done, holds, port, refused, same

with smtplib.LMTP(HOST, port(24)) as lmtp:
    for number in range(5):
        lines = "a line of text\r\n" * 300
        text = (
            f"From: bob@example.test\r\nTo: ada@example.test\r\nSubject: note {number}\r\n\r\nbody {number} \r\n{lines}"
        )
        same(lmtp.sendmail("bob@example.test", ["ada"], text), {})
    refused(smtplib.SMTPRecipientsRefused, lambda: lmtp.sendmail("bob@example.test", ["nobody-here"], "x"))
imap = imaplib.IMAP4(HOST, port(143), timeout=10)
refused(imaplib.IMAP4.error, lambda: imap.login("ada", "wrong"))
same(imap.login("ada", "lovelace")[0], "OK")
same(imap.select("INBOX"), ("OK", [b"5"]))
same(imap.search(None, "SUBJECT", '"note 3"'), ("OK", [b"4"]))
holds(imap.fetch("4", "(RFC822)")[1][0][1], b"body 3")
holds(imap.fetch("1:5", "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")[1][0], b"ENVELOPE")
same(imap.store("1", "+FLAGS", "\\Flagged")[0], "OK")
same(imap.search(None, "FLAGGED"), ("OK", [b"1"]))
same(imap.create("Archive")[0], "OK")
same(imap.copy("1:2", "Archive")[0], "OK")
same(imap.append("Archive", "(\\Seen)", None, b"Subject: added\r\n\r\nadded\r\n")[0], "OK")
same(imap.select("Archive"), ("OK", [b"3"]))
holds(imap.search(None, "BODY", "added")[1], b"3")
same(imap.close()[0], "OK")
same(imap.delete("Archive")[0], "OK")
same(imap.logout()[0], "BYE")
pop = poplib.POP3(HOST, port(110), timeout=10)
holds(pop.user("ada"), b"+OK")
holds(pop.pass_("lovelace"), b"+OK")
same(pop.stat()[0], 5)
holds(b"\n".join(pop.retr(2)[1]), b"body 1")
for number in range(1, 6):
    holds(pop.dele(number), b"+OK")
holds(pop.quit(), b"+OK")
done()
