"""Folders and files made, checked out, changed, compared, copied, locked and removed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import subprocess
import tempfile

from _common.judge import HOST, done, holds, port, same

BASE = f"svn://{HOST}:{port(3690)}"


def svn(*words: str, code: int = 0) -> str:
    ran = subprocess.run(["svn", "--non-interactive", *words], capture_output=True, text=True, check=False, timeout=30)
    same(ran.returncode, code, f"{words} {ran.stderr}")
    return ran.stdout + ran.stderr


with tempfile.TemporaryDirectory() as name:
    work = f"{name}/work"
    holds(svn("mkdir", "-m", "made", f"{BASE}/trunk"), "Committed")
    svn("checkout", "-q", f"{BASE}/trunk", work)
    Path(work, "numbers.txt").write_text("".join(f"{n}\n" for n in range(5000)))
    svn("add", "-q", f"{work}/numbers.txt")
    holds(svn("commit", "-m", "first", work), "Committed revision")
    with Path(work, "numbers.txt").open("a") as file:
        file.write("more\n")
    holds(svn("diff", work), "+more")
    holds(svn("commit", "-m", "second", work), "Committed revision")
    holds(svn("copy", "-m", "branch", f"{BASE}/trunk", f"{BASE}/branch"), "Committed")
    holds(svn("list", BASE), "branch/")
    same(len(svn("cat", f"{BASE}/branch/numbers.txt").splitlines()), 5001)
    holds(svn("log", "-v", f"{BASE}/trunk"), "second")
    holds(svn("blame", f"{BASE}/trunk/numbers.txt"), "more")
    svn("update", "-q", "-r", "2", work)
    holds(svn("info", f"{BASE}/missing", code=1), "E200009")
    for folder in ("trunk", "branch"):
        holds(svn("delete", "-m", "gone", f"{BASE}/{folder}"), "Committed")
done()
