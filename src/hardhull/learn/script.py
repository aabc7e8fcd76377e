"""The bpftrace program that records, aggregated in the kernel.

Everything is a map that is set once per key and read when the recording ends: nothing is streamed, so nothing is lost
on the way (a ``printf`` per call costs 84 times as much as the call, a map that is set once 1.6 times). The text is put
together from constants of this module alone; numbers of the run are its positional parameters:

    $1  number of the recorder's own mount namespace, which is not recorded
    $2  number of the only mount namespace to record, 0 for every one
    $3  process number of the recorder, for which the program says that it is attached

Only tracepoints are used: they exist on every kernel with BTF, kprobes do not. Keys begin with the kernel's unique
number of the mount namespace and with the *stage*: 1 for a task that came in from outside (``unshare``, ``setns`` or
``clone`` while it was in the recorder's namespace, and its children) and has not called ``execve`` since, 2 once such a
task has a seccomp filter. That is what runc, crun or nsenter do to get in; no name of a process decides it, so an
application cannot hide behind one.

Paths are read from the kernel's own tree of directory entries, names from the leaf up, without links. Their key is a
hash over the names' hashes and the device of the file system, so that a renamed folder or a reused entry is a new path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.learn.script_calls import calls
from hardhull.learn.script_parts import EXECUTED, FILTERED, INUM, SETTLED, WANTED, probes, walk, who
from hardhull.learn.script_sockets import sockets

if TYPE_CHECKING:
    from hardhull.learn.script_parts import Dialect

KEPT: Final = (
    "@sys", "@denied", "@failed", "@cap", "@file", "@change", "@asked", "@in", "@out", "@unix", "@user", "@group",
    "@path", "@name", "@deep", "@ns", "@nested", "@newns", "@full", "@host",
)  # fmt: skip
"""The maps that are the recording."""
UNDER_WAY: Final = ("@cur", "@stage", "@born", "@door", "@filter", "@arg", "@at", "@fd", "@addr")
"""The maps of calls under way, by the number of a task."""
SET_FILTER, PR_SET_SECCOMP = 1, 22
"""``SECCOMP_SET_MODE_FILTER`` of ``seccomp(2)``, and the option of ``prctl(2)`` that was there before it."""
NAMED = "@host[NSID] = curtask->nsproxy->uts_ns->name.nodename;"
"""Keeps the name as a host, which tells containers apart: before the runtime's last calls, and for every program."""
PRINTING, FORGETTING = 1 << 24, 1 << 25
"""Bits of numbers beyond those of processes (PID_MAX_LIMIT, 1 << 22): have the maps printed, or printed and emptied."""


def script(dialect: Dialect) -> str:
    """The whole program."""
    parts = [
        _ready("enter"),
        _stages(dialect.calls),
        calls(dialect),
        _capabilities(),
        _executed(),
        sockets(),
        _ends(),
        _snapshot(),
        _ready("exit"),
    ]
    return "\n".join(parts).replace("NSID", f"curtask->nsproxy->mnt_ns->{dialect.namespace}")


def _ready(side: str) -> str:
    """Says that it is attached; one stands first and one last, whichever way bpftrace attaches them."""
    return f'tracepoint:syscalls:sys_{side}_getppid /pid == $3/ {{ printf("{side}\\n"); }}'


def _snapshot() -> str:
    """Prints every map when the recorder asks for the group of a process that cannot exist, and says for which one.

    Nobody waits until all probes are taken away at the end: that takes seconds.
    """
    prints = " ".join(f"print({name});" for name in KEPT)
    clears = " ".join(f"clear({name});" for name in KEPT)
    return f"""tracepoint:syscalls:sys_enter_getpgid /pid == $3 && (args->pid & {PRINTING | FORGETTING}) != 0/ {{
  {prints}
  if ((args->pid & {FORGETTING}) != 0) {{ {clears} }}
  printf("maps %d\\n", args->pid);
}}"""


def _stages(known: frozenset[str]) -> str:
    """Which processes are still on their way in, and which namespaces were made from within a recorded one.

    ``@door`` and ``@born`` are the namespace that a task, or its parent, was in before; 1 stands for our own.
    """
    entered = f"""
  if ($was == 1) {{ if ({INUM} != $1) {{ @stage[pid] = 1; }} }}
  else if ($was != NSID) {{ @nested[NSID, $was] = 1; }}"""
    return f"""
{probes("enter", ("unshare", "setns"), known)} {{ @door[tid] = {INUM} == $1 ? (uint64)1 : (uint64)NSID; }}
{probes("exit", ("unshare", "setns"), known)} /@door[tid]/ {{
  $was = @door[tid];
  delete(@door[tid]);{entered}
  if (args->ret == 0) {{ {SETTLED} }}
}}
tracepoint:sched:sched_process_fork {{
  @born[args->child_pid] = {INUM} == $1 ? (uint64)1 : (uint64)NSID;
  if (@stage[pid]) {{ @stage[args->child_pid] = @stage[pid]; }}
}}
tracepoint:syscalls:sys_enter_seccomp /@stage[pid] && args->op == {SET_FILTER}/ {{ @filter[tid] = 1; }}
tracepoint:syscalls:sys_enter_prctl /@stage[pid] && args->option == {PR_SET_SECCOMP}/ {{ @filter[tid] = 1; }}
tracepoint:syscalls:sys_exit_seccomp, tracepoint:syscalls:sys_exit_prctl /@filter[tid]/ {{
  if (args->ret == 0) {{ @cur[tid] = {FILTERED}; {NAMED} }}
  delete(@filter[tid]);
}}
{probes("exit", ("clone", "clone3", "fork", "vfork"), known)} /args->ret == 0 && @born[tid]/ {{
  $was = @born[tid];
  delete(@born[tid]);{entered}
  {SETTLED}
}}"""


def _capabilities() -> str:
    """Checks with the verdict, the call that asked, and whether the task was asked for itself.

    overlayfs asks for the one who mounted it: then the credentials are not the task's own.
    """
    return f"""
tracepoint:capability:cap_capable /{WANTED}/ {{
  $own = (uint64)args->cred == (uint64)curtask->real_cred ? 1 : 0;
  @cap[NSID, @stage[pid], args->cap, args->ret, @cur[tid] & 0x10ffffff, $own] = 1;
}}"""


def _executed() -> str:
    """Programs: the file that the kernel runs, and what was asked for, which is another where it is a script."""
    ran = walk(
        "curtask->mm->exe_file->f_path.dentry",
        "curtask->mm->exe_file->f_path.mnt->mnt_sb->s_dev",
        f"@file[NSID, 0, {EXECUTED}, $h] = 1;",
    )
    asked = walk(
        "curtask->fs->pwd.dentry",
        "curtask->fs->pwd.mnt->mnt_sb->s_dev",
        "@asked[NSID, 0, $h, str(args->filename)] = 1;",
    )
    return f"""
tracepoint:sched:sched_process_exec {{ delete(@stage[pid]); delete(@born[tid]); delete(@door[tid]); {SETTLED} }}
tracepoint:sched:sched_process_exec /{WANTED}/ {{{ran}
}}
tracepoint:sched:sched_process_exec /{WANTED}/ {{{asked}
}}
tracepoint:sched:sched_process_exec /{WANTED}/ {{
  {NAMED}
{who()}
}}"""


def _ends() -> str:
    deletes = " ".join(f"delete({name}[tid]);" for name in UNDER_WAY)
    clears = " ".join(f"clear({name});" for name in UNDER_WAY)
    return f"""
tracepoint:sched:sched_process_exit {{ {deletes} }}
END {{ {clears} }}"""
