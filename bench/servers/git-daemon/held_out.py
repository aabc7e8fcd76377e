"""What load.py does not do: tags, forced and refused pushes, filters, the older protocol, archives of many files."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import os
import subprocess
import tempfile

from _common.judge import HOST, done, holds, port, same

BASE = f"git://{HOST}:{port(9418)}"
ENV = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "ada",
    "GIT_AUTHOR_EMAIL": "a@example.test",
    "GIT_COMMITTER_NAME": "ada",
    "GIT_COMMITTER_EMAIL": "a@example.test",
}


def git(*words: str, code: int = 0) -> str:
    ran = subprocess.run(["git", *words], capture_output=True, text=True, check=False, env=ENV, timeout=30)
    same(ran.returncode, code, f"{words} {ran.stderr}")
    return ran.stdout + ran.stderr


with tempfile.TemporaryDirectory() as name:
    holds(git("-c", "protocol.version=0", "ls-remote", f"{BASE}/bench.git"), "refs/heads/main")
    git("-c", "protocol.version=1", "clone", "-q", "--bare", f"{BASE}/bench.git", f"{name}/bare")
    work = f"{name}/work"
    git("clone", "-q", f"{BASE}/bench.git", work)
    git("-C", work, "checkout", "-q", "-b", "many")
    for number in range(300):
        Path(work, f"f{number}").write_text(f"{number}\n" * number)
    git("-C", work, "add", ".")
    git("-C", work, "commit", "-q", "-m", "many")
    git("-C", work, "tag", "-a", "v2", "-m", "two")
    git("-C", work, "push", "-q", "--follow-tags", "origin", "many")
    git("-C", work, "commit", "-q", "--amend", "-m", "other")
    holds(git("-C", work, "push", "origin", "many", code=1), "rejected")
    git("-C", work, "push", "-q", "--force", "origin", "many")
    git("-C", work, "fetch", "-q", "--tags", "--prune")
    holds(git("ls-remote", "--tags", f"{BASE}/bench.git"), "refs/tags/v2^{}")
    git("-C", work, "push", "-q", "origin", ":many", ":v2")
    git("-C", work, "fetch", "-q", "--deepen=1")
done()
