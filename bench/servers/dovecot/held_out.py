"""What load.py does not do: waiting for new mail, sorting, threads, renamed folders, subscriptions, quick resynchronising."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import imaplib
import smtplib

from _common.judge import HOST, done, holds, port, same
from _common.lines import Lines

with smtplib.LMTP(HOST, port(24)) as lmtp:
    for number in range(3):
        same(
            lmtp.sendmail(
                "bob@example.test", ["ada"], f"Subject: {9 - number} sort\r\nMessage-ID: <{number}@x>\r\n\r\nbody\r\n"
            ),
            {},
        )
imap = imaplib.IMAP4(HOST, port(143), timeout=10)
same(imap.login("ada", "lovelace")[0], "OK")
same(imap.create("Work")[0], "OK")
same(imap.rename("Work", "Done")[0], "OK")
same(imap.subscribe("Done")[0], "OK")
holds(str(imap.lsub()), "Done")
holds(str(imap.list()), "Done")
holds(str(imap.status("INBOX", "(MESSAGES UIDNEXT UNSEEN)")), "MESSAGES 3")
same(imap.select("INBOX")[0], "OK")
same(imap.sort("SUBJECT", "UTF-8", "ALL"), ("OK", [b"3 2 1"]))
holds(str(imap.thread("REFERENCES", "UTF-8", "ALL")), "(1)(2)(3)")
same(imap.noop()[0], "OK")
holds(str(imap.fetch("1", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")), "9 sort")
with Lines(143) as idle:
    idle.expect("* OK")
    idle.send("a login ada lovelace")
    idle.until("a OK")
    idle.send("b select INBOX")
    idle.until("b OK")
    idle.ask("c idle", "+ idling")
    with smtplib.LMTP(HOST, port(24)) as lmtp:
        same(lmtp.sendmail("bob@example.test", ["ada"], "Subject: new\r\n\r\nbody\r\n"), {})
    idle.expect("* 4 EXISTS")
    idle.send("DONE")
    idle.until("c OK")
same(imap.store("1:*", "+FLAGS", "\\Deleted")[0], "OK")
same(imap.expunge()[0], "OK")
same(imap.delete("Done")[0], "OK")
same(imap.logout()[0], "BYE")
done()
