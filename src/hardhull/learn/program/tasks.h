// What is known of each task that is recorded, and of processes on their way in.
#pragma once
#include "maps.h"

enum stage { WORKLOAD, COMING, FILTERED };

struct task {
    u64 namespace;   // the address of its mount namespace, while it is in it
    u64 number;      // the unique number of that
    u64 generation;  // for which ``seen`` is right
    u32 stage;       // COMING: came in from outside and has not called execve since; FILTERED: behind a filter as well
    u32 in_call;     // whether a call has begun; a call that ends without having begun was answered by a filter
    u64 seen[8];     // a bit for each call by its number that is in the recording already
};

MAP(tasks, u32, struct task, KEYS);
MAP(coming, u32, u64, KEYS);  // processes on their way in

INLINE struct mnt_namespace *mounts_of(struct task_struct *task) { return task->nsproxy->mnt_ns; }

INLINE int wanted(u32 inum) {
    return inum != 0 && inum != settings.own && (settings.only == 0 || inum == settings.only);
}

// The task's entry, made anew where it has none or is in another namespace than before.
APART struct task *settle(u32 pid, u32 tgid, u64 namespace, u64 number) {
    struct task fresh = {.namespace = namespace, .number = number, .in_call = 1};
    if (lookup(&coming, &tgid)) fresh.stage = COMING;
    if (update(&tasks, &pid, &fresh, 0)) {
        lose(number, THREADS);
        return 0;
    }
    return lookup(&tasks, &pid);
}

INLINE struct task *known(struct task_struct *task, struct mnt_namespace *namespace) {
    u32 pid = task->pid;
    struct task *found = lookup(&tasks, &pid);
    if (found && found->namespace == (u64)namespace) return found;
    return settle(pid, task->tgid, (u64)namespace, unique(namespace));
}

// Keeps the name as a host, which tells containers apart: before the runtime's last calls, and for every program.
INLINE void keep_host(struct task_struct *task, u64 number) {
    struct host_value value = {0};
    read_kernel_text(value.name, sizeof(value.name), PLACE(task->nsproxy->uts_ns, name.nodename));
    if (update(&host, &number, &value, 0)) lose(number, HOST);
}

#define MOST_GROUPS 16

// Keeps who the task is.
APART int keep_user(u64 number) {
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
