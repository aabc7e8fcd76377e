"""Engines for the measurements of ``hardhull fix engine``: one without a service manager, and one under systemd."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from docker_engine import busybox_root, unmount

SRC = str(Path(__file__).parent.parent / "src")
SERVE = "trap 'exit 0' TERM; httpd -f -p 80 -h /etc & while :; do wait; done"
SETTLE = 60.0


class Ground:
    """One engine of our own, its file in a small file system that can be filled or made read-only."""

    systemd = False

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hhb", dir="/dev/shm"))
        self.network = f"hhb{os.getpid()}"
        self.etc, self.state = self.folder / "etc", self.folder / "state"
        self.etc.mkdir()
        self.state.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(self.etc)], check=True)
        subprocess.run(["ip", "netns", "add", self.network], check=True)
        subprocess.run(["ip", "-n", self.network, "link", "set", "lo", "up"], check=True)
        self.socket, self.file = self.folder / "sock", self.etc / "daemon.json"
        self.file.write_text("{}\n")
        self.start()

    @property
    def places(self) -> dict[str, Any]:
        """The keys that keep it apart from other engines."""
        return {
            "data-root": f"{self.folder}/data", "exec-root": f"{self.folder}/exec", "pidfile": f"{self.folder}/pid",
            "hosts": [f"unix://{self.socket}"],
        }  # fmt: skip

    def start(self) -> None:
        options = {**self.places, "host": self.places["hosts"][0]}
        options.pop("hosts")
        self.launch(*(word for name, value in options.items() for word in (f"--{name}", str(value))))

    def launch(self, *options: str) -> None:
        """Starts it with options, and waits until it answers."""
        words = [
            "nsenter", f"--net=/run/netns/{self.network}", "dockerd", "--config-file", str(self.file), *options,
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.wait()

    def wait(self, seconds: float = SETTLE) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.docker("version", "-f", "{{.Server.Version}}", check=False):
                return True
            time.sleep(0.05)
        return False

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "DOCKER_HOST": f"unix://{self.socket}", "XDG_STATE_HOME": str(self.state), "PYTHONPATH": SRC,
        }  # fmt: skip

    def docker(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["docker", *words], env=self.environment, capture_output=True, text=True, check=check, timeout=120
        )
        return done.stdout.strip()

    def image(self) -> None:
        archive = self.folder / "image.tar"
        archive.write_bytes(busybox_root())
        self.docker("import", str(archive), "bb:1")

    def hardhull(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "hardhull", *words], env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd="/",
        )  # fmt: skip

    def ran(self, *words: str) -> tuple[int, str, str]:
        process = self.hardhull(*words)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def info(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.docker("info", "-f", "{{json .}}"))
        return found

    def gateway(self) -> str:
        """The address of the engine's own bridge."""
        words = ("network", "inspect", "bridge", "-f", "{{range .IPAM.Config}}{{or .Gateway .Subnet}}{{end}}")
        return self.docker(*words)

    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def running(self) -> list[str]:
        return sorted(self.docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}").splitlines())

    def reached(self, port: int) -> bool:
        done = subprocess.run(
            ["nsenter", f"--net=/run/netns/{self.network}", "busybox", "nc", "-w", "1", "-z", "127.0.0.1", str(port)],
            capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def net(self) -> str:
        return f"/run/netns/{self.network}"

    def stop(self) -> None:
        with suppress(OSError, ValueError):
            pid = self.pid()
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + 30
            while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < end:
                if not Path(f"/proc/{pid}/cmdline").read_bytes():
                    break
                time.sleep(0.1)
        unmount(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run(["ip", "netns", "delete", self.network], check=False)


class UnderSystemd(Ground):
    """The engine that systemd runs on this machine: a container with systemd as its first process, see below."""

    systemd = True

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hhb"))
        self.etc, self.state = Path("/etc/docker"), self.folder / "state"
        self.state.mkdir()
        self.etc.mkdir(exist_ok=True)
        self.socket, self.file = Path("/run/docker.sock"), self.etc / "daemon.json"
        if not os.path.ismount(self.etc):
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(self.etc)], check=True)
        self.file.write_text("{}\n")
        subprocess.run(["systemctl", "restart", "docker.service"], check=True)
        self.wait()

    def start(self) -> None:
        subprocess.run(["systemctl", "start", "docker.service"], check=False)
        self.wait()

    def pid(self) -> int:
        done = subprocess.run(
            ["systemctl", "show", "-p", "MainPID", "--value", "docker.service"], capture_output=True, check=True
        )
        return int(done.stdout)

    def reached(self, port: int) -> bool:
        done = subprocess.run(
            ["busybox", "nc", "-w", "1", "-z", "127.0.0.1", str(port)], capture_output=True, check=False
        )
        return done.returncode == 0

    def net(self) -> str:
        return "/proc/self/ns/net"

    def stop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
