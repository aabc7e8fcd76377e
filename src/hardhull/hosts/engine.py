"""One engine as it runs: what it says of itself, its process, its configuration, and what the kernel does for it."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.hosts.commands import output
from hardhull.hosts.files import described
from hardhull.hosts.listening import listening
from hardhull.hosts.proc import command_line, pids, stat_words, text
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from docker import APIClient

    from hardhull.hosts.document import Gaps

CONFIG = "/etc/docker/daemon.json"
TELLING = ("docker", "br-", "-p ")
"""What a rule of the packet filter must hold to have to do with the engine."""


def engine(client: APIClient, pid: int, gaps: Gaps) -> dict[str, Any]:
    """What can be read of the engine besides its version and ``GET /info``.

    Args:
        client: of the engine.
        pid: its process; 0 where nobody knows it.
        gaps: takes what could not be read.
    """
    found: dict[str, Any] = {}
    networks = client.networks()
    found["GET /networks"] = [_network(one) for one in networks if isinstance(one, dict)]
    if not pid:
        gaps.access("the engine's process", "nobody here sees it", "run hardhull on the engine's own host, as root")
        return found
    words = command_line(pid)
    found[f"/proc/{pid}/cmdline"] = words
    found[f"/proc/{pid}/stat"] = {"started": _moment(started(pid))}
    found.update(_configuration(pid, words, gaps))
    sockets = listening(pid)
    if sockets:
        found[f"/proc/{pid}/fd"] = sockets
    else:
        gaps.access("what the engine listens on", "its sockets may not be listed", "run hardhull as root")
    rules = output("iptables", "-S", net_of=pid)
    if rules is None:
        gaps.access("the packet filter", "iptables could not be asked", "run hardhull as root, with iptables installed")
    else:
        found["run iptables -S"] = [rule for rule in rules if any(word in rule.lower() for word in TELLING)]
        nat = output("iptables", "-t", "nat", "-S", net_of=pid) or []
        found["run iptables -t nat -S"] = [rule for rule in nat if "docker" in rule.lower()]
    found["/proc/*/comm docker-proxy"] = _proxies(pid)
    return found


def _network(answer: dict[str, Any]) -> dict[str, Any]:
    kept = ("Name", "Id", "Driver", "Scope", "Internal", "EnableIPv6", "Options", "IPAM")
    return {name: answer.get(name) for name in kept}


def started(pid: int) -> float:
    """When a process began, in seconds since 1970; 0 where that cannot be known."""
    words = stat_words(pid)
    up = (text("/proc/uptime") or "").split()
    if len(words) < 20 or not up:
        return 0.0
    return time.time() - float(up[0]) + int(words[19]) / os.sysconf("SC_CLK_TCK")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _configuration(pid: int, words: list[str], gaps: Gaps) -> dict[str, Any]:
    """The file that the process was told to read, line by line, and when it was changed."""
    path = CONFIG
    for at, word in enumerate(words):
        if word.startswith("--config-file="):
            path = word.partition("=")[2]
        elif word == "--config-file" and at + 1 < len(words):
            path = words[at + 1]
    real = f"/proc/{pid}/root{path}"
    try:
        file = Path(real).stat()
        content = text(real)
    except FileNotFoundError:
        return {path: None}
    except OSError:
        content = None
    if content is None:
        gaps.access(f"the engine's {path}", "it may not be read", "run hardhull as root")
        return {path: {"unreadable": True}}
    return {path: {"changed": _moment(file.st_mtime), **(described(real) or {}), "lines": redact(content).split("\n")}}


def _proxies(pid: int) -> list[str]:
    """The command lines of proxies for published ports that this engine runs."""
    found = []
    for other in pids():
        if text(f"/proc/{other}/comm") == "docker-proxy":
            words = stat_words(other)
            if len(words) > 1 and words[1] == str(pid):
                found.append(f"{other} {' '.join(command_line(other))}")
    return found
