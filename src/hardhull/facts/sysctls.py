"""Settings of the kernel that keep containers apart from the host.

Sources: Documentation/admin-guide/sysctl of the kernel; CIS Distribution Independent Linux Benchmark 2.0, chapters 1
and 3; the KSPP's recommended settings (https://kspp.github.io/Recommended_Settings).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Wanted(NamedTuple):
    """The values that are right, and what another one lets happen. A kernel without the setting is not judged."""

    values: tuple[str, ...]
    why: str


WANTED: Final[dict[str, Wanted]] = {
    "kernel.randomize_va_space": Wanted(("2",), "addresses of programs can be guessed"),
    "kernel.kptr_restrict": Wanted(("1", "2"), "containers read the kernel's own addresses"),
    "kernel.dmesg_restrict": Wanted(("1",), "every process reads the kernel's log"),
    "kernel.unprivileged_bpf_disabled": Wanted(("1", "2"), "every process may load programs into the kernel"),
    "kernel.perf_event_paranoid": Wanted(("2", "3", "4"), "every process may measure the kernel"),
    "kernel.yama.ptrace_scope": Wanted(("1", "2", "3"), "processes of one user take each other over"),
    "fs.protected_hardlinks": Wanted(("1",), "links to files of others can be made in shared folders"),
    "fs.protected_symlinks": Wanted(("1",), "links in shared folders lead root's programs elsewhere"),
    "fs.suid_dumpable": Wanted(("0", "2"), "memory of setuid programs is dumped where others read it"),
    "net.ipv4.conf.all.route_localnet": Wanted(("0",), "the network reaches what listens on 127.0.0.1 only"),
}
