/* New namespaces, and what one process can do to another. The other one is this program itself, which waits for the
 * attempt to end: never a process of somebody else, also where the container sees those of the machine. */
#include "drill.h"

#include <linux/ptrace.h>

#define OTHER                                                            \
    ({                                                                   \
        if (!other_process) return refused("clone", -EAGAIN);            \
        if (other_process < 0) return refused("getppid", other_process); \
        other_process;                                                   \
    })

DRILL(user_namespace) {
    TRY(unshare, CLONE_NEWUSER);
    return SUCCEEDED;
}

/* A filter that looks at unshare() only misses this one. */
DRILL(clone_user_namespace) {
    long child = TRY(clone, CLONE_NEWUSER | SIGCHLD);
    if (child == 0) leave(0);
    waited(child);
    return SUCCEEDED;
}

DRILL(mount_namespace) {
    TRY(unshare, CLONE_NEWNS);
    return SUCCEEDED;
}

DRILL(network_namespace) {
    TRY(unshare, CLONE_NEWNET);
    return SUCCEEDED;
}

DRILL(process_namespace) {
    TRY(unshare, CLONE_NEWPID);
    return SUCCEEDED;
}

/* Attached without stopping it, and let go when this process ends. */
DRILL(trace_process) {
    TRY(ptrace, PTRACE_SEIZE, OTHER, 0, 0);
    return SUCCEEDED;
}

DRILL(read_memory) {
    static const char known[8] = "known";
    char copy[8];
    struct {
        const void *at;
        unsigned long size;
    } here = {copy, sizeof copy}, there = {known, sizeof known};
    TRY(process_vm_readv, OTHER, &here, 1, &there, 1, 0);
    return SUCCEEDED;
}

DRILL(take_descriptor) {
    long process = TRY(pidfd_open, OTHER, 0);
    TRY(pidfd_getfd, process, 1, 0);
    return SUCCEEDED;
}

/* Tells where the kernel keeps its objects, in part. */
DRILL(compare_processes) {
    long self = CALL(getpid);
    TRY(kcmp, OTHER, self, 1 /* KCMP_VM */, 0, 0);
    return SUCCEEDED;
}

const Drill process_drills[] = {
    {"user-namespace", user_namespace},
    {"clone-user-namespace", clone_user_namespace},
    {"mount-namespace", mount_namespace},
    {"network-namespace", network_namespace},
    {"process-namespace", process_namespace},
    {"trace-process", trace_process},
    {"read-memory", read_memory},
    {"take-descriptor", take_descriptor},
    {"compare-processes", compare_processes},
    {NULL, NULL},
};
