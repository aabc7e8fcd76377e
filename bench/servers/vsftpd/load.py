"""Files sent, listed, renamed, resumed, fetched and removed, folders, and refused passwords."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import ftplib
import io

from _common.judge import HOST, done, holds, port, refused, same


def session(user: str = "ada", password: str = "lovelace") -> ftplib.FTP:
    made = ftplib.FTP(timeout=10)
    made.connect(HOST, port(21))
    holds(made.login(user, password), "230")
    return made


ftp = session()
data = b"d" * 300_000
holds(ftp.storbinary("STOR note.bin", io.BytesIO(data)), "226")
same(ftp.size("note.bin"), len(data))
back = bytearray()
holds(ftp.retrbinary("RETR note.bin", back.extend), "226")
same(bytes(back), data)
rest = bytearray()
holds(ftp.retrbinary("RETR note.bin", rest.extend, rest=299_990), "226")
same(bytes(rest), b"d" * 10)
same(ftp.mkd("folder").endswith("folder"), True)
holds(ftp.rename("note.bin", "folder/moved.bin"), "250")
holds(ftp.cwd("folder"), "250")
same(ftp.nlst(), ["moved.bin"])
lines: list[str] = []
holds(ftp.retrlines("LIST", lines.append), "226")
holds(lines[-1], "moved.bin")
holds(ftp.storlines("APPE text.txt", io.BytesIO(b"one\ntwo\n")), "226")
lines = []
holds(ftp.retrlines("RETR text.txt", lines.append), "226")
same(lines, ["one", "two"])
for name in ("moved.bin", "text.txt"):
    holds(ftp.delete(name), "250")
holds(ftp.cwd(".."), "250")
holds(ftp.rmd("folder"), "250")
refused(ftplib.error_perm, lambda: ftp.size("note.bin"))
holds(ftp.sendcmd("SYST"), "215 UNIX")
holds(ftp.quit(), "221")
refused(ftplib.error_perm, lambda: session("ada", "wrong"))
done()
