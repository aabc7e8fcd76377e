// Files are named by the kernel's directory entries: their names from the root of the file system down, without links.
#pragma once
#include "tasks.h"

#define DEPTH 16

// Space for what does not fit on the stack; nothing else runs on this processor while it is in use.
struct scratch {
    struct name_value name;
    struct dentry *names[DEPTH];
    union {
        struct change_key change;
        struct asked_key asked;
        struct unix_key unix;
    };
};
struct {
    NUMBER(type, ARRAY_OF_EACH_PROCESSOR);
    NUMBER(max_entries, 1);
    TYPE(key, u32);
    TYPE(value, struct scratch);
} scratches SECTION(".maps");

INLINE struct scratch *scratch(void) {
    u32 first = 0;
    return lookup(&scratches, &first);
}

// Keeps the names of a path; gives its key, a hash over its names' hashes and the device, so that a renamed folder or a
// reused entry is a new path.
ALONE u64 keep_path(u64 of, u64 device, u64 number) {
    struct scratch *with = scratch();
    struct dentry *entry = (void *)of;
    u64 hash = device;
    u32 count = 0;
    if (!with) return 0;
    for (u32 index = 0; index < DEPTH; index++) {
        struct dentry *parent = GET(entry, d_parent);
        if (parent == entry) break;
        with->names[index] = entry;
        count = index + 1;
        entry = parent;
    }
    u64 cut = GET(entry, d_parent) != entry;
    u64 parent = 0;
    for (u32 index = DEPTH; index > 0; index--) {
        if (index > count) continue;
        struct dentry *each = with->names[(index - 1) & (DEPTH - 1)];
        hash = hash * 1099511628211ull + GET(each, d_name.hash_len);
        if (!lookup(&name, &hash)) {
            __builtin_memset(with->name.name, 0, NAME_BYTES);
            with->name.parent = parent;
            read_kernel_text(with->name.name, NAME_BYTES, GET(each, d_name.name));
            if (update(&name, &hash, &with->name, 0)) lose(number, NAME);
        }
        parent = hash;
    }
    u64 value = device + 1;
    KEEP(path, PATH, number, &hash, &value);
    if (cut) KEEP_ONE(deep, DEEP, number, &hash);
    return hash;
}

INLINE u64 device_of(struct path *where) {
    struct vfsmount *mount = GET(where, mnt);
    struct super_block *block = GET(mount, mnt_sb);
    return GET(block, s_dev);
}

INLINE u64 keep_place(struct path *where, u64 number) {
    return keep_path((u64)GET(where, dentry), device_of(where), number);
}

// The open file of a number; 0 where there is none.
INLINE struct file *opened(struct task_struct *task, u32 descriptor) {
    struct fdtable *table = task->files->fdt;
    struct file **all = GET(table, fd);
    struct file *found = 0;
    if (descriptor < GET(table, max_fds)) read_kernel(&found, sizeof(found), all + descriptor);
    return found;
}
