"""Kills ``hardhull prove`` at random instants: nothing of it may be left running, nothing of the user's may be touched.

    python bench/kill_prove.py [--kills 100] [--most SECONDS]

It wants root, libbpf, the engine that DOCKER_HOST names with an image ``hardhull-bench/nginx`` (bench/servers), and to
be run in that engine's network. Containers, networks and volumes that are there already are compared before and after.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MARK = f"HARDHULL_KILLED_BY={os.getpid()}".encode()
"""In the environment of what is killed, and of all that it starts."""
SETTLE = 60.0
"""Seconds that the guard is given."""


def docker(*words: str) -> list[str]:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return sorted(done.stdout.split("\n"))


def state() -> list[list[str]]:
    """What the engine has that is no run of ours, and whether it runs."""
    return [
        docker("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}} {{.Names}}"),
        docker("network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"),
        docker("volume", "ls", "--format", "{{.Name}}"),
    ]


def processes() -> set[int]:
    """What was started here and still runs: recorders, guards, commands."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = MARK in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if marked:
            found.add(int(folder.name))
    return found


def one(tree: Path, after: float) -> str:
    before = state()
    words = [sys.executable, "-m", "hardhull", "prove", f"{tree}:web", "--url", "http://localhost:80/", "-q"]
    marked = {**os.environ, "HARDHULL_KILLED_BY": str(os.getpid())}
    process = subprocess.Popen(words, env=marked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    ended = process.poll() is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    end = time.monotonic() + SETTLE
    while time.monotonic() < end:
        if state() == before and not processes():
            return "ended before" if ended else "clean"
        time.sleep(0.5)
    return f"LEFT: {[sorted(set(a) ^ set(b)) for a, b in zip(before, state(), strict=True)]} {processes()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--most", type=float, default=30.0)
    options = parser.parse_args()
    chance = random.Random(7)  # noqa: S311  which instants
    docker("run", "-d", "--name", "hh-bystander", "-v", "hh-bystander:/data", "hardhull-bench/nginx")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        (tree / ".git").mkdir()
        text = 'services:\n  web:\n    image: hardhull-bench/nginx\n    ports: ["80:80"]\n'
        (tree / "compose.yaml").write_text(text)
        counts: dict[str, int] = {}
        for number in range(options.kills):
            after = chance.uniform(0.1, options.most)
            verdict = one(tree, after)
            counts[verdict] = counts.get(verdict, 0) + 1
            print(f"{number + 1:3} killed after {after:5.1f} s: {verdict}", flush=True)
            assert (tree / "compose.yaml").read_text() == text
    docker("rm", "-f", "-v", "hh-bystander")
    docker("volume", "rm", "hh-bystander")
    print(counts)
    sys.exit(any(verdict.startswith("LEFT") for verdict in counts))


if __name__ == "__main__":
    main()
