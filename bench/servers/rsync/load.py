"""Listing, fetching, sending, changing and removing files; a module that is only read."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import subprocess
import tempfile

from _common.judge import HOST, done, holds, port, same

BASE = f"rsync://{HOST}:{port(873)}"


def rsync(*words: str, code: int = 0) -> str:
    ran = subprocess.run(
        ["rsync", "--contimeout=10", "--timeout=10", *words], capture_output=True, text=True, check=False
    )
    same(ran.returncode, code, f"{words} {ran.stderr}")
    return ran.stdout + ran.stderr


with tempfile.TemporaryDirectory() as name:
    here = Path(name)
    holds(rsync(f"{BASE}/"), "to read")
    holds(rsync(f"{BASE}/data/"), "numbers.txt")
    rsync("-a", f"{BASE}/data/", f"{here}/got/")
    same((here / "got/folder/small.txt").read_text(), "small\n")
    same(len((here / "got/numbers.txt").read_text().splitlines()), 20000)
    send = here / "send"
    send.mkdir()
    for number in range(30):
        (send / f"f{number}").write_text(f"file {number}\n" * 500)
    rsync("-rtz", f"{send}/", f"{BASE}/drop/")
    (send / "f3").write_text("changed\n")
    (send / "f4").unlink()
    holds(rsync("-rtzv", "--delete", f"{send}/", f"{BASE}/drop/"), "deleting f4")
    rsync("-rt", f"{BASE}/drop/", f"{here}/back/")
    same(sorted(path.name for path in (here / "back").iterdir()), sorted(path.name for path in send.iterdir()))
    same((here / "back/f3").read_text(), "changed\n")
    holds(rsync("-a", f"{send}/", f"{BASE}/data/", code=1), "read only")
    holds(rsync(f"{BASE}/missing/", code=5), "Unknown module")
    (here / "empty").mkdir()
    rsync("-r", "--delete", f"{here}/empty/", f"{BASE}/drop/")
done()
