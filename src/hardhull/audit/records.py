"""What the kernel recorded, read as anybody would read it: by ausearch.

Where auditd runs, from its log. Where none does, from a file of our own, to which the records go that the kernel sends
to every listener (``AUDIT_NLGRP_READLOG``): nothing of the kernel's audit changes by that.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.apply.actions import ActionError
from hardhull.hosts import kernel_audit
from hardhull.hosts.commands import PLACES
from hardhull.hosts.proc import command_line, lines, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

READLOG: Final = 1
"""``AUDIT_NLGRP_READLOG``."""
HEADER: Final = struct.Struct("=IHHII")
TYPES: Final = {
    1300: "SYSCALL", 1302: "PATH", 1305: "CONFIG_CHANGE", 1306: "SOCKADDR", 1307: "CWD", 1309: "EXECVE", 1320: "EOE",
    1321: "BPRM_FCAPS", 1327: "PROCTITLE",
}  # fmt: skip
"""Names of records, as auditd writes them (include/uapi/linux/audit.h); of the others the number."""
ROOM: Final = 8 << 20
"""Bytes of records that may wait for us."""
ALL: Final = 10.0
"""Seconds within which a record has to be there; it takes milliseconds."""
CALL: Final = re.compile(
    r"^type=SYSCALL msg=audit\((?P<when>[\d.]+):(?P<number>\d+)\):.* syscall=(?P<call>\S+) .* pid=(?P<pid>\d+) "
    r'.* comm=(?P<comm>\S+) exe=(?P<exe>\S+).* key=(?P<key>"[^"]*"|\S+)'
)


class Hit(NamedTuple):
    """One record of a call.

    Attributes:
        pid: of the process that made it.
        key: of the rule that recorded it.
        call: its number.
        event: when, and its number: ``1795871823.351:2532``, for ``ausearch -a 2532``.
    """

    pid: int
    key: str
    call: int
    event: str


class Records:
    """The records from ``with`` on.

    Attributes:
        source: where they are read, for people.
    """

    def __init__(self) -> None:
        state = kernel_audit.status() or {"pid": 0}
        self.auditd = bool(state["pid"]) and text(f"/proc/{state['pid']}/comm") == "auditd"
        self._logs = _logs(state["pid"]) if self.auditd else []
        self.source = "the log of auditd" if self.auditd else "the kernel's records (no auditd runs)"
        self._program = shutil.which("ausearch", path=PLACES)
        self._folder: Path | None = None
        self._socket: socket.socket | None = None
        self._began = time.time()

    def __enter__(self) -> Self:
        if self._program is None:
            raise ActionError("ausearch is not installed: install the package auditd (Debian) or audit (Fedora)")
        self._began = time.time()
        if not self.auditd:
            self._folder = Path(tempfile.mkdtemp(prefix="hardhull-audit-"))
            (self._folder / "log").touch(0o600)
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, kernel_audit.NETLINK_AUDIT)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
            self._socket.bind((0, READLOG))
            self._socket.settimeout(0.05)
            self._thread = Thread(target=self._listen, args=(self._socket, self._folder / "log"), daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        listening, self._socket = self._socket, None
        if listening is not None:
            self._thread.join()
            listening.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self, listening: socket.socket, log: Path) -> None:
        """Writes each record as auditd would."""
        with log.open("ab", buffering=0) as out:
            while self._socket is not None:
                try:
                    data = listening.recv(1 << 16)
                except OSError:  # nothing came, or more than there was room for
                    continue
                length, kind = HEADER.unpack_from(data)[:2]
                said = data[HEADER.size : length].rstrip(b"\0\n")
                out.write(f"type={TYPES.get(kind, f'UNKNOWN[{kind}]')} msg=".encode() + said + b"\n")

    def of(self, pids: Iterable[int], seconds: float = ALL) -> list[Hit]:
        """What was recorded of some processes, as soon as there is something of each; else after a while.

        Args:
            pids: of the processes.
            seconds: for which it is waited.

        Raises:
            ActionError: ausearch cannot be run.
        """
        wanted = set(pids)
        end = time.monotonic() + seconds
        while True:
            found = [hit for hit in self._search() if hit.pid in wanted]
            if {hit.pid for hit in found} == wanted or time.monotonic() > end:
                return found
            time.sleep(0.2)

    def all(self) -> list[Hit]:
        """Everything that rules recorded so far.

        Raises:
            ActionError: ausearch cannot be run.
        """
        return self._search()

    def _search(self) -> list[Hit]:
        where = self._logs if self._folder is None else ["-if", f"{self._folder}/log"]
        try:
            done = subprocess.run(
                [str(self._program), "--raw", "-m", "SYSCALL", *where],
                capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL, env={"PATH": PLACES},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ActionError(f"ausearch: {type(error).__name__}") from None
        rows = done.stdout.decode("utf-8", "replace").splitlines()
        return [hit for row in rows if (hit := hit_in(row)) and float(hit.event.partition(":")[0]) >= self._began - 1]


def _logs(auditd: int) -> list[str]:
    """Where ausearch finds what a running auditd writes; it may have been started with a folder of its own (``-c``)."""
    words = command_line(auditd)
    folder = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "-c"), "")
    rows = lines(f"{folder}/auditd.conf") if folder else []
    log = next((row.partition("=")[2].strip() for row in rows if row.split("=")[0].strip() == "log_file"), "")
    return ["-if", log] if log else ["--input-logs", "-ts", "recent"]


def hit_in(row: str) -> Hit | None:
    """A record of a call that a rule with a key asked for; None for every other record.

    The note that the kernel makes when a rule is loaded carries the rule's key too, and is none of these.
    """
    match = CALL.match(row)
    if match is None or match["key"] == "(null)":
        return None
    key = match["key"]
    if not key.startswith('"'):
        try:
            key = bytes.fromhex(key).decode("utf-8", "replace").partition("\1")[0]
        except ValueError:
            return None
    call = int(match["call"]) if match["call"].isdigit() else -1
    return Hit(int(match["pid"]), key.strip('"'), call, f"{match['when']}:{match['number']}")


def here() -> bool:
    """Whether this process sees the numbers of processes that the kernel records."""
    return os.readlink("/proc/self/ns/pid") == "pid:[4026531836]"  # noqa: PTH115  a link of the kernel
