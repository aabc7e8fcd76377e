// What a call did to a file, and what it was refused.
#pragma once
#include "paths.h"

// What a call may have to be looked at for when it has ended; calls.py has the same numbers.
enum kind {
    NOTHING,
    OPENS,      // a file for writing
    BY_NAME,    // changes something by its name
    OF_FILE,    // changes an open file
    BECOMES,    // makes the task somebody else
    REFUSABLE,  // has a path, and matters only where it is refused
    FORKS,
    CLONES,     // and may make namespaces, by flags in the first argument
    CLONES_BY_STRUCT,
    ENTERS,     // another namespace
    FILTERS,    // sets a seccomp filter where the first argument is 1
    CONTROLS,   // does so where it is 22
    CONNECTS,
    BINDS,
    LISTENS,
    SENDS,
    SENDS_MESSAGE,
};

#define NO_FOLDER 0xffffff9cu  // AT_FDCWD

enum { EPERM = 1, EAGAIN = 11, EACCES = 13, EROFS = 30, ENOTSOCK = 88, EBADF = 9, MOST_ERRORS = 4095 };
enum use { OPENED, EXECUTED, CHANGED };
#define WRITING 01103      // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC: what an opening that writes has of these
#define WRITABLE 2         // FMODE_WRITE
#define NAMESPACES 0x7e020080u  // the flags of clone that make one

INLINE int is_error(s64 result) { return result < 0 && result >= -MOST_ERRORS; }

INLINE int is_refused(s64 result, u32 kind) {
    if (result == -EPERM || result == -EACCES || result == -EROFS) return 1;
    return result == -EAGAIN && (kind == FORKS || kind == CLONES || kind == CLONES_BY_STRUCT);
}

// Whether an ended call is of the many that nothing is to be done for.
INLINE int is_plain(struct pt_regs *regs, const volatile struct call *call, u32 kind) {
    switch (kind) {
        case NOTHING:
        case REFUSABLE: return 1;
        case OPENS: return call->flags != NO_PLACE && (argument(regs, call->flags) & WRITING) == 0;
        case SENDS: return argument(regs, 4) == 0;
        case CONTROLS: return argument(regs, 0) != 22;
        default: return 0;
    }
}

INLINE void keep_file(u64 number, u64 use, u64 path) {
    struct file_key key = {number, use, path};
    KEEP_ONE(file, FILE, number, &key);
}

INLINE void keep_change(struct scratch *with, u64 number, u64 refused, u64 path, const void *name) {
    struct change_key *key = &with->change;
    __builtin_memset(key, 0, sizeof(*key));
    key->ns = number;
    key->refused = refused;
    key->path = path;
    if (name) read_user_text(key->name, NAME_BYTES, name);
    KEEP_ONE(change, CHANGE, number, key);
}

// What the call opened, changed, or was refused; ``refused`` is its number and the error, 0 where it succeeded.
ALONE int keep_call(u64 number, s64 result, u64 refused) {
    struct task_struct *task = current();
    struct pt_regs *regs = registers(task);
    s64 nr = call_number(regs);
    struct scratch *with = scratch();
    if (!with || nr < 0 || nr >= CALLS) return 0;
    const volatile struct call *call = &settings.calls[nr & (CALLS - 1)];
    u32 kind = call->kind;
    u64 at = NO_FOLDER, name = argument(regs, call->name);
    if (call->folder != NO_PLACE) at = (u32)argument(regs, call->folder);
    int by_name = kind == BY_NAME || (refused && kind != OF_FILE);
    struct path where = {};
    u32 mode = 0;
    u8 first = 0;
    if (by_name) {
        read_user(&first, 1, (void *)name);
    } else {
        at = kind == OF_FILE ? (u32)name : (u32)result;
    }
    if (by_name && first == '/') {
        where = GET(task->fs, root);
    } else if (by_name && at == NO_FOLDER) {
        where = GET(task->fs, pwd);
    } else {
        struct file *open = opened(task, at);
        if (!open) return 0;
        where = GET(open, f_path);
        mode = GET(open, f_mode);
    }
    if (!refused && kind == OPENS && !(mode & WRITABLE)) return 0;
    u64 path = keep_place(&where, number);
    if (refused || kind == BY_NAME)
        keep_change(with, number, refused, path, by_name ? (void *)name : 0);
    else
        keep_file(number, kind == OF_FILE ? CHANGED : OPENED, path);
    return 0;
}

// Keeps that a call may have made namespaces.
INLINE void keep_flags(struct pt_regs *regs, u64 number, u32 kind) {
    u64 flags = argument(regs, 0);
    if (kind == CLONES_BY_STRUCT && read_user(&flags, sizeof(flags), (void *)flags)) return;
    if (flags & NAMESPACES) KEEP_ONE(newns, NEWNS, number, &number);
}
