"""Records in the kernel, through bpftrace.

    with Recorder() as recorder:          # attached: whatever starts from here on is recorded
        ...start the container...
        where = recorder.watch(pid)       # whose mount namespace it is
        ...exercise and stop it...
        fields = recorder.snapshot().of(where)
        ...and the next one; loading the program takes seconds, a snapshot a moment...

The program records every mount namespace but our own from before the container exists, and it is told apart afterwards;
so nothing can be missed between its start and the moment when its process number is known.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Final, Self

from hardhull.facts.syscall_numbers import MACHINES
from hardhull.learn import maps
from hardhull.learn.errors import RecordingError
from hardhull.learn.namespace import Namespace, namespace, own_number
from hardhull.learn.recording import Recording, losses
from hardhull.learn.script import FORGETTING, PRINTING, script
from hardhull.learn.script_parts import COMPAT, NAME_BYTES, Dialect

if TYPE_CHECKING:
    from types import TracebackType

MAP_KEYS: Final = 32768
"""Keys that fit into one map; bpftrace's own 4096 are not enough for a database (3,106 files written by pgbench)."""
ATTACH_SECONDS: Final = 120.0
STOP_SECONDS: Final = 60.0
FIRST_PIDS: Final = 0xEFFFFFFC
"""Number of the host's own namespace of processes (PROC_PID_INIT_INO of ``linux/proc_ns.h``)."""
TRACEFS: Final = Path("/sys/kernel/tracing")
BTF: Final = Path("/sys/kernel/btf/vmlinux")

_WHAT: Final = "nothing was recorded"
_MOUNTING: Final = ("unshare", "--mount", "sh", "-c", f'mount -t tracefs tracefs {TRACEFS} && exec "$@"', "sh")
"""Where tracefs is not mounted, it is for bpftrace alone."""


def why_not() -> str:
    """Why this machine cannot record in the kernel, with what would help; empty where it can."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        return f"there is no recorder for {platform.system()} on {platform.machine()}"
    if os.geteuid() != 0:
        return "loading programs into the kernel needs root: use sudo"
    if own_number("/proc/self/ns/pid") != FIRST_PIDS:
        return "bpftrace counts processes as the host does: record on the host, or in a container with --pid host"
    if not shutil.which("bpftrace"):
        return "bpftrace is not installed: apt-get install bpftrace"
    if not BTF.exists():
        return f"the kernel does not describe its types ({BTF}): use one that is built with CONFIG_DEBUG_INFO_BTF"
    return ""


class Recorder:
    """One run of the program.

    Args:
        only: a process whose mount namespace alone is recorded; None for every namespace but our own.
        map_keys: keys that fit into one map.
    """

    def __init__(self, only: int | None = None, map_keys: int = MAP_KEYS) -> None:
        self._only = namespace(only).number if only is not None else 0
        self._map_keys = map_keys
        self._process: subprocess.Popen[bytes] | None = None
        self._out: IO[bytes] | None = None
        self._err: IO[bytes] | None = None
        self._dialect: Dialect | None = None
        self._roots: dict[str, int] = {}
        self._printed = self._lost = self._read = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Loads the program; when this returns, every probe is attached.

        Raises:
            RecordingError: it cannot be loaded here.
        """
        why = why_not()
        if why:
            raise RecordingError(_WHAT, *_halves(why))
        if own_number() == self._only:
            raise RecordingError(
                _WHAT,
                "the process shares our own mount namespace, so everything on this host would be recorded with it",
                "record a container, or a process started with `unshare --mount`",
            )
        try:
            self._dialect = _dialect()
            self._launch(self._dialect)
            self._wait()
        except BaseException:
            self.close()
            raise

    def _launch(self, dialect: Dialect) -> None:
        # With -p bpftrace ends when we do, also when we are killed.
        command = ["bpftrace", "-B", "line", "-f", "json", "-p", str(os.getpid()), "-e", script(dialect)]
        numbers = [own_number(), self._only, os.getpid()]
        environment = {
            **os.environ,
            "BPFTRACE_MAP_KEYS_MAX": str(self._map_keys),
            "BPFTRACE_STRLEN": str(NAME_BYTES),
            "BPFTRACE_MAX_PROBES": "1024",
        }
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  as long as it runs
        fcntl.fcntl(self._out, fcntl.F_SETFL, os.O_APPEND)  # so that what was read can be cut off
        self._process = subprocess.Popen(
            [*_prefix(), *command, *map(str, numbers)],
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            env=environment,
            start_new_session=True,
        )

    def _wait(self) -> None:
        """Makes the call that the first and the last probe wait for, until both have said so."""
        end = time.monotonic() + ATTACH_SECONDS
        while time.monotonic() < end:
            os.getppid()
            said = _content(self._out)
            if b"enter\\n" in said and b"exit\\n" in said:
                return
            if self._process is None or self._process.poll() is not None:
                raise RecordingError(_WHAT, f"bpftrace ended at once: {self._complaint()}", "see `hardhull doctor`")
            time.sleep(0.02)
        raise RecordingError(
            _WHAT, f"bpftrace was not ready after {ATTACH_SECONDS:.0f} s", "try again on a quieter machine"
        )

    def _complaint(self) -> str:
        """The first error that bpftrace wrote; that it may not lock more memory is none on a kernel of today."""
        lines = _content(self._err).decode("utf-8", "replace").splitlines()
        errors = [line for line in lines if "ERROR" in line and "RLIMIT_MEMLOCK" not in line]
        return "".join(char for char in (errors or lines or ["it says nothing"])[0] if char.isprintable())[:300]

    def watch(self, pid: int) -> Namespace:
        """The mount namespace of a running process, to ask the recording for.

        Raises:
            RecordingError: there is no such process, or it is in our own namespace.
        """
        where = namespace(pid)
        try:
            handle = os.open(where.root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:  # it has ended since
            why = f"process {pid} cannot be looked at: {error.strerror}"
            raise RecordingError("the workload is not recorded", why, "name a process that is still running") from None
        root = f"/proc/self/fd/{handle}"
        self._roots[root] = handle  # so that links can still be followed when the process has ended
        if where.number == own_number():
            why = f"process {pid} shares our own mount namespace, which is not recorded"
            raise RecordingError("the workload is not recorded", why, "name a process of the container")
        return where._replace(root=root)

    def release(self, where: Namespace) -> None:
        """Lets go of the root of a namespace that nothing will be asked of any more: its mounts can go away then."""
        if where.root in self._roots:
            os.close(self._roots.pop(where.root))

    def snapshot(self, *, forget: bool = False) -> Recording:
        """What has been recorded since the start, or since the last one that forgot; the recording goes on.

        What it is asked for a namespace, it is asked before :meth:`release` and :meth:`close`.

        Args:
            forget: whether the maps are empty afterwards, so that long series fit into them. Of a workload that runs
                meanwhile the calls are missing that it made before: it is for the time between two.

        Raises:
            RecordingError: bpftrace did not survive, or wrote what is not understood.
        """
        process, dialect, file = self._process, self._dialect, self._out
        if process is None or dialect is None or file is None:
            raise RecordingError(_WHAT, "the recorder was not started", "start it first")
        self._printed += 1
        if not self._print(process, (FORGETTING if forget else PRINTING) | self._printed):
            why = f"bpftrace ended before the recording did: {self._complaint()}"
            self._end()
            raise RecordingError(_WHAT, why, "record again; other programs may have ended it")
        found = maps.read(self._news(file).splitlines())
        self._lost += found.lost
        found = found._replace(lost=self._lost)
        incomplete = tuple(losses(found, self._map_keys))
        return Recording(found, MACHINES[platform.machine()], incomplete, unique=dialect.namespace != "ns.inum")

    def _news(self, file: IO[bytes]) -> bytes:
        """What was written since it was asked last; a file of which all has been read starts anew."""
        news = _content(file)[self._read :]
        self._read += len(news)
        if os.fstat(file.fileno()).st_size == self._read:
            os.ftruncate(file.fileno(), 0)
            self._read = 0
        return news

    def stop(self) -> Recording:
        """Ends the recording and reads it. What it is asked for a namespace, it is asked before :meth:`close`.

        Raises:
            RecordingError: bpftrace did not survive, or wrote what is not understood.
        """
        try:
            return self.snapshot()
        finally:
            self._end()

    def _print(self, process: subprocess.Popen[bytes], number: int) -> bool:
        """Has the maps printed; whether they were. The number is that of no process, and comes back behind them."""
        with suppress(ProcessLookupError):
            os.getpgid(number)
        printed = f'"data": "maps {number}\\n"}}\n'.encode()
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end and process.poll() is None:
            if _content(self._out).endswith(printed):
                return True
            time.sleep(0.02)
        return False

    def close(self) -> None:
        """Ends the program if it still runs, removes what it wrote, and lets go of the roots of the namespaces."""
        self._end()
        while self._roots:
            os.close(self._roots.popitem()[1])

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            # The kernel takes 60 ms for each probe that it takes away; nobody has to wait for that.
            Thread(target=self._process.wait, name="hardhull-bpftrace", daemon=True).start()
        self._process = None
        for file in (self._out, self._err):
            if file is not None:
                file.close()
        self._out = self._err = None


def _content(file: IO[bytes] | None) -> bytes:
    """All of a file that another process goes on writing; its position there is not ours to move."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0) if file is not None else b""


def _halves(why: str) -> tuple[str, str]:
    reason, _, advice = why.partition(": ")
    return reason, advice or "record on Linux, on x86-64 or 64-bit Arm"


def _prefix() -> tuple[str, ...]:
    return () if (TRACEFS / "events").is_dir() else _MOUNTING


def _dialect() -> Dialect:
    """What this kernel calls things, as bpftrace sees it.

    Raises:
        RecordingError: bpftrace cannot tell.
    """
    structs = _ask("-lv", "struct ns_common") + _ask("-lv", "struct mnt_namespace")
    calls = re.findall(
        r"^tracepoint:syscalls:sys_enter_(\w+)$", _ask("-l", "tracepoint:syscalls:sys_enter_*"), re.MULTILINE
    )
    if "unsigned int inum;" not in structs or not calls:
        raise RecordingError(_WHAT, "bpftrace finds no tracepoints of system calls here", "see `hardhull doctor`")
    field = "ns.ns_id" if "u64 ns_id;" in structs else "seq" if "u64 seq;" in structs else "ns.inum"
    machine = platform.machine()
    return Dialect(field, COMPAT[machine], MACHINES[machine].native, frozenset(calls))


def _ask(*options: str) -> str:
    asked = subprocess.run([*_prefix(), "bpftrace", *options], capture_output=True, check=False, timeout=ATTACH_SECONDS)
    return asked.stdout.decode("utf-8", "replace")
