"""What a change of one setting interrupts: predicted by the plan, and measured from inside the engine's network.

    python bench/engine_interruption.py

As root. For each key, with live-restore on and off, with and without containers: the way that the plan names and its
seconds, beside the longest time without an answer of the engine, of a container at its own address, and of a
published port, asked every 20 ms.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from threading import Event, Thread

from engine_ground import SERVE, Ground

from hardhull.engines.namespaces import within
from hardhull.engines.shadow import answers

SETTINGS = (
    'labels=["a=b"]', "debug=true", "no-new-privileges=true", "log-opts.max-size=9m", "icc=false",
    "userland-proxy=false", "default-shm-size=32m", "shutdown-timeout=20",
)  # fmt: skip
EVERY = 0.02


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


def one(ground: Ground, setting: str, *, live: bool, containers: bool) -> tuple[bool, float]:
    base = {"live-restore": True} if live else {}
    ground.file.write_text(json.dumps(base, indent=2) + "\n")
    code, out, err = ground.ran("fix", "engine", setting, "--format", "json")
    assert code == 0, err + out
    plan = json.loads(out)
    expected = plan["seconds"]
    probers = {"engine": Prober(ground, "", 0)}
    if containers:
        address = ground.docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "web")
        probers["container"] = Prober(ground, address, 80)
        probers["port"] = Prober(ground, "127.0.0.1", 18082)
    time.sleep(0.5)
    code, _, err = ground.ran("fix", "engine", setting, "--apply", "--allow", "restart", "-q")
    measured = {name: prober.result() for name, prober in probers.items()}
    told = {
        "engine": expected["away"],
        "container": expected["containers"],
        "port": max(expected["ports"], expected["containers"]),
    }
    # what was said to go on must not have been away for longer than a busy machine explains; what was said to be away was
    right = code == 0 and all((measured[name] > 0.35) == (told[name] > 0) for name in measured)
    row = "  ".join(f"{name} {told[name]:4.1f} / {measured[name]:4.1f} s" for name in measured)
    words = f"{'live-restore' if live else '':13}{'containers' if containers else '':11}"
    print(f"{'right' if right else 'WRONG'} {setting:28} {words} {plan['way']:27} {row} {err[:80]}", flush=True)
    code, _, err = ground.ran("undo", "--root", "/", "-q")
    assert code == 0, err
    return right, abs(told["engine"] - measured["engine"])


def main() -> None:
    ground = Ground()
    wrong, off = 0, []
    try:
        ground.image()
        for live in (True, False):
            ground.file.write_text(json.dumps({"live-restore": True} if live else {}, indent=2) + "\n")
            os.kill(ground.pid(), signal.SIGTERM)
            time.sleep(3)
            ground.start()
            for containers in (False, True):
                if containers:
                    ground.docker("run", "-d", "--name", "web", "-p", "18082:80", "bb:1", "sh", "-c", SERVE)
                for setting in SETTINGS:
                    right, error = one(ground, setting, live=live, containers=containers)
                    wrong += not right
                    off.append(error)
            ground.docker("rm", "-f", "web")
    finally:
        print(
            f"predicted / measured; {len(off) - wrong} of {len(off)} kinds of interruption right; the engine's absence is off by {sum(off) / max(len(off), 1):.2f} s on average"
        )
        ground.stop()


if __name__ == "__main__":
    main()
