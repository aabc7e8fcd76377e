"""Drills about new namespaces and about other processes of the container."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

_GONE = "the namespace is empty, and gone with the process"
_SELF = "the other process is the helper itself, which waits"
_ROOT = (Measure.CAPABILITIES, Measure.USER)


def _process(
    name: str,
    title: str,
    tries: str,
    harmless: str,
    measures: tuple[Measure, ...],
    capability: str = "",
    technique: str = "",
) -> Drill:
    return Drill(name, title, tries, harmless, Dimension.PRIVILEGE, measures, capability, technique)


DRILLS = (
    _process(
        "user-namespace",
        "makes a user namespace",
        "unshare() of the user namespace: in a new one every account is root, which is how most exploits of the kernel "
        "get at the code that they need",
        _GONE,
        (Measure.SECCOMP,),
    ),
    _process(
        "clone-user-namespace",
        "starts a process in a user namespace",
        "the same by clone(), whose flags a filter has to look at",
        _GONE,
        (Measure.SECCOMP,),
    ),
    _process(
        "mount-namespace",
        "makes a mount namespace",
        "unshare() of the mount namespace: the first step of most escapes by mounts",
        _GONE,
        _ROOT,
        "SYS_ADMIN",
    ),
    _process(
        "network-namespace",
        "makes a network namespace",
        "unshare() of the network namespace: there it may configure interfaces and filters, code with many flaws",
        _GONE,
        _ROOT,
        "SYS_ADMIN",
    ),
    _process(
        "process-namespace",
        "makes a process namespace",
        "unshare() of the process namespace",
        _GONE,
        _ROOT,
        "SYS_ADMIN",
    ),
    _process(
        "trace-process",
        "traces another process",
        "ptrace() of another process of the container, whose secrets it then has",
        f"{_SELF}, is not stopped, and is let go at once",
        (),
        "",
        "T1055.008",
    ),
    _process(
        "read-memory",
        "reads another process's memory",
        "process_vm_readv() of eight bytes of another process of the container",
        f"{_SELF}; the bytes are a constant of its own",
        (Measure.SECCOMP,),
    ),
    _process(
        "take-descriptor",
        "takes another process's open file",
        "pidfd_getfd() of an open file of another process of the container",
        f"{_SELF}; the file is its output",
        (Measure.SECCOMP,),
    ),
    _process(
        "compare-processes",
        "compares kernel objects",
        "kcmp() of two processes, which tells in part where the kernel keeps its objects",
        "it changes nothing",
        (Measure.SECCOMP,),
    ),
)
