"""Measured one way, the other way, over UDP, with several streams; a second client is refused meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
import subprocess

from _common.judge import HOST, done, port, same, true, until


def iperf(*words: str) -> dict[str, dict[str, dict[str, float]]]:
    command = ["iperf3", "--json", "--client", HOST, "--port", str(port(5201)), "--connect-timeout", "5000", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    same(ran.returncode, 0, ran.stdout[-300:])
    return json.loads(ran.stdout)


true(iperf("--bytes", "20M")["end"]["sum_sent"]["bytes"] >= 20_000_000, "everything arrives")
true(iperf("--bytes", "20M", "--reverse")["end"]["sum_sent"]["bytes"] >= 15_000_000, "the other way too")
true(iperf("--bytes", "20M", "--parallel", "4")["end"]["sum_sent"]["bytes"] > 10_000_000, "four streams")
until(  # a client that nobody gave time to measure says nothing of it, and ends with 0
    lambda: iperf("--udp", "--bytes", "1M", "--bitrate", "50M")["end"].get("sum", {}).get("bytes", 0),
    lambda size: size > 500_000,
    "over UDP",
)
done()
