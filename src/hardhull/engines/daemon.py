"""The process of an engine: how it was started, by whom, and which configuration it reads."""

from __future__ import annotations

import os
import re
import resource
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.hosts.commands import PLACES
from hardhull.hosts.engine import CONFIG
from hardhull.hosts.machine import listener
from hardhull.hosts.proc import command_line, identity, lines, link, stat_words, text
from hardhull.run.owner import started

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUPERVISORS = frozenset({"runsv", "s6-supervise", "supervisord", "monit", "supervise-daemo", "dumb-init", "perpd"})
"""Programs that start a child anew when it ends, as the kernel cuts their names."""
_UNIT = re.compile(r"/([^/]+\.service)(?:/|$)")
_LEFT_OUT = re.compile(rb"(?:NOTIFY_SOCKET|LISTEN_\w+|INVOCATION_ID|JOURNAL_STREAM|WATCHDOG_\w+|MAINPID)=")
"""What a service manager tells one process, and what would be wrong for the next one."""


class CannotApplyError(Exception):
    """An engine cannot be changed here, in three parts.

    Attributes:
        what: what was not done; likewise ``why`` and ``how`` to go on, and ``code``, the exit code.
    """

    def __init__(self, what: str, why: str, how: str, code: int = 4) -> None:
        super().__init__(f"{what}: {why}")
        self.what, self.why, self.how, self.code = what, why, how, code


class Daemon(NamedTuple):
    """One running engine's process.

    Attributes:
        pid: its number; ``ticks`` says when it began, in clock ticks since the machine's start.
        words: its command line; the first is the path of the program.
        config: the path of its daemon.json.
        address: where it was asked (``unix:///var/run/docker.sock``).
        unit: its systemd unit; empty where systemd does not run it.
        supervisor: the program that starts it anew when it ends; empty for none.
        folder: its working directory.
        environment: its variables.
        output: the file that it writes its log to; empty where that is none.
        limits: its soft and hard resource limits, by the names of ``prlimit``.
        network: its network namespace, as the kernel names it.
    """

    pid: int
    ticks: int
    words: tuple[str, ...]
    config: str
    address: str
    unit: str
    supervisor: str
    folder: str
    environment: dict[str, str]
    output: str
    limits: dict[str, tuple[int, int]]
    network: str

    @property
    def managed(self) -> str:
        """Who starts it, for people."""
        if self.unit:
            return f"systemd ({self.unit})"
        return self.supervisor or "nobody: hardhull starts it with the same command line"


def daemon(address: str) -> Daemon:
    """The process that answers on an engine's socket.

    Raises:
        CannotApplyError: it cannot be seen, or lives where its file is not the one that is seen here.
    """
    pid = listener(address)
    words = command_line(pid) if pid else []
    if not words or os.geteuid() != 0:
        why = "the process behind the engine's socket cannot be looked at"
        raise CannotApplyError(
            "the engine's configuration cannot be changed", why, "run hardhull as root on its own host"
        )
    config = _config(words)
    folder = str(Path(config).parent)
    if identity(f"/proc/{pid}/root{folder}") != identity(folder):
        why = f"the engine (process {pid}) sees another {folder} than this program"
        raise CannotApplyError(
            "the engine's configuration cannot be changed", why, "run hardhull where the engine runs"
        )
    target = link(f"/proc/{pid}/fd/1") or ""
    return Daemon(
        pid, started(pid) or 0, (_program(pid, words[0]), *words[1:]), config, address, _unit(pid),
        _supervisor(pid), link(f"/proc/{pid}/cwd") or "/", _environment(pid),
        target if target.startswith("/") and Path(target).is_file() else "", _limits(pid),
        link(f"/proc/{pid}/ns/net") or "",
    )  # fmt: skip


def runs_containerd(pid: int) -> bool:
    """Whether an engine has started a containerd of its own, which ends with it."""
    children = (text(str(each)) or "" for each in Path(f"/proc/{pid}/task").glob("*/children"))
    return any(text(f"/proc/{child}/comm") == "containerd" for row in children for child in row.split())


def option(words: Sequence[str], *names: str) -> str:
    """The value of an option that takes one; the last one counts, empty for none."""
    found = ""
    for at, word in enumerate(words):
        name, given, value = word.partition("=")
        if name in names:
            found = value if given else (words[at + 1] if at + 1 < len(words) else "")
    return found


def _config(words: Sequence[str]) -> str:
    return os.path.realpath(option(words, "--config-file") or CONFIG)


def _program(pid: int, word: str) -> str:
    """What the next start would run: the file of that name, which may be newer than the process."""
    return shutil.which(word, path=PLACES) or (link(f"/proc/{pid}/exe") or word).removesuffix(" (deleted)")


def _unit(pid: int) -> str:
    if text("/proc/1/comm") != "systemd" or not shutil.which("systemctl", path=PLACES):
        return ""
    found = [match[1] for line in lines(f"/proc/{pid}/cgroup") if (match := _UNIT.search(line))]
    return found[0] if found else ""


def _supervisor(pid: int) -> str:
    words = stat_words(pid)
    name = text(f"/proc/{words[1]}/comm") if len(words) > 1 else None
    return name if name in SUPERVISORS else ""


def _environment(pid: int) -> dict[str, str]:
    try:
        data = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    kept = (item for item in data.split(b"\0") if b"=" in item and not _LEFT_OUT.match(item))
    return dict(os.fsdecode(item).split("=", 1) for item in kept)


def _limits(pid: int) -> dict[str, tuple[int, int]]:
    names = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC, "core": resource.RLIMIT_CORE}
    try:
        return {name: resource.prlimit(pid, number) for name, number in names.items()}
    except OSError:
        return {}


def plain(found: Daemon) -> dict[str, Any]:
    """The same for the journal."""
    return {**found._asdict(), "words": list(found.words), "limits": {k: list(v) for k, v in found.limits.items()}}


def from_plain(row: Mapping[str, Any]) -> Daemon:
    """The other way."""
    limits = {name: (int(pair[0]), int(pair[1])) for name, pair in row["limits"].items()}
    return Daemon(**{**row, "words": tuple(row["words"]), "limits": limits})
