"""The engine's process: the words it was started with, and where it listens by TCP."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from hardhull.hosts.proc import lines, link

SETTINGS = ("config-file", "tlscacert", "tlscert", "tlskey", "tlsverify", "tls", "data-root", "exec-root")
LISTEN = "0A"
"""``TCP_LISTEN`` in /proc/net/tcp."""


def settings(words: list[str]) -> dict[str, str]:
    """Settings of the command line and of the daemon.json that it names; both count, and none may be in both."""
    found = dict(_flags(words))
    path = found.get("config-file", "/etc/docker/daemon.json")
    try:
        document = json.loads(Path(path).read_bytes())
    except (OSError, ValueError):
        return found
    if isinstance(document, dict):
        for name in SETTINGS:
            if name in document and name not in found:
                value = document[name]
                found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def _flags(words: list[str]) -> list[tuple[str, str]]:
    """``--name value``, ``--name=value`` and ``--name`` of :data:`SETTINGS`."""
    found = []
    for at, word in enumerate(words):
        name, given, value = word.lstrip("-").partition("=")
        if not word.startswith("-") or name not in SETTINGS:
            continue
        if given:
            found.append((name, value))
        elif name in {"tls", "tlsverify"}:
            found.append((name, "true"))
        elif at + 1 < len(words):
            found.append((name, words[at + 1]))
    return found


def listeners(pid: int) -> list[str]:
    """Addresses on which a process listens by TCP, as ``0.0.0.0:2375`` and ``[::]:2375``.

    Raises:
        PermissionError: this user may not see its open files.
    """
    targets = (link(str(entry)) or "" for entry in Path(f"/proc/{pid}/fd").iterdir())
    held = {target[8:-1] for target in targets if target.startswith("socket:[")}
    found = []
    for path, family in ((f"/proc/{pid}/net/tcp", socket.AF_INET), (f"/proc/{pid}/net/tcp6", socket.AF_INET6)):
        for line in lines(path)[1:]:
            words = line.split()
            if len(words) > 9 and words[3] == LISTEN and words[9] in held:
                found.append(_address(words[1], family))
    return sorted(found)


def _address(text: str, family: socket.AddressFamily) -> str:
    """``0100007F:0947`` to ``127.0.0.1:2375``: the kernel writes each four bytes as a number of this machine."""
    digits, _, port = text.partition(":")
    order = "little" if int.from_bytes(b"\1\0", "little") == 1 else "big"
    packed = b"".join(
        int(digits[at : at + 8], 16).to_bytes(4, order)  # type: ignore[arg-type]  # one of the two words
        for at in range(0, len(digits), 8)
    )
    name = socket.inet_ntop(family, packed)
    return f"[{name}]:{int(port, 16)}" if family == socket.AF_INET6 else f"{name}:{int(port, 16)}"
