"""Shares listed, files put, listed, fetched, renamed and removed, folders, and refused people."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import subprocess
import tempfile

from _common.judge import HOST, done, holds, port, same


def smb(*words: str, password: str = "lovelace", code: int = 0) -> str:
    command = ["smbclient", "-p", str(port(445)), "-U", f"ada%{password}", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    same(ran.returncode, code, f"{words} {ran.stdout} {ran.stderr}")
    return ran.stdout + ran.stderr


share = f"//{HOST}/share"
with tempfile.TemporaryDirectory() as name:
    big = Path(name, "big.bin")
    big.write_bytes(b"b" * 2_000_000)
    holds(smb("-L", f"//{HOST}"), "share")
    smb(share, "-c", f"put {big} big.bin; mkdir folder; rename big.bin folder\\moved.bin")
    holds(smb(share, "-c", "cd folder; ls"), "moved.bin")
    smb(share, "-c", f"get folder\\moved.bin {name}/back.bin")
    same(Path(name, "back.bin").read_bytes(), big.read_bytes())
    smb(share, "-c", f"cd folder; lcd {name}; recurse on; prompt off; mput *.bin")
    holds(smb(share, "-c", "allinfo folder\\big.bin"), "altname")
    smb(share, "-c", "cd folder; setmode big.bin +h; del big.bin; del moved.bin; del back.bin; cd ..; rmdir folder")
    holds(smb(share, "-c", "ls missing", code=1), "NT_STATUS_NO_SUCH_FILE")
holds(smb(share, "-c", "ls", password="wrong", code=1), "NT_STATUS_LOGON_FAILURE")
holds(smb(f"//{HOST}/nowhere", "-c", "ls", code=1), "NT_STATUS_BAD_NETWORK_NAME")
done()
