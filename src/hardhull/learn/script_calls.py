"""The part of the recording program that sees every call: which it is, how it ended, and what it did to a file.

One program runs when a call begins and one when it ends, so they are what a recording costs. ``@cur`` has one number
for a task that is recorded, and nothing for others: where it is and whether it is in a call is one look.

    bits 32 to 63   number of its mount namespace
    bits 30, 31     its stage
    bit 28          whether the call is one of x86's x32
    bits 24 to 27   what is left to do at the call's end
    bits 0 to 23    the call's number plus 2; 1 between two calls

Arguments are kept when a call begins, and followed when it succeeded or was refused. A call that ends without having
begun was answered by a seccomp filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.syscall_numbers import numbers
from hardhull.learn.script_parts import CHANGED, FD, HERE, INUM, OPENED, REFUSED, WANTED, probes, walk, who

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.learn.script_parts import Dialect

OPEN, BY_NAME, OF_FILE, BECOME, REFUSABLE = 1, 2, 3, 4, 5
"""What is left to do at a call's end: it opens a file for writing, changes something by its name or an open file, makes
the task somebody else, or matters only where it is refused."""


class Arguments(NamedTuple):
    """Which arguments of some calls are kept.

    Attributes:
        kind: what is left to do.
        name: the place of the pointer to a path, or of an open file.
        folder: the place of the open folder that the path begins in; None for the working folder.
        calls: their names.
        flags: the place of the flags that say whether it opens for writing; None where it may without.
    """

    kind: int
    name: int
    folder: int | None
    calls: tuple[str, ...]
    flags: int | None = None


KEPT_ARGUMENTS: Final = (
    Arguments(OPEN, 0, None, ("open",), flags=1),
    Arguments(OPEN, 1, 0, ("openat",), flags=2),
    Arguments(OPEN, 0, None, ("creat",)),
    Arguments(OPEN, 1, 0, ("openat2",)),
    Arguments(
        BY_NAME, 0, None,
        ("mkdir", "rmdir", "unlink", "setxattr", "lsetxattr", "mknod", "chmod", "chown", "lchown", "truncate"),
    ),
    Arguments(BY_NAME, 1, None, ("rename", "link", "symlink")),
    Arguments(
        BY_NAME, 1, 0, ("mkdirat", "unlinkat", "mknodat", "fchmodat", "fchmodat2", "fchownat", "utimensat"),
    ),
    Arguments(BY_NAME, 3, 2, ("renameat", "renameat2", "linkat")),
    Arguments(BY_NAME, 2, 1, ("symlinkat",)),
    Arguments(OF_FILE, 0, None, ("fchmod", "fchown", "fsetxattr")),
    Arguments(BECOME, 0, None, ("setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups")),
    Arguments(REFUSABLE, 0, None, ("execve", "chdir", "chroot")),
    Arguments(REFUSABLE, 1, 0, ("execveat",)),
)  # fmt: skip
"""The second name of a call that has two: what is there afterwards."""
FORKS: Final = ("clone", "clone3", "fork", "vfork")
"""Calls that the bound of processes refuses with EAGAIN."""
WRITING: Final = 0o1103
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC: what an opening that writes has of these."""
_EAGAIN: Final = 11
_AT_FDCWD: Final = "0xffffff9c"
_WORD: Final = 32
"""Numbers of calls in one mask: a literal of bpftrace is signed, so half of what it could hold."""


def calls(dialect: Dialect) -> str:
    """Both programs, and who makes namespaces."""
    clones = probes("enter", ("clone",), dialect.calls)
    return f"""
tracepoint:raw_syscalls:sys_enter {{
  $nr = args->id; $was = @cur[tid];
  if ($was == 0) {{ if ({WANTED}) {{
    $was = {HERE};
    @cur[tid] = $was;
    if (@cur[tid] == 0) {{ @full["threads"] = 1; }}
  }} }}
  if ($was != 0) {{
    $compat = {dialect.compat};
    $now = $was - ($was & 0x3fffffff) + (($nr + 2) & 0xffffff) + (($nr >> 2) & 0x10000000);
    if (@sys[$now, $compat] == 0) {{ @sys[$now, $compat] = 1; @ns[NSID] = (uint64){INUM}; }}
{_begin(dialect)}
    @cur[tid] = $now;
  }}
}}
tracepoint:raw_syscalls:sys_exit {{
  $nr = args->id; $ret = args->ret; $was = @cur[tid];
  if ($was != 0) {{
    $word = $was & 0x3fffffff;
    $kind = ($word >> 24) & 15;
    $refused = 0;
    @cur[tid] = $was - $word + 1;
    if ($ret < 0 && $ret > -4096 && $nr >= 0) {{
      $compat = {dialect.compat};
      if ($word == 1) {{
        if (@denied[NSID, @stage[pid], $compat, $nr, $ret] == 0) {{
          @denied[NSID, @stage[pid], $compat, $nr, $ret] = nsecs;
        }}
      }}
      else if (({_refused(dialect)}) && (($was >> 30) & 3) == 0) {{
        if ($kind == 0 || $kind == {BECOME}) {{ @failed[NSID, @stage[pid], $compat, $nr, $ret] = 1; }}
        else {{ $refused = $nr * 4096 - $ret; }}
      }}
    }}
    if ($kind != 0) {{
{_end()}
    }}
  }}
}}
{clones} /{WANTED}/ {{
  if ((args->clone_flags & 0x7e020080) != 0) {{ @newns[NSID, @stage[pid]] = 1; }}
}}
tracepoint:syscalls:sys_enter_clone3 /{WANTED}/ {{
  if ((*(uint64 *)uptr(args->uargs) & 0x7e020080) != 0) {{ @newns[NSID, @stage[pid]] = 1; }}
}}"""


def _begin(dialect: Dialect) -> str:
    """Keeps the arguments of calls that have some to keep."""
    known = {name: number for number, name in numbers(dialect.arch).items()}
    every = [known[name] for each in KEPT_ARGUMENTS for name in each.calls if name in known]
    parts = []
    for each in KEPT_ARGUMENTS:
        here = [known[name] for name in each.calls if name in known]
        if not here:
            continue
        kind = str(each.kind)
        if each.flags is not None:
            kind = f"($a{each.flags} & {WRITING}) != 0 ? {each.kind} : {REFUSABLE}"
        folder = f"$a{each.folder}" if each.folder is not None else _AT_FDCWD
        keep = f"$kind = {kind}; $p = $a{each.name}; $at = (uint64){folder};"
        parts.append(f"      if ({_among('$nr', here)}) {{ {keep} }}")
    body = "\n".join(parts)
    return f"""
    if ($compat == 0 && (({_mask("$nr", every)} >> ($nr & {_WORD - 1})) & 1) == 1) {{
      $a0 = (uint64)args->args[0]; $a1 = (uint64)args->args[1]; $a2 = (uint64)args->args[2];
      $a3 = (uint64)args->args[3];
      $kind = 0; $p = (uint64)0; $at = (uint64)0;
{body}
      @arg[tid] = $p; @at[tid] = $at;
      $now = $now + ($kind << 24);
    }}"""


def _among(what: str, several: Iterable[int]) -> str:
    return " || ".join(f"{what} == {each}" for each in several)


def _mask(what: str, several: Iterable[int]) -> str:
    """An expression for the mask of the numbers that share a word with this one."""
    masks: dict[int, int] = {}
    for each in several:
        masks[each // _WORD] = masks.get(each // _WORD, 0) | 1 << each % _WORD
    text = "0"
    for word in range(max(masks, default=-1), -1, -1):
        text = f"({what} < {_WORD * (word + 1)} ? {masks.get(word, 0)} : {text})"
    return f"($nr < 0 ? 0 : {text})"


def _refused(dialect: Dialect) -> str:
    known = {name: number for number, name in numbers(dialect.arch).items()}
    forks = _among("$nr", (known[name] for name in FORKS if name in known))
    errors = _among("$ret", (-each for each in REFUSED))
    return f"{errors} || ($ret == -{_EAGAIN} && $compat == 0 && ({forks}))"


def _end() -> str:
    """What was opened, changed or refused, by its path; and who the task has become."""
    followed = walk(
        "$b",
        "$dev",
        f"""
    if ($refused != 0 || $kind == {BY_NAME}) {{ @change[NSID, @stage[pid], $refused, $h, str(uptr($p))] = 1; }}
    else if ($kind == {OF_FILE}) {{ @file[NSID, @stage[pid], {CHANGED}, $h] = 1; }}
    else if (($f->f_mode & 2) != 0) {{ @file[NSID, @stage[pid], {OPENED}, $h] = 1; }}""",
    )
    return f"""
  if ($refused != 0 || ($ret >= 0 && $kind < {BECOME})) {{
    $p = @arg[tid]; $at = @at[tid] & 0xffffffff;
    $b = curtask->fs->pwd.dentry;
    $dev = (uint64)curtask->fs->pwd.mnt->mnt_sb->s_dev;
    $named = $kind == {BY_NAME} || ($refused != 0 && $kind != {OF_FILE});
    $n = $named ? $at : ($kind == {OF_FILE} ? $p & 0xffffffff : (uint64)$ret);
    $f = {FD.format("0")};
    if ($named && *(uint8 *)uptr($p) == 47) {{
      $b = curtask->fs->root.dentry;
      $dev = (uint64)curtask->fs->root.mnt->mnt_sb->s_dev;
    }} else if ($n != {_AT_FDCWD}) {{
      $f = {FD.format("$n")};
      $b = $f->f_path.dentry;
      $dev = (uint64)$f->f_path.mnt->mnt_sb->s_dev;
    }}{followed}
  }}
  if ($kind == {BECOME}) {{
{who()}
  }}"""
