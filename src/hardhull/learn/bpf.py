"""Records in the kernel.

    with Recorder() as recorder:          # attached: whatever starts from here on is recorded
        ...start the container...
        where = recorder.watch(pid)       # whose mount namespace it is
        ...exercise and stop it...
        fields = recorder.snapshot().of(where)
        ...and the next one; loading the program takes a second, a snapshot a moment...

The program records every mount namespace that is made while it is attached, and they are told apart afterwards; so
nothing can be missed between a container's start and the moment when its process number is known.
"""

from __future__ import annotations

import os
import platform
import struct
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from hardhull.facts.syscall_numbers import MACHINES
from hardhull.learn import libbpf, maps
from hardhull.learn.errors import RecordingError
from hardhull.learn.namespace import Namespace, namespace, own_number
from hardhull.learn.program.build import NAME
from hardhull.learn.program.calls import table
from hardhull.learn.recording import Recording

if TYPE_CHECKING:
    from types import TracebackType

MAP_KEYS: Final = 32768
"""Entries that fit into one map; 4096 are not enough for a database (3,106 files written by pgbench)."""
BTF: Final = Path("/sys/kernel/btf/vmlinux")
CHECKS: Final = {"capability_checked": b"\0btf_trace_cap_capable\0", "capability_answered": b"\0cap_capable\0"}
"""The programs for capability checks, the best first, each with the name in BTF of what it needs: the tracepoint that
Linux has since 6.14, or else the kernel's function."""
_REGISTERS: Final = b"\0bpf_task_pt_regs\0"
"""The youngest of the helpers that the program calls (Linux 5.15), as BTF names it."""
PROGRAMS: Final = ("call_begins", "call_ends", "process_forks", "program_runs", "task_ends")
"""In the order of attaching: no call may end before its beginning could be seen."""
LIMITED: Final = ("tasks", "coming", *(name for name in maps.FORMS if name != "full"))
"""Maps whose size is to choose."""
_NUMBER: Final = struct.Struct("=Q")
_TASK: Final = struct.Struct("=QQ")
_STATE: Final = struct.Struct("=II")
"""The program's counters: how often it was made to forget, and losses without a name."""
_WHAT: Final = "nothing was recorded"
_HOW: Final = "record as root with all capabilities, on a kernel that is not locked down"


def why_not() -> str:
    """Why this machine cannot record in the kernel, with what would help; empty where it can."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        return f"there is no recorder for {platform.system()} on {platform.machine()}"
    if os.geteuid() != 0:
        return "loading programs into the kernel needs root: use sudo"
    try:
        libbpf.library()
    except (OSError, AttributeError):
        return "libbpf is not installed: apt-get install libbpf1"
    if not BTF.exists():
        return f"the kernel does not describe its types ({BTF}): use one that is built with CONFIG_DEBUG_INFO_BTF"
    if not checks():
        return f"Linux {platform.release()} is too old for the recorder: use Linux 5.15 or later"
    return ""


def checks() -> str:
    """The program for capability checks that this kernel can have; empty where it is too old for any."""
    known = BTF.read_bytes()
    if _REGISTERS not in known:
        return ""
    return next((name for name, needed in CHECKS.items() if needed in known), "")


def _numbers(program: libbpf.Program) -> dict[int, int]:
    """The number of its mount namespace that is never used again, of every task by its own number.

    Only the kernel itself knows it: before Linux 6.11 there is no system call that tells.
    """
    return dict(_TASK.iter_unpack(program.ask("tasks_now")))


class Recorder:
    """One run of the program.

    Args:
        only: a process whose mount namespace alone is recorded; None for every one that is made from now on.
        map_keys: entries that fit into one map.

    Attributes:
        watched: how many workloads are being watched by those who count them.
    """

    def __init__(self, only: int | None = None, map_keys: int = MAP_KEYS) -> None:
        self._only = namespace(only).number if only is not None else 0
        self._map_keys = map_keys
        self._program: libbpf.Program | None = None
        self._held: dict[str, tuple[int, ...]] = {}
        self.watched = 0

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
            self._program = self._attached()
        except libbpf.LoadError as error:
            raise RecordingError(_WHAT, f"the kernel does not take the recorder: {error}", _HOW) from None

    def _attached(self) -> libbpf.Program:
        program = libbpf.Program(files("hardhull.learn.program").joinpath(NAME).read_bytes())
        try:
            for name in LIMITED:
                program.limit(name, self._map_keys)
            told = struct.pack("=II", own_number(), self._only) + table(MACHINES[platform.machine()].native)
            program.memory(".rodata")[: len(told)] = told
            told_by = checks()
            for name in CHECKS.keys() - {told_by}:
                program.leave_out(name)
            program.load()
            for number in set(_numbers(program).values()):
                program.put("older", _NUMBER.pack(number), _NUMBER.pack(1))
            program.attach((*PROGRAMS, told_by))
        except BaseException:
            program.close()
            raise
        return program

    def watch(self, pid: int) -> Namespace:
        """The mount namespace of a running process, to ask the recording for.

        Raises:
            RecordingError: there is no such process, or it is in our own namespace.
        """
        where = namespace(pid)
        root = self._hold(where.root, f"/proc/{pid}/ns/mnt")
        if where.number == own_number():
            why = f"process {pid} shares our own mount namespace, which is not recorded"
            raise RecordingError("the workload is not recorded", why, "name a process of the container")
        numbers = _numbers(self._program) if self._program else {}
        return where._replace(root=root, ident=numbers.get(pid))

    def _hold(self, root: str, mounts: str) -> str:
        """Holds what links are followed in when the process has ended.

        Without the namespace, what is mounted below the root would no longer be there.
        """
        handles: list[int] = []
        try:
            for path, flags in ((root, os.O_PATH | os.O_DIRECTORY), (mounts, os.O_RDONLY)):
                handles.append(os.open(path, flags | os.O_CLOEXEC))
        except OSError as error:  # it has ended since
            for handle in handles:
                os.close(handle)
            why = f"the process cannot be looked at: {error.strerror}"
            raise RecordingError("the workload is not recorded", why, "name a process that is still running") from None
        held = f"/proc/self/fd/{handles[0]}"
        self._held[held] = tuple(handles)
        return held

    def release(self, where: Namespace) -> None:
        """Lets go of a namespace that nothing will be asked of any more: its mounts can go away then."""
        for handle in self._held.pop(where.root, ()):
            os.close(handle)

    def snapshot(self, *, forget: bool = False) -> Recording:
        """What has been recorded since the start, or since the last one that forgot; the recording goes on.

        What it is asked for a namespace, it is asked before :meth:`release` and :meth:`close`.

        Args:
            forget: whether the maps are empty afterwards, so that long series fit into them. Of a workload that runs
                meanwhile the calls are missing that it made before: it is for the time between two.

        Raises:
            RecordingError: the kernel does not give it.
        """
        program = self._program
        if program is None:
            raise RecordingError(_WHAT, "the recorder was not started", "start it first")
        state = program.memory(".bss")
        try:
            found = maps.read(lambda name, *sizes: program.entries(name, *sizes, delete=forget))
        except libbpf.LoadError as error:
            raise RecordingError(_WHAT, str(error), "record again") from None
        generation, lost = _STATE.unpack_from(state)
        if forget:
            _STATE.pack_into(state, 0, generation + 1, lost)
        return Recording(found._replace(lost=lost), MACHINES[platform.machine()], self._map_keys)

    def stop(self) -> Recording:
        """Ends the recording and reads it. What it is asked for a namespace, it is asked before :meth:`close`.

        Raises:
            RecordingError: the kernel does not give it.
        """
        try:
            return self.snapshot()
        finally:
            self._end()

    def close(self) -> None:
        """Takes the program away, and lets go of the namespaces."""
        self._end()
        while self._held:
            for handle in self._held.popitem()[1]:
                os.close(handle)

    def _end(self) -> None:
        if self._program is not None:
            self._program.close()
        self._program = None


def _halves(why: str) -> tuple[str, str]:
    reason, _, advice = why.partition(": ")
    return reason, advice or "record on Linux, on x86-64 or 64-bit Arm"
