// What is known of each task that is recorded, and of processes on their way in.
#pragma once
#include "maps.h"

enum stage { WORKLOAD, COMING, FILTERED };

struct task {
    u32 owner;       // its number; 0 where the place is free
    u32 in_call;     // whether a call has begun; a call that ends without having begun was answered by a filter
    u64 nsproxy;     // the address of its namespaces
    u32 generation;  // for which ``seen`` is right
    u32 stage;       // COMING: came in from outside and has not called execve since; FILTERED: behind a filter as well
    u64 seen[8];     // a bit for each call by its number that is in the recording already
    u64 namespace;   // the address of its mount namespace
    u64 number;      // the unique number of that
    u32 others;      // whether tasks with the same place had to go to the map beside
    u32 unused[5];   // two lines of the processor's cache
};

// Tasks have a place by the lowest bits of their number, which is found in no time; who finds it taken is in the map.
#define PLACES 32768
struct {
    NUMBER(type, ARRAY);
    NUMBER(max_entries, PLACES);
    TYPE(key, u32);
    TYPE(value, struct task);
} places SECTION(".maps");
MAP(tasks, u32, struct task, KEYS);
MAP(coming, u32, u64, KEYS);  // processes on their way in
MAP(older, u64, u64, KEYS);   // namespaces that were there before the recorder, which are not recorded

INLINE int wanted(struct nsproxy *nsproxy) {
    struct mnt_namespace *namespace = nsproxy->mnt_ns;
    u32 inum = namespace->ns.inum;
    if (inum == 0 || inum == settings.own) return 0;
    if (settings.only) return inum == settings.only;
    u64 number = unique(namespace);
    return lookup(&older, &number) == 0;
}

INLINE struct task *entry_of(u32 pid) {
    u32 index = pid & (PLACES - 1);
    struct task *place = lookup(&places, &index);
    if (!place || place->owner == pid) return place;
    return place->others ? lookup(&tasks, &pid) : 0;
}

// The entry of a task that has none yet.
INLINE struct task *new_entry(u32 pid) {
    u32 index = pid & (PLACES - 1);
    struct task *place = lookup(&places, &index), fresh = {.owner = pid};
    if (!place || __sync_val_compare_and_swap(&place->owner, 0, pid) == 0) return place;
    place->others = 1;
    update(&tasks, &pid, &fresh, 0);
    return lookup(&tasks, &pid);
}

INLINE void forget_entry(u32 pid) {
    u32 index = pid & (PLACES - 1);
    struct task *place = lookup(&places, &index);
    if (place && place->owner == pid)
        place->owner = 0;
    else if (place && place->others)
        delete (&tasks, &pid);
}

// The task's entry, made anew.
APART struct task *settle(u32 pid, u32 tgid, struct nsproxy *nsproxy) {
    struct task *mine = entry_of(pid);
    if (!mine) mine = new_entry(pid);
    u64 number = unique(nsproxy->mnt_ns);
    if (!mine) {
        lose(number, THREADS);
        return 0;
    }
    mine->in_call = 1;
    mine->nsproxy = (u64)nsproxy;
    mine->stage = lookup(&coming, &tgid) ? COMING : WORKLOAD;
    __builtin_memset(mine->seen, 0, sizeof(mine->seen));
    mine->namespace = (u64)nsproxy->mnt_ns;
    mine->number = number;
    return mine;
}

// A task that was not known, or has other namespaces than before.
APART struct task *arrive(struct task *mine) {
    struct task_struct *task = current();
    struct nsproxy *nsproxy = task->nsproxy;
    if (!wanted(nsproxy)) return 0;
    if (!mine || mine->namespace != (u64)nsproxy->mnt_ns) return settle(task->pid, task->tgid, nsproxy);
    mine->nsproxy = (u64)nsproxy;
    return mine;
}

// The entry of the current task; 0 where it is not to be recorded.
INLINE struct task *known(struct task_struct *task) {
    struct task *mine = entry_of(task->pid);
    if (mine && mine->nsproxy == (u64)task->nsproxy) return mine;
    return arrive(mine);
}

// Keeps the name as a host, which tells containers apart: before the runtime's last calls, and for every program.
INLINE void keep_host(struct task_struct *task, u64 number) {
    struct host_value value = {0};
    read_kernel_text(value.name, sizeof(value.name), PLACE(task->nsproxy->uts_ns, name.nodename));
    if (update(&host, &number, &value, 0)) lose(number, HOST);
}

#define MOST_GROUPS 16

// Keeps who the task is.
ALONE int keep_user(u64 number) {
    struct task_struct *task = current();
    const struct cred *cred = task->cred;
    struct user_key key = {number, cred->uid.val, cred->gid.val, cred->euid.val, cred->egid.val};
    KEEP_ONE(user, USER, number, &key);
    struct group_info *groups = cred->group_info;
    s32 count = GET(groups, ngroups);
    for (u32 index = 0; index < MOST_GROUPS; index++) {
        if ((s32)index >= count) break;
        kid_t gid = {0};
        read_kernel(&gid, sizeof(gid), (kid_t *)PLACE(groups, gid) + index);
        struct pair_key one = {number, gid.val};
        KEEP_ONE(group, GROUP, number, &one);
    }
    if (count > MOST_GROUPS) lose(number, MANY_GROUPS);
    return 0;
}
