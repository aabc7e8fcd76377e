"""Drills about files, programs and devices."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

_OPENED = "it is opened for writing, and nothing is written"
_REMOVED = "the file is removed at once"
_SAME = "it writes back the very value that it has read"
_ROOT = (Measure.CAPABILITIES, Measure.USER)


def _file(
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
    _file(
        "write-root",
        "writes to its root file system",
        "makes a file in /",
        _REMOVED,
        (Measure.READ_ONLY, Measure.USER),
    ),
    _file(
        "write-accounts",
        "changes its accounts",
        "opens /etc/passwd for writing: a line more is an account with any rights",
        _OPENED,
        (Measure.READ_ONLY, Measure.USER),
    ),
    _file(
        "write-program",
        "changes its own program",
        "opens the program that the container runs for writing: it would stay changed until the next deployment",
        _OPENED,
        (Measure.READ_ONLY, Measure.USER),
    ),
    _file(
        "write-host-path",
        "writes to a path of the host",
        "makes a file in a folder of the host that the container mounts, or opens such a file for writing",
        f"the world has a copy of that path in its place, and {_REMOVED}",
        (Measure.MOUNTS,),
        "",
        "T1611",
    ),
    _file(
        "plant-setuid",
        "makes a setuid program of root's",
        "makes a file that belongs to root and has the setuid bit: a way back for later",
        _REMOVED,
        (Measure.USER,),
        "",
        "T1548.001",
    ),
    _file("change-owner", "gives a file away", "chown() to another account", _REMOVED, _ROOT, "CHOWN"),
    _file(
        "read-others",
        "reads a file of another account",
        "opens a file that only its owner may read",
        "the file is the helper's, and empty",
        _ROOT,
        "DAC_OVERRIDE",
    ),
    _file(
        "drop-program",
        "drops a program and runs it",
        "copies a program to each place where it may write, and runs it there; it takes a read-only root and no "
        "writable place that allows programs",
        f"the program is the helper, which ends at once, and {_REMOVED}",
        (),
    ),
    _file(
        "program-in-memory",
        "runs a program that is no file",
        "memfd_create() and execveat(): neither a read-only root nor noexec has a say",
        "the program is the helper, which ends at once",
        (),
    ),
    _file("make-device", "makes a device node", "mknod() of the kernel's log", _REMOVED, _ROOT, "MKNOD"),
    _file(
        "open-device",
        "opens a device of the machine",
        "makes a node of the kernel's log, and opens it",
        f"nothing is read, and {_REMOVED}",
        (*_ROOT, Measure.DEVICES),
        "MKNOD",
        "T1611",
    ),
    _file(
        "read-disk",
        "reads the machine's disk",
        "makes a node of the first disk, and reads one sector: every file of the machine is there",
        f"the sector is wiped from memory unseen, and {_REMOVED}",
        (*_ROOT, Measure.DEVICES),
        "MKNOD",
        "T1611",
    ),
    _file(
        "sysctl-kernel",
        "sets how the machine dumps cores",
        "writes kernel.core_pattern, which may name a program that the machine's kernel then starts as root",
        _SAME,
        (Measure.MASKS, Measure.USER),
        "",
        "T1611",
    ),
    _file(
        "sysctl-memory",
        "sets how the machine gives out memory",
        "writes vm.overcommit_memory, which counts for the whole machine",
        _SAME,
        (Measure.MASKS, Measure.USER),
    ),
    _file(
        "sysctl-network",
        "sets what its network forwards",
        "writes net.ipv4.ip_forward of its own network namespace",
        _SAME,
        (*_ROOT, Measure.MASKS),
        "NET_ADMIN",
    ),
    _file(
        "system-request",
        "gives the kernel commands",
        "opens /proc/sysrq-trigger for writing: one letter there ends the machine",
        _OPENED,
        (Measure.MASKS, Measure.USER),
    ),
    _file(
        "write-sys",
        "sets devices and the kernel in /sys",
        "opens a file of /sys for writing, if need be after a remount",
        _OPENED,
        _ROOT,
        "SYS_ADMIN",
        "T1611",
    ),
    _file(
        "read-masked",
        "reads what the engine hides in /proc",
        "reads /proc/timer_list, which tells addresses of the kernel",
        "what is read is dropped",
        (Measure.MASKS, Measure.USER),
    ),
    _file(
        "read-kernel-memory",
        "reads the kernel's memory",
        "reads the first bytes of /proc/kcore",
        "what is read is the file's own header, and dropped",
        _ROOT,
        "SYS_RAWIO",
    ),
)
