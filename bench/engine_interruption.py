"""What a change of each setting interrupts: predicted by the plan, and measured from inside the engine's network.

    nice -n -5 python bench/engine_interruption.py [KEY...]

As root. For each key of daemon.json, with live-restore on and off, with and without containers: the way that the plan
names and its seconds, beside the longest time without an answer of the engine, of a container at its own address, and
of a published port, asked every 20 ms. What the plan refuses must leave all of them alone.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

from engine_ground import SERVE, Ground
from engine_settings import around, changes

from hardhull.engines.namespaces import within
from hardhull.engines.shadow import answers

EVERY = 0.02
SHORT = 0.35
"""Seconds: the longest absence that a busy machine explains."""
SEEN = 0.1
"""Seconds: the shortest that is one, five times without an answer."""


class Inside(Ground):
    """An engine that has its places from its file, so that they can be changed there."""

    def start(self) -> None:
        self.folder.chmod(0o711)  # users of containers may be others
        self.file.write_text(json.dumps(self.places, indent=2) + "\n")
        self.launch()

    def bridge(self) -> list[str]:
        """The addresses of its own bridge."""
        words = ["ip", "-n", self.network, "-o", "-4", "address", "show", "dev", "docker0"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return [row.split()[3] for row in done.stdout.splitlines()]

    def begin(self, content: dict[str, Any]) -> None:
        """Starts it anew with another file."""
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        command = Path(f"/proc/{pid}/cmdline")
        while (
            command.exists() and command.read_bytes()
        ):  # one that has ended, and of which nobody took notice, has none
            time.sleep(0.05)
        self.file.write_text(json.dumps(content, indent=2) + "\n")
        self.launch()


def port_open(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 0.3).close()
    except OSError:
        return False
    return True


class Prober:
    """Asks again and again, and keeps the longest time without an answer."""

    def __init__(self, ground: Ground, address: str, port: int) -> None:
        self.ground, self.address, self.port = ground, address, port
        self.end = Event()
        self.longest = 0.0
        self.thread = Thread(target=lambda: within(ground.net(), self.run))
        self.thread.start()

    def ask(self) -> bool:
        return answers(str(self.ground.socket)) if not self.port else port_open(self.address, self.port)

    def run(self) -> None:
        last = time.monotonic()
        while not self.end.is_set():
            if self.ask():
                self.longest = max(self.longest, time.monotonic() - last - EVERY)
                last = time.monotonic()
            time.sleep(EVERY)
        self.longest = max(self.longest, time.monotonic() - last - EVERY)

    def result(self) -> float:
        self.end.set()
        self.thread.join()
        return max(self.longest, 0.0)


class Row(NamedTuple):
    """What one change does.

    Attributes:
        right: whether every absence that was told was measured, and no other.
        refused: whether the plan refused it, so that nothing is touched.
        away: predicted and measured seconds without an answer of the engine.
    """

    right: bool
    refused: bool
    away: tuple[float, float]


def predicted(plan: dict[str, Any]) -> dict[str, float]:
    """Seconds without an answer, by what is asked; ``inf`` for what comes back only when it is undone."""
    if plan["refused"]:
        return dict.fromkeys(("engine", "container", "port"), 0.0)
    seconds = plan["seconds"]
    gone = math.inf if plan["hidden"] and plan["stopped"] else seconds["containers"]
    return {"engine": seconds["away"], "container": gone, "port": max(seconds["ports"], gone)}


def one(ground: Inside, settings: list[str], base: dict[str, Any], *, containers: bool) -> Row:
    code, out, err = ground.ran("fix", "engine", *settings, "--format", "json")
    assert code in {0, 1}, err + out
    plan = json.loads(out)
    told = predicted(plan)
    probers = {"engine": Prober(ground, "", 0)}
    if containers:
        address = ground.docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "web")
        probers["container"] = Prober(ground, address, 80)
        probers["port"] = Prober(ground, "127.0.0.1", 18082)
    time.sleep(0.5)
    before, bridge = ground.file.read_bytes(), ground.bridge()
    allow = [word for each in plan["allow"] for word in ("--allow", each)]
    code, _, err = ground.ran("fix", "engine", *settings, "--apply", *allow, "-q")
    measured = {name: prober.result() for name, prober in probers.items()}
    as_told = code == (1 if plan["refused"] else 0) and (not plan["refused"] or ground.file.read_bytes() == before)
    right = as_told and all(fits(told[name], seconds) for name, seconds in measured.items())
    way = "refused" if plan["refused"] else plan["way"]
    why = (plan["refused"] or [{"why": ""}])[0]["why"] or (err if code else "")
    row = "  ".join(f"{name} {told[name]:4.1f} / {measured[name]:4.1f} s" for name in measured)
    words = f"{'live-restore' if base.get('live-restore') else '':13}{'containers' if containers else '':11}"
    shown = " ".join(settings).replace(str(ground.folder), "")[:44]
    print(f"{'right' if right else 'WRONG'} {shown:45} {words} {way:27} {row}  {why[:150]!r}", flush=True)
    if not code and not plan["refused"] and plan["way"] != "nothing":
        code, _, err = ground.ran("undo", "--root", "/", "-q")
        assert code == 0, err
    assert json.loads(ground.file.read_bytes()) == base
    assert ground.bridge() == bridge, (ground.bridge(), bridge)
    if containers:
        assert [each.split()[1] for each in ground.running()] == ["web"], ground.running()
        ground.docker("exec", "web", "true")
    return Row(right, bool(plan["refused"]), (told["engine"], measured["engine"]))


def fits(told: float, measured: float) -> bool:
    """What was said to go on was not away for longer than a busy machine explains, and what was said to be away was."""
    return measured > SEEN if told else measured <= SHORT


def main() -> None:
    ground = Inside()
    rows: list[Row] = []
    asked = set(sys.argv[1:])
    try:
        ground.image()
        with around(ground):
            for live in (True, False):
                base = {**ground.places, **({"live-restore": True} if live else {})}
                ground.begin(base)
                for containers in (False, True):
                    if containers:
                        ground.docker("run", "-d", "--name", "web", "-p", "18082:80", "bb:1", "sh", "-c", SERVE)
                    for name, settings in changes(ground, live=live):
                        if not asked or name in asked:
                            rows.append(one(ground, settings, base, containers=containers))
                ground.docker("rm", "-f", "web")
    finally:
        right = sum(row.right for row in rows)
        off = [abs(row.away[0] - row.away[1]) for row in rows if row.away[0]]
        print(f"predicted / measured: {right} of {len(rows)} right, {sum(row.refused for row in rows)} of them refused "
              f"before anything is touched; the engine's absence is off by {statistics.median(off or [0]):.1f} s "
              f"(median), {max(off or [0]):.1f} s at most")  # fmt: skip
        ground.stop()


if __name__ == "__main__":
    main()
