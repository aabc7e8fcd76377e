"""Builds a Dockerfile before and after it was fixed, starts both images, and looks at them from outside."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker_engine import Engine

WAIT_SECONDS = 20
_ASK = (
    "import sys, urllib.request as u\n"
    "r = u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=2); print(r.status, r.read().decode())"
)


class Case(NamedTuple):
    """One Dockerfile and how its image is looked at.

    Attributes:
        name: what it is about.
        text: the Dockerfile.
        rules: names of the rules whose fixes are made; empty for all.
        files: the build context.
        port: where its server answers; 0 for a program that ends by itself.
        uid: who its first process is afterwards; None where that stays as it was.
        command: in place of the image's own.
        differs: what of the output is meant to differ: before and after.
        hidden: a text that the history shows before, and not afterwards.
    """

    name: str
    text: str
    rules: tuple[str, ...] = ()
    files: Mapping[str, bytes] = {}
    port: int = 0
    uid: int | None = None
    command: tuple[str, ...] = ()
    differs: tuple[str, str] = ("", "")
    hidden: str = ""


class Seen(NamedTuple):
    """What a container did: its server's answer, or its output and exit code, and who its first process was."""

    answer: str
    output: str
    code: int | None
    uid: int | None


def look(engine: Engine, image: str, case: Case) -> Seen:
    """Starts a container and looks at it until its server answers or its program ends."""
    body: dict[str, Any] = {"Image": image}
    if case.command:
        body["Cmd"] = list(case.command)
    name = engine.send("POST", "/containers/create", **body)["Id"]
    try:
        engine.send("POST", f"/containers/{name}/start")
        seen = _asked(engine, name, case.port) if case.port else None
        return seen or _ended(engine, name)
    finally:
        engine.call("DELETE", f"/containers/{name}", {"force": "1", "v": "1"})


def _asked(engine: Engine, name: str, port: int) -> Seen | None:
    """The answer of a server, None where the container ends without one."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        state = engine.send("GET", f"/containers/{name}/json")
        if not state["State"]["Running"]:
            return None
        url = f"http://{state['NetworkSettings']['IPAddress']}:{port}/"
        command = ["nsenter", f"--net=/run/netns/{engine.namespace}", sys.executable, "-I", "-c", _ASK, url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.returncode:
            return Seen(done.stdout.strip(), "", None, uid_of(state["State"]["Pid"]))
        time.sleep(0.1)
    raise AssertionError("no answer: " + _log(engine, name))


def _ended(engine: Engine, name: str) -> Seen:
    code = engine.send("POST", f"/containers/{name}/wait")["StatusCode"]
    return Seen("", _log(engine, name), code, None)


def _log(engine: Engine, name: str) -> str:
    """Both streams; each line has 8 bytes in front of it that say which and how long."""
    data, text = engine.call("GET", f"/containers/{name}/logs", {"stdout": "1", "stderr": "1"}), []
    while len(data) >= 8:
        size = int.from_bytes(data[4:8], "big")
        text.append(data[8 : 8 + size].decode(errors="replace"))
        data = data[8 + size :]
    return "".join(text)


def uid_of(pid: int) -> int:
    """The effective user of a process, from its status."""
    from pathlib import Path

    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("Uid:")).split()[2])
