"""The part of the recording program that sees addresses."""

from __future__ import annotations

from hardhull.learn.script_parts import FD, REFUSED, WANTED

CONNECTS, BINDS, REFUSED_BIND, REFUSED_CONNECT = 0, 1, 2, 3
"""What was asked of a local socket's name. The last two are the lowest bits, under the error number."""


def sockets() -> str:
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
    if (*(uint8 *)uptr($p + 2) == 0) { @unix[NSID, @stage[pid], $op, 1, str(uptr($p + 3))] = 1; }
    else { @unix[NSID, @stage[pid], $op, 0, str(uptr($p + 2))] = 1; }
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
    refused = " || ".join(f"args->ret == -{error}" for error in REFUSED)
    fd = f"$f = {FD.format('((@fd[tid] - 1) & 0xffffffff)')};"
    return f"""
tracepoint:syscalls:sys_enter_connect /{WANTED}/ {{
  @fd[tid] = (uint64)args->fd + 1; @addr[tid] = (uint64)args->uservaddr;
}}
tracepoint:syscalls:sys_exit_connect /@addr[tid]/ {{
  $p = @addr[tid]; {fd} $type = (uint64)((struct socket *)$f->private_data)->type;{address}}}
tracepoint:syscalls:sys_exit_connect /@addr[tid]/ {{
  $p = @addr[tid]; $family = (uint64)*(uint16 *)uptr($p); $op = {CONNECTS};
  if ({refused}) {{ $op = {REFUSED_CONNECT} - args->ret * 4; }}{unix}
}}
tracepoint:syscalls:sys_exit_connect /@addr[tid]/ {{ delete(@fd[tid]); delete(@addr[tid]); }}
tracepoint:syscalls:sys_enter_sendto /args->addr != 0 && {WANTED}/ {{
  $p = (uint64)args->addr; $f = {FD.format("args->fd")};
  $type = (uint64)((struct socket *)$f->private_data)->type;{address}}}
tracepoint:syscalls:sys_enter_sendmsg /{WANTED}/ {{
  $p = *(uint64 *)uptr(args->msg); $f = {FD.format("args->fd")};
  $type = (uint64)((struct socket *)$f->private_data)->type;
  if ($p != 0) {{{address}}}
}}
tracepoint:syscalls:sys_enter_bind /{WANTED}/ {{
  @fd[tid] = (uint64)args->fd + 1; @addr[tid] = (uint64)args->umyaddr;
}}
tracepoint:syscalls:sys_exit_bind /args->ret == 0 && @fd[tid]/ {{
  {fd}{bound.replace("LISTEN", "0")}
}}
tracepoint:syscalls:sys_exit_bind /@addr[tid] && (args->ret == 0 || {refused})/ {{
  $p = @addr[tid]; $family = (uint64)*(uint16 *)uptr($p); $op = {BINDS};
  if (args->ret != 0) {{ $op = {REFUSED_BIND} - args->ret * 4; }}{unix}
}}
tracepoint:syscalls:sys_exit_bind /@addr[tid]/ {{ delete(@fd[tid]); delete(@addr[tid]); }}
tracepoint:syscalls:sys_enter_listen /{WANTED}/ {{ @fd[tid] = (uint64)args->fd + 1; }}
tracepoint:syscalls:sys_exit_listen /@fd[tid]/ {{
  {fd}
  delete(@fd[tid]);
  if (args->ret == 0) {{{bound.replace("LISTEN", "1")}
  }}
}}"""
