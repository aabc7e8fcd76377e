"""Mail taken for a person here, also large and for many in turn, refused for others, and what a client may ask."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import smtplib

from _common.judge import HOST, done, holds, port, refused, same

with smtplib.SMTP(HOST, port(25), "client.example.test", timeout=10) as smtp:
    same(smtp.ehlo()[0], 250)
    holds(smtp.esmtp_features, "size")
    for number in range(15):
        text = f"From: bob@other.test\r\nTo: ada@example.test\r\nSubject: note {number}\r\n\r\nbody {number}\r\n"
        same(smtp.sendmail("bob@other.test", ["ada@example.test"], text), {})
    same(
        smtp.sendmail("bob@other.test", ["ada@example.test"], "Subject: large\r\n\r\n" + "line of text\r\n" * 20000), {}
    )
    refused(smtplib.SMTPRecipientsRefused, lambda: smtp.sendmail("bob@other.test", ["eve@elsewhere.test"], "x"))
    refused(smtplib.SMTPRecipientsRefused, lambda: smtp.sendmail("bob@other.test", ["nobody-here@example.test"], "x"))
    same(smtp.noop()[0], 250)
    same(smtp.vrfy("ada@example.test")[0] // 100, 2)
    same(smtp.rset()[0], 250)
    same(smtp.docmd("NONSENSE")[0] // 100, 5)
for number in range(5):
    with smtplib.SMTP(HOST, port(25), "client.example.test", timeout=10) as smtp:
        same(smtp.helo()[0], 250)
        same(smtp.sendmail("bob@other.test", ["ada@example.test"], f"Subject: {number}\r\n\r\nbody\r\n"), {})
done()
