"""What the parts of the recording program share: constants, expressions, and pieces of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

DEPTH: Final = 16
"""Most names in a path; a deeper one is recorded as cut."""
NAME_BYTES: Final = 128
"""Space for a name with its closing NUL (BPFTRACE_STRLEN): bpftrace keeps strings on a stack of 512 bytes."""
GROUPS: Final = 16
"""Most supplementary groups of one process that are looked at."""

OPENED, EXECUTED, CHANGED = 0, 1, 2
"""What happened to a file: opened for writing, executed, its owner, mode, times or attributes set."""

REFUSED: Final = (1, 13, 30)
"""EPERM, EACCES, EROFS: what a call that wants too much is told."""

INUM: Final = "curtask->nsproxy->mnt_ns->ns.inum"
WANTED: Final = f"{INUM} != $1 && ($2 == 0 || {INUM} == $2)"
FD: Final = "*(curtask->files->fdt->fd + {})"
HERE: Final = "(NSID << 32) + ((uint64)@stage[pid] << 30) + 1"
"""What ``@cur`` has of a task between two calls: the namespace, the stage, and 1."""
FILTERED: Final = "(NSID << 32) + ((uint64)2 << 30) + 1"
"""The same of a thread that has just got a seccomp filter on its way in: other threads of the runtime have it as well,
but only this one becomes the workload."""
SETTLED: Final = f"if ({WANTED}) {{ @cur[tid] = {HERE}; }} else {{ delete(@cur[tid]); }}"


class Dialect(NamedTuple):
    """What differs between kernels.

    Attributes:
        namespace: the field of ``struct mnt_namespace`` that no two of them ever share.
        compat: an expression that is true in a call of the architecture's 32-bit mode.
        arch: of the kernel's own programs, by Go's name.
        calls: names of the calls that the kernel has a tracepoint for.
    """

    namespace: str
    compat: str
    arch: str
    calls: frozenset[str]


COMPAT: Final = {
    "x86_64": "(curtask->thread_info.status & 2) != 0",
    "aarch64": "(curtask->thread_info.flags & 0x400000) != 0",
}
"""TS_COMPAT of x86, TIF_32BIT of Arm."""


def probes(side: str, calls: Iterable[str], known: frozenset[str]) -> str:
    """Tracepoints of calls, those that this kernel has: ``side`` is ``enter`` or ``exit``."""
    return ",\n".join(f"tracepoint:syscalls:sys_{side}_{name}" for name in calls if name in known)


def walk(dentry: str, device: str, keep: str) -> str:
    """Reads a path into ``$h`` and keeps its names once; ``keep`` is what is recorded of it."""
    return f"""
  $d = {dentry}; $e = $d; $h = (uint64){device};
  unroll({DEPTH}) {{ if ($e != $e->d_parent) {{
    $h = $h * 1099511628211 + $e->d_name.hash_len; $e = $e->d_parent;
  }} }}
  if (@path[$h] == 0) {{
    @path[$h] = 1 + (uint64){device};
    if ($e != $e->d_parent) {{ @deep[$h] = 1; }}
    $i = 0;
    unroll({DEPTH}) {{ if ($d != $d->d_parent) {{
      @name[$h, $i] = str($d->d_name.name); $d = $d->d_parent; $i = $i + 1;
    }} }}
  }}
  {keep}"""


def who() -> str:
    """Ids of the task. The groups follow the two numbers in ``struct group_info``; bpftrace cannot index them."""
    groups = "\n".join(
        f"  if ($g->ngroups > {index}) {{ @group[NSID, @stage[pid], "
        f"(uint64)*(uint32 *)((uint64)$g + {8 + 4 * index})] = 1; }}"
        for index in range(GROUPS)
    )
    return f"""  $c = curtask->cred; $g = $c->group_info;
  @user[NSID, @stage[pid], (uint64)$c->uid.val, (uint64)$c->gid.val, (uint64)$c->euid.val, (uint64)$c->egid.val] = 1;
{groups}
  if ($g->ngroups > {GROUPS}) {{ @full["groups"] = 1; }}"""
