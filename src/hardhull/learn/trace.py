"""The slower way without BPF: ``strace`` follows every process of the workload, and its text is read.

It costs 33 to 40 times as much per call (measured), sees a process only from when it is attached, and does not see
capabilities, ids or addresses of sockets reliably: the Profile says all that (``mode``, ``unseen``, ``incomplete``).
"""

from __future__ import annotations

import contextlib
import platform
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any, Final, Self

from hardhull.facts.profile import Call, FileUse
from hardhull.facts.syscall_numbers import MACHINES, numbers
from hardhull.learn.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

UNSEEN: Final = (
    "entry_syscalls",
    "filtered_syscalls",
    "denied",
    "failed",
    "capabilities",
    "listens",
    "connects",
    "users",
    "groups",
)
"""Fields of a Run that this way leaves empty."""
LATE: Final = "calls made before strace was attached are missing"
RELATIVE: Final = "programs that were named from a folder that strace did not tell are missing"
ATTACH_SECONDS: Final = 20.0
STOP_SECONDS: Final = 20.0

_WHAT: Final = "nothing was recorded"
_LINE: Final = re.compile(
    r"^(?P<pid>\d+) +(?:(?P<resumed><\.\.\. )?(?P<name>[a-z_][a-z0-9_]*)(?: resumed>|\())(?P<rest>.*)$"
)
_UNFINISHED: Final = " <unfinished ...>"
_MODE: Final = re.compile(r"\[ Process PID=(?P<pid>\d+) runs in (?P<bits>32|64) bit mode")
_NAMED: Final = re.compile(r'(?:(?:AT_FDCWD|\d+)<(?P<folder>(?:\\x[0-9a-f]{2})*)>, )?"(?P<name>(?:\\x[0-9a-f]{2})*)"')
_OPENED: Final = re.compile(r" = \d+<(?P<path>(?:\\x[0-9a-f]{2})+)>$")
_OPENS: Final = ("open", "openat", "openat2", "creat")
_EXECS: Final = ("execve", "execveat")
_WRITES: Final = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")


def why_not() -> str:
    """Why this machine cannot record in this way, with what would help; empty where it can."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        return f"there is no recorder for {platform.system()} on {platform.machine()}"
    return "" if shutil.which("strace") else "strace is not installed: apt-get install strace"


class Tracer:
    """One run of strace, on a running process or on a command that it starts.

    Args:
        pid: a process; its threads and its later children are followed, children that it already has are not.
        command: a command to start instead, from whose first call on everything is seen.
        others: more processes that run already; one that has ended is passed over.
    """

    def __init__(self, pid: int | None = None, command: Sequence[str] = (), others: Sequence[int] = ()) -> None:
        self._pid = pid
        self._command = command
        self._others = others
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Starts it; when this returns, a process that was named is followed.

        Raises:
            RecordingError: there is no strace, or it may not follow the process.
        """
        why = why_not()
        if why:
            reason, _, advice = why.partition(": ")
            raise RecordingError(_WHAT, reason, advice or "record on Linux, on x86-64 or 64-bit Arm")
        self._folder = tempfile.mkdtemp(prefix="hardhull-learn-")
        target = (
            ["-p", ",".join(map(str, (self._pid, *self._others)))] if self._pid is not None else ["--", *self._command]
        )
        # -xx writes every byte of a name as \xNN, so that no name can look like something else; -y names open folders.
        options = ["-f", "-xx", "-y", "-s", "0", "-e", "trace=all", "-e", "signal=none", "-o", f"{self._folder}/out"]
        with Path(self._folder, "err").open("wb") as err:
            self._process = subprocess.Popen(
                ["strace", *options, *target], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err
            )
        if self._pid is not None:
            self._attached(self._pid)

    def _attached(self, pid: int) -> None:
        end = time.monotonic() + ATTACH_SECONDS
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            with contextlib.suppress(OSError):
                if f"TracerPid:\t{self._process.pid}\n" in Path(f"/proc/{pid}/status").read_text("utf-8", "replace"):
                    return
            time.sleep(0.01)
        why = Path(self._folder, "err").read_text("utf-8", "replace").strip() or "it did not attach"
        self.close()
        why = "".join(char for char in why if char.isprintable())[:300]
        raise RecordingError(_WHAT, f"strace cannot follow process {pid}: {why}", "name a running process, as root")

    def wait(self) -> int:
        """Waits for a command that was started; gives its exit code."""
        return self._process.wait() if self._process is not None else 0

    def stop(self) -> dict[str, Any]:
        """Lets go of the processes; gives the fields of a Run, ``mode``, ``unseen`` and ``incomplete`` among them."""
        if self._process is None:
            raise RecordingError(_WHAT, "strace was not started", "start it first")
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        try:
            with Path(self._folder, "out").open("r", encoding="ascii", errors="replace") as lines:
                fields = read(lines)
        finally:
            self.close()
        late = (LATE,) if self._pid is not None else ()
        return {**fields, "mode": "ptrace", "unseen": UNSEEN, "incomplete": (*late, *fields["incomplete"])}

    def close(self) -> None:
        """Ends strace if it still runs, and removes what it wrote."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""


def read(lines: Iterable[str]) -> dict[str, Any]:
    """System calls and files in what ``strace -f -xx -y -o`` wrote."""
    machine = MACHINES[platform.machine()]
    known = {arch: frozenset(numbers(arch).values()) for arch in machine}
    bits: dict[str, str] = {}
    begun: dict[str, str] = {}
    calls: set[Call] = set()
    files: set[FileUse] = set()
    reasons: list[str] = []
    for line in lines:
        mode = _MODE.search(line)
        if mode:
            bits[mode["pid"]] = mode["bits"]
        match = _LINE.match(line)
        if not match:
            continue
        pid, name, rest = match["pid"], match["name"], match["rest"]
        if match["resumed"]:
            rest = begun.pop(pid, "") + rest
        elif rest.endswith(_UNFINISHED):
            begun[pid] = rest.removesuffix(_UNFINISHED)
        arch = machine.compat if bits.get(pid) == "32" else machine.native
        calls.add(Call(arch, name if name in known[arch] else f"#{name}"))
        if name not in known[arch]:
            reasons.append(f"strace named a call that is not known: {name}")
        use = _use(name, rest)
        if use is not None:
            files.add(use) if use.path.startswith("/") else reasons.append(RELATIVE)
    return {"syscalls": frozenset(calls), "files": frozenset(files), "incomplete": tuple(dict.fromkeys(reasons))}


def _use(name: str, rest: str) -> FileUse | None:
    """What a call that succeeded did to a file. An opened one is named by the kernel, a program as it was asked for."""
    if name in _OPENS:
        opened = _OPENED.search(rest)
        writes = name == "creat" or _WRITES.search(rest)
        return FileUse(_plain(opened["path"]), "write") if opened and writes else None
    named = _NAMED.match(rest)
    if name not in _EXECS or not named or not rest.endswith(" = 0"):
        return None
    folder, text = _plain(named["folder"] or ""), _plain(named["name"])
    return FileUse(normpath(join(folder, text)), "execute")


def _plain(text: str) -> str:
    raw = bytes.fromhex(text.replace("\\x", ""))
    return raw.decode("utf-8", "surrogateescape")
