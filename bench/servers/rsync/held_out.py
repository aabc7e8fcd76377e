"""What load.py does not do: links, sparse and partial files, checksums, filters, modes and times kept, backups."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import os
import subprocess
import tempfile

from _common.judge import HOST, done, holds, port, same

BASE = f"rsync://{HOST}:{port(873)}"


def rsync(*words: str) -> str:
    ran = subprocess.run(
        ["rsync", "--contimeout=10", "--timeout=10", *words], capture_output=True, text=True, check=False
    )
    same(ran.returncode, 0, f"{words} {ran.stderr}")
    return ran.stdout


with tempfile.TemporaryDirectory() as name:
    send = Path(name, "send")
    send.mkdir()
    (send / "target").write_text("t" * 1000)
    (send / "link").symlink_to("target")
    os.link(send / "target", send / "hard")
    with (send / "sparse").open("wb") as file:
        file.truncate(5_000_000)
    (send / "target").chmod(0o640)
    rsync("-aHSX", "--chmod=F644", f"{send}/", f"{BASE}/drop/")
    holds(rsync("-r", "-i", "--checksum", "--links", "--dry-run", f"{send}/", f"{BASE}/drop/") + "none", "none")
    (send / "target").write_text("u" * 1000)
    rsync("-a", "--inplace", "--no-whole-file", f"{send}/", f"{BASE}/drop/")
    rsync("-a", "--backup", "--suffix=.old", "--checksum", "--exclude=sparse", f"{send}/", f"{BASE}/drop/")
    rsync("-a", "--append-verify", "--bwlimit=100000", f"{BASE}/data/numbers.txt", f"{name}/n")
    same(len(Path(name, "n").read_text().splitlines()), 20000)
    holds(rsync("-r", "--list-only", f"{BASE}/drop/"), "link")
    rsync("-a", "--partial", "--delay-updates", f"{BASE}/drop/", f"{name}/back/")
    same(Path(name, "back/target").read_text(), "u" * 1000)
    Path(name, "empty").mkdir()
    rsync("-r", "--delete-after", f"{name}/empty/", f"{BASE}/drop/")
done()
