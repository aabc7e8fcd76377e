"""Drills about calls into the kernel that few applications need."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

_GONE = "what it makes is gone with the process"
_NOTHING = "its arguments are such that the kernel refuses them after it has allowed the call"
_ROOT = (Measure.CAPABILITIES, Measure.USER)


def _call(
    name: str,
    title: str,
    tries: str,
    harmless: str,
    measures: tuple[Measure, ...] = _ROOT,
    capability: str = "",
    technique: str = "",
) -> Drill:
    return Drill(name, title, tries, harmless, Dimension.PRIVILEGE, measures, capability, technique)


DRILLS = (
    _call(
        "bpf-program",
        "loads a BPF program",
        "bpf() with a program of two instructions: programs in the kernel see and change what others do",
        f"the program returns 0 and is attached to nothing; {_GONE}",
        capability="BPF",
    ),
    _call("bpf-map", "makes a BPF map", "bpf() with an array of one entry", _GONE, capability="BPF"),
    _call(
        "perf-event",
        "counts events in the kernel",
        "perf_event_open() with the kernel included, which shows where it is in memory",
        _GONE,
        capability="PERFMON",
    ),
    _call(
        "add-key",
        "keeps a key in the kernel",
        "add_key(): the kernel's keys have no namespace, and have had many flaws",
        "the key is in the keyring of the process, and gone with it",
        (Measure.SECCOMP,),
    ),
    _call("session-keyring", "makes a keyring", "keyctl() for a new session", _GONE, (Measure.SECCOMP,)),
    _call(
        "page-faults",
        "handles page faults itself",
        "userfaultfd(), with which exploits hold the kernel at the place that they want",
        _GONE,
        (Measure.SECCOMP,),
        "SYS_PTRACE",
    ),
    _call(
        "io-uring",
        "makes a queue of io_uring",
        "io_uring_setup(): calls through the queue pass by every seccomp filter",
        _GONE,
        (),
    ),
    _call(
        "watch-files",
        "watches accesses to files",
        "fanotify_init() with the right to decide about each access",
        f"nothing is watched; {_GONE}",
        capability="SYS_ADMIN",
    ),
    _call(
        "load-kernel",
        "loads another kernel",
        "kexec_load()",
        f"{_NOTHING} (more segments than there may be)",
        capability="SYS_BOOT",
    ),
    _call(
        "load-module",
        "loads a kernel module",
        "init_module()",
        f"{_NOTHING} (an empty module)",
        capability="SYS_MODULE",
        technique="T1547.006",
    ),
    _call(
        "reboot",
        "reboots",
        "reboot()",
        f"{_NOTHING} (wrong magic numbers)",
        capability="SYS_BOOT",
        technique="T1529",
    ),
    _call(
        "swap",
        "adds swap space",
        "swapon()",
        f"{_NOTHING} (a name that no file has)",
        (*_ROOT, Measure.SECCOMP),
        "SYS_ADMIN",
    ),
    _call(
        "set-clock",
        "sets the machine's clock",
        "settimeofday(): the clock has no namespace, and certificates and logs depend on it",
        f"{_NOTHING} (a time zone that there is not, and no time)",
        capability="SYS_TIME",
    ),
    _call(
        "accounting",
        "writes accounts of processes",
        "acct(), which writes a line about every process of the namespace",
        f"{_NOTHING} (a file that is not there)",
        capability="SYS_PACCT",
    ),
    _call(
        "host-name",
        "sets the host name",
        "sethostname()",
        "it sets the name that there is",
        capability="SYS_ADMIN",
    ),
    _call(
        "kernel-log",
        "asks for the kernel's log",
        "syslog(): the log is the machine's, and tells addresses and names of others",
        "it asks for the log's size only",
        (Measure.SECCOMP,),
        "SYSLOG",
    ),
    _call(
        "port-io",
        "gets the ports of devices",
        "iopl(), with which a process speaks to devices directly",
        "no port is touched",
        capability="SYS_RAWIO",
    ),
    _call(
        "fixed-addresses",
        "turns address randomisation off",
        "personality(), so that programs it starts are at known addresses",
        "it starts none",
        (Measure.SECCOMP,),
    ),
    _call(
        "raise-priority",
        "goes before all other processes",
        "setpriority() to -20: the machine's other processes wait",
        "the process ends at once",
        capability="SYS_NICE",
    ),
    _call(
        "raise-limit",
        "raises a limit that was set",
        "prlimit() above the hard limit",
        "the limit is that of the process, for core dumps: 1 byte",
        capability="SYS_RESOURCE",
    ),
)
