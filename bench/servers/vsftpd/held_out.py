"""What load.py does not do: an anonymous guest, active transfers, times, modes, features, a broken transfer."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import ftplib
import io

from _common.judge import HOST, done, holds, port, refused, same

guest = ftplib.FTP(timeout=10)
guest.connect(HOST, port(21))
holds(guest.login("anonymous", "a@example.test"), "230")
same(guest.nlst(), ["public.txt"])
lines: list[str] = []
holds(guest.retrlines("RETR public.txt", lines.append), "226")
same(lines, ["public"])
refused(ftplib.error_perm, lambda: guest.storbinary("STOR no", io.BytesIO(b"x")))
holds(guest.quit(), "221")
ftp = ftplib.FTP(timeout=10)
ftp.connect(HOST, port(21))
holds(ftp.login("ada", "lovelace"), "230")
ftp.set_pasv(False)
holds(ftp.storbinary("STOR active.bin", io.BytesIO(b"a" * 1000)), "226")
holds(ftp.sendcmd("MDTM active.bin"), "213 20")
holds(ftp.sendcmd("SITE CHMOD 600 active.bin"), "200")
holds(ftp.sendcmd("FEAT"), "MDTM")
holds(ftp.sendcmd("STAT"), "211")
holds(ftp.sendcmd("PWD"), "257")
holds(ftp.sendcmd("NOOP"), "200")
refused(ftplib.error_perm, lambda: ftp.cwd("nowhere"))
refused(ftplib.error_perm, lambda: ftp.sendcmd("NONSENSE"))
holds(ftp.delete("active.bin"), "250")
ftp.close()
done()
