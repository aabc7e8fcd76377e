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

_INUM: Final = "curtask->nsproxy->mnt_ns->ns.inum"
_WANTED: Final = f"{_INUM} != $1 && ($2 == 0 || {_INUM} == $2)"
_FD: Final = "*(curtask->files->fdt->fd + {})"
_AT_FDCWD: Final = "0xffffff9c"

BY_NAME: Final = (
    ("pathname", "", ("mkdir", "rmdir", "unlink", "setxattr", "lsetxattr")),
    ("filename", "", ("mknod", "chmod", "chown", "lchown")),
    ("path", "", ("truncate",)),
    ("newname", "", ("rename", "link", "symlink")),
    ("pathname", "dfd", ("mkdirat", "unlinkat")),
    ("filename", "dfd", ("mknodat", "fchmodat", "fchmodat2", "fchownat", "utimensat")),
    ("newname", "newdfd", ("renameat", "renameat2", "linkat", "symlinkat")),
)
"""Calls that change something by its name: the argument, the one of the folder it begins in, the calls."""
BY_FILE: Final = ("fchmod", "fchown", "fsetxattr")
"""Calls that change the open file in their first argument ``fd``."""
SET_FILTER, PR_SET_SECCOMP = 1, 22
"""``SECCOMP_SET_MODE_FILTER`` of ``seccomp(2)``, and the option of ``prctl(2)`` that was there before it."""
BECOMING: Final = ("setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups")
"""Calls after which a task may be somebody else."""
KEPT: Final = (
    "@sys", "@denied", "@cap", "@file", "@change", "@asked", "@in", "@out", "@unix", "@user", "@group", "@path",
    "@name", "@deep", "@ns", "@nested", "@newns", "@full",
)  # fmt: skip
"""The maps that are the recording; the others are of calls under way."""
WRITING: Final = 0o1103
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC: what an opening that writes has of these."""
PRINTING, FORGETTING = 1 << 24, 1 << 25
"""Bits of numbers beyond those of processes (PID_MAX_LIMIT, 1 << 22): have the maps printed, or printed and emptied."""
_OPEN, _BY_NAME, _OF_FILE, _BECOME = 1, 2, 3, 4


class Dialect(NamedTuple):
    """What differs between kernels.

    Attributes:
        namespace: the field of ``struct mnt_namespace`` that no two of them ever share.
        compat: an expression that is true in a call of the architecture's 32-bit mode.
        calls: names of the calls that the kernel has a tracepoint for.
    """

    namespace: str
    compat: str
    calls: frozenset[str]


COMPAT: Final = {
    "x86_64": "(curtask->thread_info.status & 2) != 0",
    "aarch64": "(curtask->thread_info.flags & 0x400000) != 0",
}
"""TS_COMPAT of x86, TIF_32BIT of Arm."""


def script(dialect: Dialect) -> str:
    """The whole program."""
    parts = [
        _ready("enter"),
        _stages(dialect.calls),
        _calls(dialect),
        _capabilities(),
        _executed(),
        _files(dialect.calls),
        _sockets(),
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


def _probes(side: str, calls: Iterable[str], known: frozenset[str]) -> str:
    return ",\n".join(f"tracepoint:syscalls:sys_{side}_{name}" for name in calls if name in known)


def _stages(known: frozenset[str]) -> str:
    """Which processes are still on their way in, and which namespaces were made from within a recorded one.

    ``@door`` and ``@born`` are the namespace that a task, or its parent, was in before; 1 stands for our own.
    """
    entered = f"""
  if ($was == 1) {{ if ({_INUM} != $1) {{ @stage[pid] = 1; }} }}
  else if ($was != NSID) {{ @nested[NSID, $was] = 1; }}"""
    return f"""
{_probes("enter", ("unshare", "setns"), known)} {{ @door[tid] = {_INUM} == $1 ? (uint64)1 : (uint64)NSID; }}
{_probes("exit", ("unshare", "setns"), known)} /@door[tid]/ {{
  $was = @door[tid];
  delete(@door[tid]);{entered}
}}
tracepoint:sched:sched_process_fork {{
  @born[args->child_pid] = {_INUM} == $1 ? (uint64)1 : (uint64)NSID;
  if (@stage[pid]) {{ @stage[args->child_pid] = @stage[pid]; }}
}}
tracepoint:syscalls:sys_enter_seccomp /@stage[pid] && args->op == {SET_FILTER}/ {{ @filter[tid] = 1; }}
tracepoint:syscalls:sys_enter_prctl /@stage[pid] && args->option == {PR_SET_SECCOMP}/ {{ @filter[tid] = 1; }}
tracepoint:syscalls:sys_exit_seccomp, tracepoint:syscalls:sys_exit_prctl /@filter[tid]/ {{
  if (args->ret == 0) {{ @stage[pid] = 2; }}
  delete(@filter[tid]);
}}
{_probes("exit", ("clone", "clone3", "fork", "vfork"), known)} /args->ret == 0 && @born[tid]/ {{
  $was = @born[tid];
  delete(@born[tid]);{entered}
}}"""


def _calls(dialect: Dialect) -> str:
    """Calls that were made, and calls that came back without having been made: a seccomp filter denied those.

    ``@cur`` is 0 for a task that was never seen, 1 between two calls, and the number plus 2 in a call.
    """
    clones = _probes("enter", ("clone",), dialect.calls)
    return f"""
tracepoint:raw_syscalls:sys_enter /{_WANTED}/ {{
  $id = NSID; $stage = @stage[pid]; $compat = {dialect.compat};
  @cur[tid] = args->id + 2;
  if (@sys[$id, $stage, $compat, args->id] == 0) {{
    @sys[$id, $stage, $compat, args->id] = 1;
    @ns[$id] = (uint64){_INUM};
    if (@cur[tid] == 0) {{ @full["threads"] = 1; }}
  }}
}}
tracepoint:raw_syscalls:sys_exit /{_WANTED}/ {{
  if (@cur[tid] == 1 && args->ret < 0 && args->ret > -4096 && args->id >= 0) {{
    $compat = {dialect.compat};
    @denied[NSID, @stage[pid], $compat, args->id, args->ret] = 1;
  }}
  @cur[tid] = 1;
}}
{clones} /{_WANTED}/ {{
  if ((args->clone_flags & 0x7e020080) != 0) {{ @newns[NSID, @stage[pid]] = 1; }}
}}
tracepoint:syscalls:sys_enter_clone3 /{_WANTED}/ {{
  if ((*(uint64 *)uptr(args->uargs) & 0x7e020080) != 0) {{ @newns[NSID, @stage[pid]] = 1; }}
}}"""


def _capabilities() -> str:
    """Checks with the verdict, the call that asked, and whether the task was asked for itself.

    overlayfs asks for the one who mounted it: then the credentials are not the task's own.
    """
    return f"""
tracepoint:capability:cap_capable /{_WANTED}/ {{
  $own = (uint64)args->cred == (uint64)curtask->real_cred ? 1 : 0;
  @cap[NSID, @stage[pid], args->cap, args->ret, @cur[tid], $own] = 1;
}}"""


def _walk(dentry: str, device: str, keep: str) -> str:
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


def _executed() -> str:
    """Programs: the file that the kernel runs, and what was asked for, which is another where it is a script."""
    walk = _walk(
        "curtask->mm->exe_file->f_path.dentry",
        "curtask->mm->exe_file->f_path.mnt->mnt_sb->s_dev",
        f"@file[NSID, 0, {EXECUTED}, $h] = 1;",
    )
    asked = _walk(
        "curtask->fs->pwd.dentry",
        "curtask->fs->pwd.mnt->mnt_sb->s_dev",
        "@asked[NSID, 0, $h, str(args->filename)] = 1;",
    )
    return f"""
tracepoint:sched:sched_process_exec {{ delete(@stage[pid]); delete(@born[tid]); delete(@door[tid]); }}
tracepoint:sched:sched_process_exec /{_WANTED}/ {{{walk}
}}
tracepoint:sched:sched_process_exec /{_WANTED}/ {{{asked}
}}
tracepoint:sched:sched_process_exec /{_WANTED}/ {{
{_who()}
}}"""


def _files(known: frozenset[str]) -> str:
    """Arguments are saved when a call begins, and resolved when it succeeded, in one program for all calls.

    ``@todo`` says what ends: a call that opened, changed something by name, changed an open file, or changed ids.
    """
    begins = [
        (
            f"{_probes('enter', ('open', 'openat'), known)} /(args->flags & {WRITING}) != 0 && {_WANTED}/ "
            f"{{ @todo[tid] = {_OPEN}; }}"
        ),
        f"{_probes('enter', ('creat', 'openat2'), known)} /{_WANTED}/ {{ @todo[tid] = {_OPEN}; }}",
        f"{_probes('enter', BECOMING, known)} /{_WANTED}/ {{ @todo[tid] = {_BECOME}; }}",
        f"{_probes('enter', BY_FILE, known)} /{_WANTED}/ {{ @todo[tid] = {_OF_FILE}; @arg[tid] = (uint64)args->fd; }}",
    ]
    for argument, folder, names in BY_NAME:
        at = f"(uint64)args->{folder}" if folder else _AT_FDCWD
        begins.append(
            f"{_probes('enter', names, known)} /{_WANTED}/ "
            f"{{ @todo[tid] = {_BY_NAME}; @arg[tid] = (uint64)args->{argument}; @at[tid] = (uint64){at}; }}"
        )
    walk = _walk(
        "$b",
        "$dev",
        f"""
    if ($todo == {_BY_NAME}) {{ @change[NSID, @stage[pid], $h, str(uptr($p))] = 1; }}
    else if ($todo == {_OF_FILE}) {{ @file[NSID, @stage[pid], {CHANGED}, $h] = 1; }}
    else if (($f->f_mode & 2) != 0) {{ @file[NSID, @stage[pid], {OPENED}, $h] = 1; }}""",
    )
    return (
        "\n".join(each for each in begins if not each.startswith(" "))
        + f"""
tracepoint:raw_syscalls:sys_exit /@todo[tid]/ {{
  $todo = @todo[tid]; $p = @arg[tid]; $at = @at[tid] & 0xffffffff;
  delete(@todo[tid]); delete(@arg[tid]); delete(@at[tid]);
  if ($todo != {_BECOME} && args->ret >= 0) {{
    $b = curtask->fs->pwd.dentry;
    $dev = (uint64)curtask->fs->pwd.mnt->mnt_sb->s_dev;
    $n = $todo == {_OPEN} ? (uint64)args->ret : ($todo == {_OF_FILE} ? $p & 0xffffffff : $at);
    $f = {_FD.format("0")};
    if ($todo == {_BY_NAME} && *(uint8 *)uptr($p) == 47) {{
      $b = curtask->fs->root.dentry;
      $dev = (uint64)curtask->fs->root.mnt->mnt_sb->s_dev;
    }} else if ($n != {_AT_FDCWD}) {{
      $f = {_FD.format("$n")};
      $b = $f->f_path.dentry;
      $dev = (uint64)$f->f_path.mnt->mnt_sb->s_dev;
    }}{walk}
  }}
  if ($todo == {_BECOME}) {{
{_who()}
  }}
}}"""
    )


def _sockets() -> str:
    """Addresses: of connections as they were asked for, of bound and listening sockets as the kernel has them."""
    address = """
  $n = (uint64)*(uint8 *)uptr($p + 2) * 256 + (uint64)*(uint8 *)uptr($p + 3);
  $family = (uint64)*(uint16 *)uptr($p);
  if ($family == 2) { @out[NSID, @stage[pid], $type, 2, $n, (uint64)*(uint32 *)uptr($p + 4), (uint64)0] = 1; }
  if ($family == 10) {
    @out[NSID, @stage[pid], $type, 10, $n, *(uint64 *)uptr($p + 8), *(uint64 *)uptr($p + 16)] = 1;
  }
"""
    unix = """
  if ($family == 1) {
    if (*(uint8 *)uptr($p + 2) == 0) { @unix[NSID, @stage[pid], OP, 1, str(uptr($p + 3))] = 1; }
    else { @unix[NSID, @stage[pid], OP, 0, str(uptr($p + 2))] = 1; }
  }"""
    bound = """
  $s = (struct socket *)$f->private_data; $k = $s->sk; $family = (uint64)$k->__sk_common.skc_family;
  $n = (uint64)$k->__sk_common.skc_num; $type = (uint64)$s->type;
  if ($family == 2) {
    $four = (uint64)$k->__sk_common.skc_rcv_saddr;
    @in[NSID, @stage[pid], LISTEN, $type, 2, $n, $four, (uint64)0, (uint64)0, (uint64)0] = 1;
  }
  if ($family == 10) {
    $a = $k->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32;
    @in[NSID, @stage[pid], LISTEN, $type, 10, $n, (uint64)$a[0], (uint64)$a[1], (uint64)$a[2], (uint64)$a[3]] = 1;
  }"""
    fd = f"$f = {_FD.format('((@fd[tid] - 1) & 0xffffffff)')};"
    return f"""
tracepoint:syscalls:sys_enter_connect /{_WANTED}/ {{
  @fd[tid] = (uint64)args->fd + 1; @arg[tid] = (uint64)args->uservaddr;
}}
tracepoint:syscalls:sys_exit_connect /@arg[tid]/ {{
  $p = @arg[tid]; {fd} $type = (uint64)((struct socket *)$f->private_data)->type;{address}}}
tracepoint:syscalls:sys_exit_connect /@arg[tid]/ {{
  $p = @arg[tid]; $family = (uint64)*(uint16 *)uptr($p);{unix.replace("OP", "0")}
}}
tracepoint:syscalls:sys_exit_connect /@arg[tid]/ {{ delete(@fd[tid]); delete(@arg[tid]); }}
tracepoint:syscalls:sys_enter_sendto /args->addr != 0 && {_WANTED}/ {{
  $p = (uint64)args->addr; $f = {_FD.format("args->fd")};
  $type = (uint64)((struct socket *)$f->private_data)->type;{address}}}
tracepoint:syscalls:sys_enter_sendmsg /{_WANTED}/ {{
  $p = *(uint64 *)uptr(args->msg); $f = {_FD.format("args->fd")};
  $type = (uint64)((struct socket *)$f->private_data)->type;
  if ($p != 0) {{{address}}}
}}
tracepoint:syscalls:sys_enter_bind /{_WANTED}/ {{
  @fd[tid] = (uint64)args->fd + 1; @arg[tid] = (uint64)args->umyaddr;
}}
tracepoint:syscalls:sys_exit_bind /args->ret == 0 && @fd[tid]/ {{
  {fd}{bound.replace("LISTEN", "0")}
}}
tracepoint:syscalls:sys_exit_bind /args->ret == 0 && @arg[tid]/ {{
  $p = @arg[tid]; $family = (uint64)*(uint16 *)uptr($p);{unix.replace("OP", "1")}
}}
tracepoint:syscalls:sys_exit_bind /@arg[tid]/ {{ delete(@fd[tid]); delete(@arg[tid]); }}
tracepoint:syscalls:sys_enter_listen /{_WANTED}/ {{ @fd[tid] = (uint64)args->fd + 1; }}
tracepoint:syscalls:sys_exit_listen /@fd[tid]/ {{
  {fd}
  delete(@fd[tid]);
  if (args->ret == 0) {{{bound.replace("LISTEN", "1")}
  }}
}}"""


def _who() -> str:
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


def _ends() -> str:
    return """
tracepoint:sched:sched_process_exit {
  delete(@cur[tid]); delete(@stage[tid]); delete(@born[tid]); delete(@door[tid]);
  delete(@filter[tid]); delete(@arg[tid]); delete(@at[tid]); delete(@fd[tid]); delete(@todo[tid]);
}
END {
  clear(@cur); clear(@stage); clear(@born); clear(@door); clear(@filter); clear(@arg); clear(@at);
  clear(@fd); clear(@todo);
}"""
