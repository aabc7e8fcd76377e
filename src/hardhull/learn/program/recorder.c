// Records what workloads do, aggregated in the kernel.
//
// Everything is a map that is set once for each key and read when the recording ends: nothing is streamed, so nothing is
// lost on the way. Only tracepoints are used: they exist where kprobes do not.
//
// One program runs when a call begins and one when it ends, so these are what a recording costs. When it begins, a bit
// of the task says whether the call is in the recording already. When it ends, most calls are told by their number and
// their answer to need nothing; what was opened, changed or asked for is read from the arguments, which are still there.
//
// A task is on its way in if it came from outside (unshare, setns or clone while it was in the recorder's namespace, and
// its children) and has not called execve since. That is what runc, crun or nsenter do to get in; no name of a process
// decides it, so an application cannot hide behind one.
#include "sockets.h"

const char LICENSE[] SECTION("license") = "GPL";

// A call that a task makes for the first time, as far as it is known.
APART int first(struct task_struct *task, struct task *mine, u64 call, u64 compat) {
    if (!mine) return 0;
    struct sys_key key = {mine->number, mine->stage, compat, call};
    u32 now = state.generation;
    u64 inum = task->nsproxy->mnt_ns->ns.inum;
    int kept = KEEP_ONE(sys, SYS, mine->number, &key);
    KEEP(ns, NS, mine->number, &mine->number, &inum);
    if (!kept || compat || call >= CALLS) return 0;
    if (mine->generation != now) {
        __builtin_memset(mine->seen, 0, sizeof(mine->seen));
        mine->generation = now;
    }
    mine->seen[(call >> 6) & 7] |= 1ull << (call & 63);
    return 0;
}

SECTION("tp_btf/sys_enter") int call_begins(u64 *context) {
    struct task_struct *task = current();
    struct task *mine = known(task);
    if (!mine) return 0;
    mine->in_call = 1;
    u64 call = context[1], compat = in_compat(task);
    if ((s64)call < 0) return 0;
    if (call < CALLS && !compat && mine->generation == state.generation &&
        mine->seen[(call >> 6) & 7] >> (call & 63) & 1)
        return 0;
    first(task, mine, call, compat);
    return 0;
}

// A task has come from another namespace, or from outside.
INLINE void entered(struct task_struct *task) {
    struct nsproxy *nsproxy = task->nsproxy;
    u32 pid = task->pid, tgid = task->tgid;
    u64 now = unique(nsproxy->mnt_ns), one = 1;
    struct task *before = entry_of(pid);
    if (!before) {
        if (update(&coming, &tgid, &one, 0)) lose(now, THREADS);
    } else if (before->number != now) {
        struct pair_key key = {now, before->number};
        KEEP_ONE(nested, NESTED, now, &key);
    }
    settle(pid, tgid, nsproxy);
}

// The runtime has put a filter before the task. Its other threads have it as well, but only this becomes the workload.
INLINE void filtered(struct task_struct *task, struct task *mine) {
    mine->stage = FILTERED;
    __builtin_memset(mine->seen, 0, sizeof(mine->seen));
    keep_host(task, mine->number);
}

// Whether a call that ended without having begun was denied; the next one has not begun either way.
INLINE int was_denied(struct task *mine, u64 call, u64 compat, s64 result) {
    u32 begun = mine->in_call;
    mine->in_call = 0;
    if (begun || !is_error(result)) return 0;
    struct answer_key key = {mine->number, mine->stage, compat, call, result};
    u64 now = moment();
    KEEP(denied, DENIED, mine->number, &key, &now);
    return 1;
}

SECTION("tp_btf/sys_exit") int call_ends(u64 *context) {
    struct task_struct *task = current();
    struct pt_regs *regs = (void *)context[0];
    s64 result = context[1], nr = call_number(regs);
    u64 call = nr;
    if (nr < 0) return 0;
    const volatile struct call *how = &settings.calls[call & (CALLS - 1)];
    u32 kind = call < CALLS ? how->kind : NOTHING;
    int filter = task->seccomp.mode == 2, refused = is_refused(result, kind);
    if (!filter && !refused && is_plain(regs, how, kind)) return 0;

    u64 compat = in_compat(task);
    if (compat) {
        kind = NOTHING;
        refused = is_refused(result, kind);
    }
    if (kind == ENTERS && result == 0) {
        if (wanted(task->nsproxy))
            entered(task);
        else
            forget_entry(task->pid);
        return 0;
    }
    struct task *mine = entry_of(task->pid);
    if (!mine || mine->nsproxy != (u64)task->nsproxy) return 0;
    if (filter && was_denied(mine, call, compat, result)) return 0;
    u64 number = mine->number;
    if (mine->stage != WORKLOAD) {
        u64 option = kind == FILTERS ? 1 : 22;
        if (result == 0 && (kind == FILTERS || kind == CONTROLS) && argument(regs, 0) == option) filtered(task, mine);
        return 0;
    }
    if ((kind == CLONES || kind == CLONES_BY_STRUCT) && result != 0) keep_flags(regs, number, kind);
    if (kind >= CONNECTS) keep_socket(number, result, kind);
    int has_path = kind >= OPENS && kind <= REFUSABLE && kind != BECOMES;
    if (refused && !has_path) {
        struct answer_key key = {number, WORKLOAD, compat, call, result};
        KEEP_ONE(failed, FAILED, number, &key);
    }
    if (kind == BECOMES) keep_user(number);
    if (has_path && (refused || (result >= 0 && !is_plain(regs, how, kind))))
        keep_call(number, result, refused ? call * 4096 - result : 0);
    return 0;
}

// Checks with the answer, the call that asked, and whether the task was asked for itself: overlayfs asks for the one who
// mounted it, and then the credentials are not the task's own. Outside of a call it has the number -1.
INLINE int keep_check(u64 credentials, u32 capability, s32 result) {
    struct task_struct *task = current();
    struct task *mine = known(task);
    if (!mine || mine->stage != WORKLOAD) return 0;
    struct cap_key key = {.ns = mine->number, .capability = capability, .result = result};
    key.call = in_compat(task) ? -1 : call_number(registers(task));
    key.own = credentials == (u64)task->real_cred;
    KEEP_ONE(cap, CAP, key.ns, &key);
    return 0;
}

// Linux tells of them since 6.14; before, the end of the function that answers is watched. One of the two is loaded.
SECTION("tp_btf/cap_capable") int capability_checked(u64 *context) {
    return keep_check(context[0], context[3], context[4]);
}

SECTION("fexit/cap_capable") int capability_answered(u64 *context) {
    return keep_check(context[0], context[2], context[4]);
}

SECTION("tp_btf/sched_process_fork") int process_forks(u64 *context) {
    struct task_struct *parent = (void *)context[0], *child = (void *)context[1];
    struct mnt_namespace *from = parent->nsproxy->mnt_ns, *to = child->nsproxy->mnt_ns;
    u32 pid = child->pid, tgid = child->tgid, parent_tgid = parent->tgid;
    u64 one = 1, number = unique(to);
    if (!wanted(child->nsproxy)) return 0;
    if (tgid != parent_tgid && (from->ns.inum == settings.own || lookup(&coming, &parent_tgid))) {
        if (update(&coming, &tgid, &one, 0)) lose(number, THREADS);
    }
    if (from != to && from->ns.inum != settings.own) {
        struct pair_key key = {number, unique(from)};
        KEEP_ONE(nested, NESTED, number, &key);
    }
    struct task *fresh = settle(pid, tgid, child->nsproxy);
    if (fresh) fresh->in_call = 0;
    return 0;
}

// Programs: the file that the kernel runs, and what was asked for, which is another where it is a script.
SECTION("tp_btf/sched_process_exec") int program_runs(u64 *context) {
    struct task_struct *task = (void *)context[0];
    struct linux_binprm *program = (void *)context[2];
    struct nsproxy *nsproxy = task->nsproxy;
    u32 pid = task->pid, tgid = task->tgid, before = context[1];
    delete (&coming, &tgid);
    if (before != pid) forget_entry(before);
    if (!wanted(nsproxy)) {
        forget_entry(pid);
        return 0;
    }
    u64 number = unique(nsproxy->mnt_ns);
    struct scratch *with = scratch();
    if (!settle(pid, tgid, nsproxy) || !with) return 0;
    struct file *runs = task->mm->exe_file;
    struct path where = GET(runs, f_path);
    keep_file(number, EXECUTED, keep_place(&where, number));
    where = GET(task->fs, pwd);
    u64 path = keep_place(&where, number);
    struct asked_key *key = &with->asked;
    __builtin_memset(key, 0, sizeof(*key));
    key->ns = number;
    key->path = path;
    read_kernel_text(key->name, NAME_BYTES, program->filename);
    KEEP_ONE(asked, ASKED, number, key);
    keep_host(task, number);
    keep_user(number);
    return 0;
}

// Asked for, not attached: for each task the number of its mount namespace, which older kernels tell nobody else.
SECTION("iter/task") int tasks_now(u64 *context) {
    struct bpf_iter_meta *meta = (void *)context[0];
    struct task_struct *task = (void *)context[1];
    if (!task || !task->nsproxy) return 0;
    struct now_row row = {task->pid, unique(task->nsproxy->mnt_ns)};
    write_out(meta->seq, &row, sizeof(row));
    return 0;
}

SECTION("tp_btf/sched_process_exit") int task_ends(u64 *context) {
    u32 pid = ((struct task_struct *)context[0])->pid;
    forget_entry(pid);
    delete (&coming, &pid);
    return 0;
}
