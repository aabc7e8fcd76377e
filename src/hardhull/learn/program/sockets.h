// Addresses: of connections as they were asked for, of bound and listening sockets as the kernel has them.
#pragma once
#include "calls.h"

enum { LOCAL = 1, IPV4 = 2, IPV6 = 10 };
// What was asked of a local socket's name; the error of a refusal is above the lowest two bits.
enum way { CONNECTING, BINDING, REFUSED_BINDING, REFUSED_CONNECTING };

INLINE struct socket *socket_of(struct task_struct *task, u32 descriptor) {
    struct file *open = opened(task, descriptor);
    return open ? GET(open, private_data) : 0;
}

// An address somebody sends to.
ALONE int keep_out(u64 number, u32 descriptor, u64 address) {
    struct socket *socket = socket_of(current(), descriptor);
    u8 bytes[24] = {0};
    u16 family = 0;
    if (!socket || read_user(&family, sizeof(family), (void *)address)) return 0;
    if (family != IPV4 && family != IPV6) return 0;
    if (read_user(bytes, family == IPV4 ? 8 : 24, (void *)address)) return 0;
    struct address_key key = {.ns = number, .type = GET(socket, type), .family = family};
    key.port = bytes[2] << 8 | bytes[3];
    if (family == IPV4)
        __builtin_memcpy(key.words, bytes + 4, 4);
    else
        __builtin_memcpy(key.words, bytes + 8, 16);
    KEEP_ONE(out, OUT, number, &key);
    return 0;
}

// The name of a local socket.
ALONE int keep_unix(u64 number, u64 address, u32 way) {
    struct scratch *with = scratch();
    u16 family = 0;
    u8 first = 0;
    if (!with || read_user(&family, sizeof(family), (void *)address) || family != LOCAL) return 0;
    struct unix_key *key = &with->unix;
    __builtin_memset(key, 0, sizeof(*key));
    read_user(&first, 1, (void *)(address + 2));
    key->ns = number;
    key->way = way;
    key->abstract = first == 0;
    read_user_text(key->name, NAME_BYTES, (void *)(address + 2 + key->abstract));
    KEEP_ONE(unix, UNIX, number, key);
    return 0;
}

// What a socket is bound to.
ALONE int keep_in(u64 number, u32 descriptor, u32 listening) {
    struct socket *socket = socket_of(current(), descriptor);
    if (!socket) return 0;
    struct sock *sock = GET(socket, sk);
    struct address_key key = {.ns = number, .listening = listening, .type = GET(socket, type)};
    key.family = GET(sock, __sk_common.skc_family);
    key.port = GET(sock, __sk_common.skc_num);
    if (key.family == IPV4)
        key.words[0] = GET(sock, __sk_common.skc_rcv_saddr);
    else if (key.family == IPV6)
        read_kernel(key.words, sizeof(key.words), PLACE(sock, __sk_common.skc_v6_rcv_saddr));
    else
        return 0;
    KEEP_ONE(in, IN, number, &key);
    return 0;
}

// The ended call of a socket.
ALONE int keep_socket(u64 number, s64 result, u32 kind) {
    struct pt_regs *regs = registers(current());
    u32 descriptor = argument(regs, 0);
    u64 address = argument(regs, 1);
    u32 refused = is_refused(result, kind) ? (u32)-result << 2 : 0;
    if (result == -ENOTSOCK || result == -EBADF) return 0;
    if (kind == LISTENS) {
        if (result == 0) keep_in(number, descriptor, 1);
        return 0;
    }
    if (kind == BINDS) {
        if (result == 0) keep_in(number, descriptor, 0);
        if (result == 0 || refused) keep_unix(number, address, refused ? refused | REFUSED_BINDING : BINDING);
        return 0;
    }
    if (kind == CONNECTS) keep_unix(number, address, refused ? refused | REFUSED_CONNECTING : CONNECTING);
    if (kind == SENDS) address = argument(regs, 4);
    if (kind == SENDS_MESSAGE && read_user(&address, sizeof(address), (void *)address)) return 0;
    if (address) keep_out(number, descriptor, address);
    return 0;
}
