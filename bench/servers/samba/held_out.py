"""What load.py does not do: older dialects, encryption, modes and times, large files in parts, space, several sessions."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import subprocess
import tempfile

from _common.judge import HOST, done, holds, port, same


def smb(*words: str) -> str:
    command = ["smbclient", f"//{HOST}/share", "-p", str(port(445)), "-U", "ada%lovelace", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    same(ran.returncode, 0, f"{words} {ran.stdout} {ran.stderr}")
    return ran.stdout + ran.stderr


with tempfile.TemporaryDirectory() as name:
    file = Path(name, "f")
    file.write_bytes(bytes(range(256)) * 20_000)
    smb("-m", "SMB2", "-c", f"put {file} two; ls two")
    smb("--client-protection=encrypt", "-c", f"get two {name}/back")
    same(Path(name, "back").read_bytes(), file.read_bytes())
    holds(smb("-c", "du"), "blocks")
    holds(smb("-c", "volume"), "share")
    smb("-c", f"reput {file} two")
    smb("-c", "mkdir a; mkdir a\\b; cd a\\b; cd ..\\..; rmdir a\\b; rmdir a")
    smb(
        "-c",
        "setmode two +r; setmode two -r; utimes two 2020:01:01-00:00:00 2020:01:01-00:00:00 2020:01:01-00:00:00 2020:01:01-00:00:00",
    )
    holds(smb("-c", "allinfo two"), "2020")
    holds(smb("-c", "showacls; ls"), "two")
    smb("-c", "hardlink two three; del two; del three")
done()
