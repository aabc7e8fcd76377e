// The recording: maps that are set once for each key. Keys begin with the unique number of the mount namespace; what is
// kept of files, addresses and users is kept only of tasks that have called execve since they came in. maps.py has the
// same forms.
#pragma once
#include "kernel.h"

#define NAME_BYTES 128
#define KEYS 32768

#define MAP(name, key_form, value_form, keys) \
    struct {                                  \
        NUMBER(type, HASH)    ;               \
        NUMBER(max_entries, keys);            \
        TYPE(key, key_form);                  \
        TYPE(value, value_form);              \
    } name SECTION(".maps")

struct sys_key {
    u64 ns;
    u32 stage, compat;
    s64 call;
};
struct answer_key {
    u64 ns;
    u32 stage, compat;
    s64 call, result;
};
struct cap_key {
    u64 ns;
    u32 capability;
    s32 result;
    s64 call;
    u32 own, unused;
};
struct file_key {
    u64 ns, use, path;
};
struct change_key {
    u64 ns, refused, path;
    char name[NAME_BYTES];
};
struct asked_key {
    u64 ns, path;
    char name[NAME_BYTES];
};
struct address_key {
    u64 ns;
    u32 listening, type, family, port;
    u32 words[4];
};
struct unix_key {
    u64 ns;
    u32 way, abstract;
    char name[NAME_BYTES];
};
struct user_key {
    u64 ns;
    u32 uid, gid, euid, egid;
};
struct pair_key {
    u64 ns, other;
};
struct name_value {
    u64 parent;
    char name[NAME_BYTES];
};
struct host_value {
    char name[65];
    char unused[7];
};
struct now_row {
    u64 pid, number;
};

MAP(sys, struct sys_key, u64, KEYS);
MAP(denied, struct answer_key, u64, KEYS);
MAP(failed, struct answer_key, u64, KEYS);
MAP(cap, struct cap_key, u64, KEYS);
MAP(file, struct file_key, u64, KEYS);
MAP(change, struct change_key, u64, KEYS);
MAP(asked, struct asked_key, u64, KEYS);
MAP(in, struct address_key, u64, KEYS);
MAP(out, struct address_key, u64, KEYS);
MAP(unix, struct unix_key, u64, KEYS);
MAP(user, struct user_key, u64, KEYS);
MAP(group, struct pair_key, u64, KEYS);
MAP(ns, u64, u64, KEYS);
MAP(nested, struct pair_key, u64, KEYS);
MAP(newns, u64, u64, KEYS);
MAP(host, u64, struct host_value, KEYS);
// A folder's or file's own name and what it lies in, 0 at the file system's root; of a path the last hash is its key.
MAP(name, u64, struct name_value, KEYS);
// Of a path: 1 + its device, and whether names are missing above. Its names have to be there before it is.
MAP(path, u64, u64, KEYS);
MAP(deep, u64, u64, KEYS);
// What a namespace has lost: the letter of what was full.
MAP(full, struct pair_key, u64, 4096);

enum lost {
    THREADS = 1, SYS, DENIED, FAILED, CAP, FILE, CHANGE, ASKED, IN, OUT, UNIX, USER, GROUP, NS, NESTED, NEWNS, HOST,
    NAME, PATH, DEEP, MANY_GROUPS
};

// Of each call by its number: its kind (calls.h), and the places of its arguments: a path or an open file, the open folder
// that the path begins in, the flags that say whether it opens for writing.
struct call {
    u8 kind, name, folder, flags;
};
#define CALLS 512
#define NO_PLACE 255

// Set before the program is loaded.
const volatile struct {
    u32 own, only;  // the recorder's own mount namespace, and the only one to record (0: every other)
    struct call calls[CALLS];
} settings = {};

// Seen from outside while it runs.
volatile struct {
    u32 generation;  // how often the recording was forgotten: what a task is known to have called is no longer in it
    u32 unknown_losses;
} state;

INLINE void lose(u64 number, enum lost what) {
    struct pair_key key = {number, what};
    u64 one = 1;
    if (update(&full, &key, &one, 0)) state.unknown_losses++;
}

// Sets a key once; whether it is there.
#define KEEP(map, what, number, key, value)                        \
    ({                                                             \
        int kept_ = lookup(&map, key) != 0;                        \
        if (!kept_) {                                              \
            kept_ = update(&map, key, value, 0) == 0;              \
            if (!kept_) lose(number, what);                        \
        }                                                          \
        kept_;                                                     \
    })
#define KEEP_ONE(map, what, number, key)           \
    ({                                             \
        u64 one_ = 1;                              \
        KEEP(map, what, number, key, &one_);       \
    })
