"""What a workload was seen to need, as recorded by ``learn``: every run by itself, and what they amount to together.

Beside the runs stand static passes: what the programs of its image can do by their code, whether or not it was seen.

A profile is a set of runs. What it says about any dimension is the union (of sets) or the maximum (of peaks) over them,
so merging profiles of replicas or of later runs is a union as well: the order does not matter, a run counts once, and
every system call still knows in which runs it was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Call(NamedTuple):
    """A system call: Go's name of the architecture, and libseccomp's of the call (``#470`` where it has none)."""

    arch: str
    name: str


class Denial(NamedTuple):
    """A call that a seccomp filter answered in place of the kernel, and the error number it gave."""

    arch: str
    name: str
    errno: int


class Failure(NamedTuple):
    """A call that the kernel refused: with EPERM, EACCES or EROFS, or a new process or thread with EAGAIN.

    Attributes:
        arch, name, errno: as of a :class:`Denial`.
        path: of the file or local socket that was asked for, as the workload sees it; empty where the call names none.
    """

    arch: str
    name: str
    errno: int
    path: str = ""


class Check(NamedTuple):
    """The kernel asked whether a process of the workload has a capability.

    Attributes:
        capability: without ``CAP_``; ``#41`` for a number without a name.
        granted: the answer.
        arch: of the call.
        syscall: the call that asked; empty where it was none (a page fault).
        certain: whether the check decides what the process may do. The kernel also asks for SYS_ADMIN whenever memory
            is reserved, to let root have the last few percent; from those calls alone nobody can tell.
    """

    capability: str
    granted: bool
    arch: str
    syscall: str
    certain: bool


class FileUse(NamedTuple):
    """Something that was done to a file.

    Attributes:
        path: absolute, as the workload sees it, without links. A process number under ``/proc`` is ``[pid]``.
        use: ``write`` (opened for writing), ``execute``, or ``change`` (made, removed, renamed, or its owner, mode,
            times or attributes set).
        placed: whether the file system it is on was among the workload's mounts; else the path begins at that file
            system's own root (shared memory, a mount that is gone).
    """

    path: str
    use: str
    placed: bool = True


class Address(NamedTuple):
    """One end of a connection.

    Attributes:
        protocol: ``tcp``, ``udp``, ``unix``, ``unix-abstract``, or another as ``#3``.
        address: of the network, or the path or name of a local socket.
        port: 0 for a local socket.
    """

    protocol: str
    address: str
    port: int = 0


class User(NamedTuple):
    """Real and effective ids that a process had, as the host numbers them."""

    uid: int
    gid: int
    euid: int
    egid: int


class Peaks(NamedTuple):
    """How much was used; None where nothing could be read.

    Attributes:
        memory_bytes: the most memory at any time, with page cache as the kernel counts it.
        pids: the most processes and threads at any time.
        cpu_seconds: time on all processors together.
        read_bytes: read from block devices; likewise ``written_bytes``.
    """

    memory_bytes: int | None = None
    pids: int | None = None
    cpu_seconds: float | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None


class Run(NamedTuple):
    """One recording of one workload.

    Attributes:
        ident: a digest of everything else here.
        subject: what was recorded (``service web``).
        mode: ``bpf`` (in the kernel) or ``ptrace`` (slower, and blind for what ``unseen`` says).
        started: UTC, ISO 8601. Seconds: how long.
        kernel: release and machine. Engine: name and version. Image: its digest. Empty where not known.
        exercised: what was done to the workload, in the words of who did it (``start``, ``check``, ``stop`` ...).
        incomplete: why something may be missing; empty for a complete recording.
        unseen: names of the fields below that this mode cannot fill.
        syscalls: of the workload. ``entry_syscalls``: of the runtime while it entered the container, up to ``execve``.
        filtered_syscalls: those of them behind the workload's seccomp filter, which has to allow them as well.
        denied: by a seccomp filter. Failed: refused by the kernel.
        capabilities: checks of the processes' own credentials.
        files, listens, connects, users, groups, peaks: see their types. Listens: with bound UDP and local sockets.
        path: of the file that the subject stands in, relative to the root; empty where it stands in none.
    """

    subject: str
    mode: str
    started: str
    seconds: float
    kernel: str = ""
    engine: str = ""
    image: str = ""
    exercised: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    syscalls: frozenset[Call] = frozenset()
    entry_syscalls: frozenset[Call] = frozenset()
    filtered_syscalls: frozenset[Call] = frozenset()
    denied: frozenset[Denial] = frozenset()
    failed: frozenset[Failure] = frozenset()
    capabilities: frozenset[Check] = frozenset()
    files: frozenset[FileUse] = frozenset()
    listens: frozenset[Address] = frozenset()
    connects: frozenset[Address] = frozenset()
    users: frozenset[User] = frozenset()
    groups: frozenset[int] = frozenset()
    peaks: Peaks = Peaks()
    path: str = ""

    @property
    def ident(self) -> str:
        """A digest of the run: 16 hexadecimal digits of the SHA-256 of its fields in a fixed order."""
        from hashlib import sha256

        fields = [sorted(value) if isinstance(value, frozenset) else value for value in self]
        if not self.path:
            del fields[-1]  # as before there was such a field
        return sha256(repr(fields).encode("utf-8", "surrogateescape")).hexdigest()[:16]


class StaticCall(NamedTuple):
    """A system call that a program of an image can make, and one place that makes it.

    Attributes:
        arch, name: as of a :class:`Call`.
        binary: the path of the program or library; empty where the kernel makes it for the program.
        function: the function in it: its name, or its address; or why the kernel does.
    """

    arch: str
    name: str
    binary: str
    function: str


class Analysed(NamedTuple):
    """A program or library whose code was read.

    Attributes:
        path: in the image, without links.
        digest: SHA-256 of its content.
        unresolved: places in it that make a system call, or pass one on, whose number nobody could tell.
    """

    path: str
    digest: str
    unresolved: int


class StaticPass(NamedTuple):
    """Which system calls the programs of an image can make at all, read from their code.

    Attributes:
        image: its digest; empty where it has none.
        programs: those that it begins with, by path.
        seconds: of processor time.
        incomplete: what was not analysed, and why; empty where nothing is known to be missing.
        calls: each call once, with a place that makes it.
        binaries: what was read.
    """

    image: str = ""
    programs: tuple[str, ...] = ()
    seconds: float = 0.0
    incomplete: tuple[str, ...] = ()
    calls: frozenset[StaticCall] = frozenset()
    binaries: frozenset[Analysed] = frozenset()

    @property
    def ident(self) -> str:
        """A digest of all but the time it took: 16 hexadecimal digits of a SHA-256."""
        from hashlib import sha256

        fields = (self.image, self.programs, self.incomplete, sorted(self.calls), sorted(self.binaries))
        return sha256(repr(fields).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    @property
    def syscalls(self) -> frozenset[Call]:
        """The calls without their places."""
        return frozenset(Call(each.arch, each.name) for each in self.calls)


class Profile(NamedTuple):
    """What some runs of one workload amount to.

    Attributes:
        runs: without doubles, in the order of their start.
        passes: static ones, without doubles.
    """

    runs: tuple[Run, ...] = ()
    passes: tuple[StaticPass, ...] = ()

    @property
    def syscalls_observed(self) -> frozenset[Call]:
        """Calls of the workload that were seen in any run: the tight set, which lacks what was not exercised."""
        return frozenset(call for run in self.runs for call in run.syscalls)

    @property
    def syscalls_static(self) -> frozenset[Call]:
        """Those, and all that the code can make: the safe set, for rare paths (errors, signals, exit, reload)."""
        return self.syscalls_observed.union(*(each.syscalls for each in self.passes))

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Why something may be missing, in any run; each reason once."""
        return tuple(dict.fromkeys(why for run in self.runs for why in run.incomplete))

    @property
    def exercised(self) -> tuple[str, ...]:
        """What was done to the workload in any run, each once."""
        return tuple(dict.fromkeys(what for run in self.runs for what in run.exercised))

    @property
    def capabilities_used(self) -> frozenset[str]:
        """Capabilities that the kernel asked for and the workload had."""
        return frozenset(
            check.capability for run in self.runs for check in run.capabilities if check.granted and check.certain
        )

    @property
    def peaks(self) -> Peaks:
        """The most of every run; None where no run could read it."""
        columns = zip(*(run.peaks for run in self.runs), strict=True)
        values: list[Any] = [max((each for each in column if each is not None), default=None) for column in columns]
        return Peaks(*values)

    def seen(self, dimension: str) -> dict[Any, tuple[str, ...]]:
        """What was seen in any run, sorted, with the runs (by ``ident``) that saw it.

        Args:
            dimension: the name of a field of :class:`Run` that is a set.
        """
        found: dict[Any, list[str]] = {}
        for run in self.runs:
            ident = run.ident
            for item in getattr(run, dimension):
                found.setdefault(item, []).append(ident)
        return {item: tuple(found[item]) for item in sorted(found)}


def merge(profiles: Iterable[Profile]) -> Profile:
    """One profile of all their runs and static passes; of equal passes, the quickest one."""
    several = list(profiles)
    runs = {run.ident: run for profile in several for run in profile.runs}
    passes: dict[str, StaticPass] = {}
    for each in (each for profile in several for each in profile.passes):
        passes[each.ident] = min(each, passes.get(each.ident, each), key=lambda one: one.seconds)
    return Profile(
        tuple(sorted(runs.values(), key=lambda run: (run.started, run.ident))),
        tuple(passes[ident] for ident in sorted(passes)),
    )


SETS = (
    "syscalls", "entry_syscalls", "filtered_syscalls", "denied", "failed", "capabilities", "files", "listens",
    "connects", "users", "groups",
)  # fmt: skip
"""The fields of a run that are sets: the dimensions in which runs are merged by union."""
