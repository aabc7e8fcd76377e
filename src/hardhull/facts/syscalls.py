"""System calls by name: which exist, which are dangerous in a container, which a container needs to start at all."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

DANGEROUS: Final = {
    "acct": "switches process accounting",
    "add_key": "kernel keyrings are shared with the host",
    "bpf": "loads programs into the kernel",
    "delete_module": "unloads kernel modules",
    "fanotify_init": "watches and blocks file access of other processes",
    "finit_module": "loads kernel modules",
    "fsconfig": "configures new mounts",
    "fsmount": "makes new mounts",
    "fsopen": "makes new mounts",
    "fspick": "changes mounts",
    "init_module": "loads kernel modules",
    "io_uring_enter": "does input and output past the seccomp filter",
    "io_uring_register": "does input and output past the seccomp filter",
    "io_uring_setup": "does input and output past the seccomp filter",
    "ioperm": "gives access to hardware ports",
    "iopl": "gives access to hardware ports",
    "kcmp": "compares kernel objects of other processes",
    "kexec_file_load": "boots another kernel",
    "kexec_load": "boots another kernel",
    "keyctl": "kernel keyrings are shared with the host",
    "lookup_dcookie": "tells where kernel objects are",
    "mount": "makes new mounts",
    "mount_setattr": "changes mounts",
    "move_mount": "moves mounts",
    "nfsservctl": "runs an NFS server in the kernel",
    "open_by_handle_at": "opens files outside of the container (the Shocker escape)",
    "open_tree": "takes mounts of other namespaces",
    "perf_event_open": "profiles the kernel and other processes",
    "pivot_root": "changes the root of the mount namespace",
    "quotactl": "changes disk quotas of the host",
    "reboot": "stops or restarts the host",
    "request_key": "kernel keyrings are shared with the host",
    "setns": "enters other namespaces",
    "settimeofday": "sets the clock of the host",
    "clock_settime": "sets the clock of the host",
    "swapoff": "changes the swap of the host",
    "swapon": "changes the swap of the host",
    "sysfs": "obsolete interface",
    "syslog": "reads the kernel's log",
    "umount": "removes mounts",
    "umount2": "removes mounts",
    "unshare": "makes user namespaces, in which much more of the kernel can be reached",
    "uselib": "obsolete interface",
    "userfaultfd": "stops the kernel at chosen moments, used in most kernel exploits",
    "vm86": "obsolete interface",
    "vm86old": "obsolete interface",
}
"""Calls that Docker's default profile keeps from a container with the default capabilities, and what they do."""


START: Final = frozenset({"close", "execve", "fstatfs", "getdents64", "openat", "write"})
"""Calls without any one of which runc starts no container, whatever its user, also with no-new-privileges.

Measured on amd64, Linux 6.18, with runc 1.1.5, 1.3.3, 1.3.4, 1.4.2 and 1.5.2: a program that only exits was started
under a filter of Docker's default calls less one, up to three times each. Kept here: those whose removal stopped every
start with every version. The program itself needs more.
"""

START_NEW: Final = frozenset({"fstat", "statx"})
"""Needed as well by runc 1.3.3 and later (measured alike), so that profiles from before 2018 no longer start."""

START_WITH_PRIVILEGES: Final = frozenset(
    {
        "capget", "capset", "chdir", "fstat", "getcwd", "getppid", "newfstatat", "prctl", "read", "setgid", "setgroups",
        "setuid",
    }
)  # fmt: skip
"""Needed as well without no-new-privileges: runc then loads the filter before it changes user. Measured alike."""


@cache
def known(*, amd64_only: bool = False) -> frozenset[str]:
    """Names of system calls that Linux has, on amd64 or on any architecture."""
    text = (Path(__file__).parent / "data" / "syscalls.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    amd64, _, other = " ".join(lines).removeprefix("amd64:").partition("other:")
    return frozenset(amd64.split()) if amd64_only else frozenset(amd64.split() + other.split())
