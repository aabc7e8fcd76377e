"""Faults while ``hardhull fix engine --apply`` is at work: the engine up, the same containers, the file whole.

    python bench/engine_faults.py [--kills 60] [--others 5]
    python bench/engine_faults.py --systemd ...     inside of a machine whose first process is systemd

As root. After every fault, without another command except where the guard was killed too: the engine answers, the
same containers run, daemon.json is byte for byte the old or the new one, and the engine follows it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Thread

from engine_ground import SERVE, SETTLE, Ground, UnderSystemd

from hardhull.engines.namespaces import within

OLD = b'{\n  "labels": ["kept=as it was"]\n}\n'
NEW = {"no-new-privileges": True, "debug": True, "bip": "172.31.9.1/24"}
APPLY = (
    "fix",
    "engine",
    "no-new-privileges=true",
    "debug=true",
    f"bip={NEW['bip']}",
    "--apply",
    "--allow",
    "restart",
    "-q",
)


def guards(parent: int) -> list[int]:
    """The guard beside a process of hardhull."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
            line = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if words[1] == str(parent) and b"deploy_guard" in line:
            found.append(int(path.parent.name))
    return found


class Series:
    """Faults on one engine, counted."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.counts: Counter[str] = Counter()
        self.wrong = 0
        self.number = 0

    def before(self) -> None:
        """Everything as at first."""
        self.containers = self.ground.running()
        self.shut = self.ground.file.read_bytes()
        assert self.shut == OLD, self.shut

    def after(self, what: str) -> None:
        """Waits until all is well, and says what became of the file."""
        begun = time.monotonic()
        state = "NOT WELL"
        why = ""
        while time.monotonic() - begun < SETTLE:
            why = self.ill()
            if not why:
                state = "as before" if self.ground.file.read_bytes() == OLD else "applied"
                break
            time.sleep(0.2)
        took = time.monotonic() - begun
        self.number += 1
        self.wrong += state == "NOT WELL"
        self.counts[f"{what.partition(' ')[0]}: {state}"] += 1
        print(f"{self.number:4} {what:40} {state:10} {took:5.1f} s {why}", flush=True)
        if state == "applied":
            code, _, err = self.ground.ran("undo", "--root", "/", "-q")
            assert code == 0, err
        if state == "NOT WELL":
            self.repair()

    def ill(self) -> str:
        """What is wrong; empty for nothing."""
        try:
            if not self.ground.docker("version", "-f", "{{.Server.Version}}", check=False):
                return "the engine does not answer"
            file = self.ground.file.read_bytes()
            if file != OLD and json.loads(file) != {**json.loads(OLD), **NEW}:
                return f"the file is neither: {file[:80]!r}"
            if file != OLD and list((self.ground.state / "hardhull" / ".hardhull" / "pending").glob("*")):
                return "the journal has something pending"
            info = self.ground.info()
            if info["Debug"] is not (file != OLD) or info["Labels"] != ["kept=as it was"]:
                return "the engine does not follow the file"
            if (self.ground.gateway() == "172.31.9.1") is not (file != OLD):
                return f"the bridge has another address than the file wants: {self.ground.gateway()}"
            if self.ground.running() != self.containers:
                return f"other containers run: {self.ground.running()}"
            extra = [path.name for path in self.ground.etc.iterdir() if "hardhull" in path.name]
            if extra:
                return f"left beside the file: {extra}"
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return repr(error)[:200]
        return ""

    def repair(self) -> None:
        """By hand, so that the series goes on."""
        self.ground.ran("undo", "--root", "/", "-q")
        self.ground.file.write_bytes(OLD)
        if self.ground.systemd:
            subprocess.run(["systemctl", "reset-failed", "docker.service", "docker.socket"], check=False)
        self.ground.start()
        for name in ("web", "db"):
            self.ground.docker("start", name, check=False)
        shutil.rmtree(self.ground.state / "hardhull" / ".hardhull", ignore_errors=True)


def killed(series: Series, chance: random.Random, whole: float, *, guard: bool) -> None:
    """SIGKILL at a random instant; with the guard too, the next command takes it back."""
    series.before()
    process = series.ground.hardhull(*APPLY)
    at = chance.uniform(0.3, whole)
    time.sleep(at)
    ended = process.poll() is not None
    if guard:
        for pid in guards(process.pid):
            os.kill(pid, signal.SIGKILL)
    process.kill()
    process.communicate()
    if guard:
        series.ground.ran("undo", "--root", "/", "-q")
        if not series.ground.wait(5):
            pass
    series.after(f"kill{'-both' if guard else ''} after {at:.2f} s{' (ended)' if ended else ''}")


def log_server_dies(series: Series) -> None:
    """It answers once, when it is asked whether it is there; the engine's first container finds nobody."""
    series.before()

    def listening() -> socket.socket:
        made = socket.socket()
        made.bind(("127.0.0.1", 0))
        made.listen()
        return made

    server = within(series.ground.net(), listening)

    def once() -> None:
        server.accept()[0].close()
        server.close()

    thread = Thread(target=once)
    thread.start()
    options = json.dumps({"syslog-address": f"tcp://127.0.0.1:{server.getsockname()[1]}"})
    words = ("log-driver=syslog", f"log-opts={options}", "--apply", "--allow", "restart", "-q")
    code, _, _ = series.ground.ran("fix", "engine", *words)
    thread.join()
    series.after(f"log-server dies, exit {code}")


def bad_value(series: Series) -> None:
    series.before()
    code, _, _ = series.ground.ran("fix", "engine", "log-opts.max-size=10q", "--apply", "--allow", "restart", "-q")
    series.after(f"bad-value, exit {code}")


def full_disk(series: Series) -> None:
    """No room beside the file."""
    series.before()
    filler = series.ground.etc / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            pass
    code, _, _ = series.ground.ran(*APPLY)
    filler.unlink()
    series.after(f"full-disk, exit {code}")


def read_only(series: Series) -> None:
    series.before()
    subprocess.run(["mount", "-o", "remount,ro", str(series.ground.etc)], check=True)
    code, _, _ = series.ground.ran(*APPLY)
    subprocess.run(["mount", "-o", "remount,rw", str(series.ground.etc)], check=True)
    series.after(f"read-only, exit {code}")


def becomes_read_only(series: Series, chance: random.Random, whole: float) -> None:
    """While it is at work; then it comes back."""
    series.before()
    process = series.ground.hardhull(*APPLY)
    time.sleep(chance.uniform(0.3, whole))
    subprocess.run(["mount", "-o", "remount,ro", str(series.ground.etc)], check=False, capture_output=True)
    process.communicate(timeout=300)
    subprocess.run(["mount", "-o", "remount,rw", str(series.ground.etc)], check=True)
    series.ground.ran("undo", "--root", "/", "-q") if (
        list((series.ground.state / "hardhull" / ".hardhull" / "pending").glob("*"))
    ) else None
    series.after(f"ro-midway, exit {process.returncode}")


def engine_killed(series: Series, chance: random.Random, whole: float) -> None:
    """The engine itself, by force, while hardhull is at work; without a service manager nobody else starts it."""
    series.before()
    process = series.ground.hardhull(*APPLY)
    time.sleep(chance.uniform(0.3, whole))
    with suppress(OSError, ValueError):
        os.kill(series.ground.pid(), signal.SIGKILL)
    process.communicate(timeout=300)
    if not series.ground.wait(5):
        series.ground.start()
    for name in ("web", "db"):
        series.ground.docker("start", name, check=False)  # a kill of the engine takes them with it: not ours
    series.after(f"engine-killed, exit {process.returncode}")


def start_limit(series: Series) -> None:
    """As many starts as systemd allows have been made already."""
    series.before()
    subprocess.run(["systemctl", "reset-failed", "docker.service"], check=False, capture_output=True)
    for _ in range(3):
        subprocess.run(["systemctl", "restart", "docker.service"], check=False, capture_output=True)
    series.ground.wait()
    for name in ("web", "db"):
        series.ground.docker("start", name, check=False)
    code, _, _ = series.ground.ran(*APPLY)
    series.after(f"start-limit, exit {code}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systemd", action="store_true")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--others", type=int, default=5)
    parser.add_argument("--limits", action="store_true", help="start limits only")
    options = parser.parse_args()
    ground = UnderSystemd() if options.systemd else Ground()
    chance = random.Random(7)  # noqa: S311  which instants
    series = Series(ground)
    try:
        ground.file.write_bytes(OLD)
        ground.docker("version")
        os.kill(ground.pid(), signal.SIGHUP)
        ground.image()
        ground.docker("run", "-d", "--name", "db", "--restart", "always", "bb:1", "sh", "-c", SERVE)
        ground.docker("run", "-d", "--name", "web", "-p", "18081:80", "bb:1", "sh", "-c", SERVE)
        series.before()
        begun = time.monotonic()
        code, _, err = ground.ran(*APPLY)
        whole = time.monotonic() - begun
        print(f"undisturbed: exit {code} in {whole:.1f} s {err}", flush=True)
        series.after("none")
        for number in range(max(options.kills, options.others)):
            if number < options.kills and not options.limits:
                killed(series, chance, whole, guard=number % 8 == 7)
            if number < options.others and options.limits:
                start_limit(series)
            elif number < options.others:
                bad_value(series)
                log_server_dies(series)
                full_disk(series)
                read_only(series)
                becomes_read_only(series, chance, whole)
                engine_killed(series, chance, whole)
                if ground.systemd:
                    start_limit(series)
    finally:
        for name in sorted(series.counts):
            print(f"{series.counts[name]:4} {name}")
        print(f"{series.number} faults, {series.wrong} not well")
        ground.stop()
    sys.exit(series.wrong > 0)


if __name__ == "__main__":
    main()
