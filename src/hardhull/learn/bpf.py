"""Records in the kernel, through bpftrace.

    with Recorder() as recorder:          # attached: whatever starts from here on is recorded
        ...start the container...
        where = recorder.watch(pid)       # whose mount namespace it is
        ...exercise and stop it...
        fields = recorder.stop().of(where)

The program records every mount namespace but our own from before the container exists, and it is told apart afterwards;
so nothing can be missed between its start and the moment when its process number is known.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, Self

from hardhull.facts.syscall_numbers import MACHINES, Machine
from hardhull.learn import maps
from hardhull.learn.errors import RecordingError
from hardhull.learn.namespace import Namespace, namespace, own_number
from hardhull.learn.readout import CUT, MANY_GROUPS, RINGS, UNSEEN_RING, Readout, family
from hardhull.learn.script import COMPAT, NAME_BYTES, Dialect, script

if TYPE_CHECKING:
    from collections.abc import Iterator
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
_PRINTED: Final = b'"data": "maps\\n"}\n'
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


class Recording(NamedTuple):
    """What the kernel had recorded when it ended.

    Attributes:
        maps: of bpftrace.
        machine: architectures of the kernel.
        incomplete: what makes every workload in it incomplete.
        unique: whether the namespaces' numbers in the maps are never used again.
    """

    maps: maps.Maps
    machine: Machine
    incomplete: tuple[str, ...]
    unique: bool

    def of(self, where: Namespace) -> dict[str, Any]:
        """The fields of a Run for one mount namespace, ``incomplete`` among them."""
        reasons = list(self.incomplete)
        idents = [key[0] for key, number in self.maps.maps.get("@ns", {}).items() if number == where.number]
        ident = where.ident if where.ident is not None and self.unique else max(idents, default=where.number)
        if ident not in idents:
            reasons.append("not one system call of the workload was seen")
        elif where.ident is None and len(idents) > 1:
            reasons.append(
                "the number of the mount namespace was used again: another workload's calls may be among these"
            )
        readout = Readout(self.maps, family(self.maps, ident), where, self.machine)
        fields = readout.fields()
        if readout.cut:
            reasons.append(CUT)
        if readout.groups_cut():
            reasons.append(MANY_GROUPS)
        if RINGS & {call.name for call in fields["syscalls"]}:
            reasons.append(UNSEEN_RING)
        return {**fields, "incomplete": tuple(reasons)}


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
        self._roots: list[int] = []

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
        handle = os.open(where.root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._roots.append(handle)  # so that links can still be followed when the process has ended
        if where.number == own_number():
            why = f"process {pid} shares our own mount namespace, which is not recorded"
            raise RecordingError("the workload is not recorded", why, "name a process of the container")
        return where._replace(root=f"/proc/self/fd/{handle}")

    def stop(self) -> Recording:
        """Ends the recording and reads it. What it is asked for a namespace, it is asked before :meth:`close`.

        Raises:
            RecordingError: bpftrace did not survive, or wrote what is not understood.
        """
        process, dialect = self._process, self._dialect
        if process is None or dialect is None:
            raise RecordingError(_WHAT, "the recorder was not started", "start it first")
        if not self._snapshot(process):
            why = f"bpftrace ended before the recording did: {self._complaint()}"
            self._end()
            raise RecordingError(_WHAT, why, "record again; other programs may have ended it")
        try:
            found = maps.read(_content(self._out).splitlines())
        finally:
            self._end()
        reasons = tuple(_reasons(found, self._map_keys))
        return Recording(found, MACHINES[platform.machine()], reasons, unique=dialect.namespace != "ns.inum")

    def _snapshot(self, process: subprocess.Popen[bytes]) -> bool:
        """Has the maps printed; whether they were."""
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end and process.poll() is None:
            os.getpgid(os.getpid())
            for _ in range(50):
                if _content(self._out).endswith(_PRINTED):
                    return True
                time.sleep(0.02)
        return False

    def close(self) -> None:
        """Ends the program if it still runs, removes what it wrote, and lets go of the roots of the namespaces."""
        self._end()
        while self._roots:
            os.close(self._roots.pop())

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


def _reasons(found: maps.Maps, most: int) -> Iterator[str]:
    if found.lost:
        yield f"{found.lost} events were lost on the way from the kernel"
    for name, entries in sorted(found.maps.items()):
        if len(entries) >= most:
            yield f"the map {name[1:]} was full ({most} entries)"
    if ("threads",) in found.maps.get("@full", {}):
        yield f"there were more than {most} threads at a time"


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
    return Dialect(field, COMPAT[platform.machine()], frozenset(calls))


def _ask(*options: str) -> str:
    asked = subprocess.run([*_prefix(), "bpftrace", *options], capture_output=True, check=False, timeout=ATTACH_SECONDS)
    return asked.stdout.decode("utf-8", "replace")
