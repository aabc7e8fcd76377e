"""CPU seconds and peak memory of whole processes, ours beside a peer in the same run; medians and the ratio.

    python bench/run.py --corpus DIR [--runs 5]

Peers are measured where they are on PATH (hadolint, checkov, trivy); the rest is said to be absent.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

DOCKERFILE = (
    b"FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl\nCOPY . /app\nCMD python /app/main.py\n"
)

TRIVY = ("--skip-check-update", "--skip-version-check", "--disable-telemetry")
"""Trivy asks the network for newer checks otherwise; with these it uses those that it was built with."""


class Cost(NamedTuple):
    cpu: float
    peak_mb: float
    status: int


def measure(command: list[str], folder: Path) -> Cost:
    """One run of a command: user and system seconds, and the peak memory of its largest process."""
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: nobody compiles at every start
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.execvp(command[0], command)  # noqa: S606  the point is to measure that program
    _, status, usage = os.wait4(child, 0)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))


def compare(title: str, ours: list[str], peers: dict[str, list[str]], folder: Path, runs: int) -> None:
    """Runs all commands in turn, after one warm-up each, and prints their medians."""
    commands = {"hardhull": ours, **{name: peer for name, peer in peers.items() if shutil.which(peer[0])}}
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            cost = measure(command, folder)
            if turn:
                costs[name].append(cost)
    base = statistics.median(cost.cpu for cost in costs["hardhull"])
    print(f"\n{title}")
    for name, measured in costs.items():
        cpu = statistics.median(cost.cpu for cost in measured)
        memory = statistics.median(cost.peak_mb for cost in measured)
        codes = sorted({cost.status for cost in measured})
        print(f"  {name:10} {cpu:7.3f} CPU-s  {memory:6.0f} MB  {cpu / base:6.1f}x  exit {codes}")
    for name in sorted(peers.keys() - commands.keys()):
        print(f"  {name:10} not installed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="a folder of real projects")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    ours = [sys.executable, "-m", "hardhull"]
    entry = Path(sys.executable).with_name("hardhull")
    if entry.exists():
        ours = [str(entry)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Dockerfile").write_bytes(DOCKERFILE)
        compare("--version", [*ours, "--version"], {"hadolint": ["hadolint", "--version"]}, folder, options.runs)
        one = {
            "hadolint": ["hadolint", "Dockerfile"],
            "checkov": ["checkov", "--framework", "dockerfile", "-f", "Dockerfile", "--compact", "--quiet"],
            "trivy": ["trivy", "config", *TRIVY, "Dockerfile"],
        }
        compare("one Dockerfile", [*ours, "scan", "Dockerfile"], one, folder, options.runs)
    if options.corpus is None:
        print("\nno --corpus given: the run over many files was not measured")
        return
    many = {
        "checkov": ["checkov", "--framework", "dockerfile", "kubernetes", "-d", ".", "--compact", "--quiet"],
        "trivy": ["trivy", "config", *TRIVY, "."],
    }
    ours_many = [*ours, "scan", ".", "--format", "json"]
    compare(f"all of {options.corpus}", ours_many, many, options.corpus.resolve(), options.runs)


if __name__ == "__main__":
    main()
