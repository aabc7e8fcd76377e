"""Containers to look at: a hardened one, and what is made of it; started on an engine of the tests."""

from __future__ import annotations

import copy
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from hardhull.hosts.document import collect
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.scan import Options, examine
from hardhull.scan.discover import Candidate, Discovery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docker_engine import Engine
    from hardhull.model.result import Found, Result

MIB = 1 << 20
NETWORK = "apart"
HARDENED: dict[str, Any] = {
    "Image": "registry.example.com/team/app:1.4.2",
    "Cmd": ["sleep", "1000000"],
    "User": "1000:1000",
    "Healthcheck": {"Test": ["CMD", "test", "-e", "/etc/passwd"], "Interval": 30_000_000_000, "Retries": 3},
    "HostConfig": {
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "Memory": 32 * MIB,
        "MemorySwap": 32 * MIB,
        "NanoCpus": 200_000_000,
        "PidsLimit": 64,
        "CgroupnsMode": "private",
        "IpcMode": "private",
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
        "Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}],
        "NetworkMode": NETWORK,
    },
}
"""A container of which nothing is left to say but that its image has no digest."""


def body(config: dict[str, Any] | None = None, **host: Any) -> dict[str, Any]:
    """A create body: the hardened one with other settings; None takes one away."""
    made = copy.deepcopy(HARDENED)
    for target, changes in ((made, config or {}), (made["HostConfig"], host)):
        for key, value in changes.items():
            if value is None:
                target.pop(key, None)
            else:
                target[key] = value
    return made


def prepare(engine: Engine) -> None:
    """The image and the network that the containers use."""
    engine.add_image(HARDENED["Image"])
    engine.send("POST", "/networks/create", Name=NETWORK)


def start(engine: Engine, name: str, made: dict[str, Any]) -> str:
    """Creates and starts a container, and waits until its first process is its program; its id.

    The engine says started while that is still runc, which has not yet loaded a filter.
    """
    identifier: str = engine.send("POST", f"/containers/create?name={name}", **made)["Id"]
    engine.call("POST", f"/containers/{identifier}/start")
    wait_for_its_program(pid_of(engine, identifier))
    return identifier


def wait_for_its_program(pid: int) -> None:
    """Returns when a container's first process is no longer runc."""
    comm, end = Path(f"/proc/{pid}/comm"), time.monotonic() + 30
    while (now := comm.read_text(encoding="utf-8").strip()).startswith("runc"):
        assert time.monotonic() < end, f"the first process is still {now!r}"
        time.sleep(0.01)


def remove(engine: Engine, names: Iterable[str]) -> None:
    """Removes containers at once."""
    for name in names:
        engine.call("DELETE", f"/containers/{name}?force=1&v=1")


def pid_of(engine: Engine, name: str) -> int:
    """The first process of a container."""
    pid: int = json.loads(engine.call("GET", f"/containers/{name}/json"))["State"]["Pid"]
    return pid


def facts(engine: Engine, *targets: str, names: tuple[str, ...] = ()) -> bytes:
    """The document of facts about the machine, as the engine of the tests and this kernel say."""
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}"}):
        return collect(targets, names)


def judged(document: bytes, root: Path) -> Result:
    """What the rules say of a document."""
    found = Discovery(root, [Candidate(Source("live", document), ("live",))], [])
    return examine(found, Policy(), Options(strict=True, today="2026-01-01")).result


class Seen(NamedTuple):
    """One finding: its rule, and what proves it: where it was read, what, and the value."""

    rule: str
    severity: str
    proof: tuple[tuple[str, str, str], ...]
    message: str


def seen(found: Iterable[Found]) -> dict[str, list[Seen]]:
    """The findings by container."""
    out: dict[str, list[Seen]] = {}
    for one in found:
        name = one.subject.split()[1]
        proof = tuple((where, what, value) for what, value, where in one.readings)
        out.setdefault(name, []).append(Seen(one.rule, one.severity.word, proof, one.message))
    return out
