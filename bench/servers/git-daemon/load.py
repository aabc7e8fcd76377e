"""Listing, cloning, a shallow clone, pushing, fetching, and a repository that is not there."""

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
    holds(git("ls-remote", f"{BASE}/bench.git"), "refs/tags/v1")
    for number in range(5):
        git("clone", "-q", f"{BASE}/bench.git", f"{name}/c{number}")
    same(len(Path(name, "c0/numbers.txt").read_text().splitlines()), 5001)
    git("clone", "-q", "--depth=1", f"{BASE}/bench.git", f"{name}/shallow")
    same(git("-C", f"{name}/shallow", "rev-list", "--count", "HEAD").strip(), "1")
    Path(name, "c0/new.txt").write_text("new\n" * 1000)
    git("-C", f"{name}/c0", "checkout", "-q", "-b", "topic")
    git("-C", f"{name}/c0", "add", ".")
    git("-C", f"{name}/c0", "commit", "-q", "-m", "new")
    git("-C", f"{name}/c0", "push", "-q", "origin", "topic")
    git("-C", f"{name}/c1", "fetch", "-q")
    same(git("-C", f"{name}/c1", "show", "origin/topic:new.txt"), "new\n" * 1000)
    git("-C", f"{name}/c0", "push", "-q", "origin", ":topic")
    holds(git("ls-remote", f"{BASE}/missing.git", code=128), "access denied")
done()
