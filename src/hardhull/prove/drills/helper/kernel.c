/* Calls into parts of the kernel that few applications need and many exploits do. Arguments are such that nothing
 * happens: where a call has to get valid ones to be refused at all, what it makes is gone with the process. */
#include "drill.h"

#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/resource.h>
#include <linux/time.h>
#include <linux/utsname.h>

DRILL(bpf_program) {
    static const struct bpf_insn nothing[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K}, /* r0 = 0 */
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr ask = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2};
    ask.insns = (__u64)nothing;
    ask.license = (__u64) "GPL";
    TRY(bpf, BPF_PROG_LOAD, &ask, sizeof ask);
    return SUCCEEDED;
}

DRILL(bpf_map) {
    union bpf_attr ask = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
    TRY(bpf, BPF_MAP_CREATE, &ask, sizeof ask);
    return SUCCEEDED;
}

/* Counts in the kernel as well, which shows where it is. */
DRILL(perf_event) {
    struct perf_event_attr ask = {.type = PERF_TYPE_SOFTWARE, .size = PERF_ATTR_SIZE_VER0};
    ask.config = PERF_COUNT_SW_CPU_CLOCK;
    TRY(perf_event_open, &ask, 0, -1, -1, 0);
    return SUCCEEDED;
}

DRILL(add_key) {
    TRY(add_key, "user", "hardhull-drill", "x", 1, KEY_SPEC_PROCESS_KEYRING);
    return SUCCEEDED;
}

DRILL(session_keyring) {
    TRY(keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
    return SUCCEEDED;
}

DRILL(page_faults) {
    TRY(userfaultfd, O_CLOEXEC);
    return SUCCEEDED;
}

DRILL(io_uring) {
    struct io_uring_params params = {0};
    TRY(io_uring_setup, 1, &params);
    return SUCCEEDED;
}

DRILL(watch_files) {
    TRY(fanotify_init, 4 /* FAN_CLASS_CONTENT: may also decide about each access */, O_RDONLY);
    return SUCCEEDED;
}

/* More segments than there may be. */
DRILL(load_kernel) {
    LET_THROUGH(EINVAL, kexec_load, 0, 1000, 0, 0);
    return SUCCEEDED;
}

/* Too short for a module. */
DRILL(load_module) {
    LET_THROUGH(ENOEXEC, init_module, "", 0, "");
    return SUCCEEDED;
}

/* With wrong magic numbers. */
DRILL(reboot) {
    LET_THROUGH(EINVAL, reboot, 0, 0, 0, 0);
    return SUCCEEDED;
}

/* A name that no file has. */
DRILL(swap) {
    LET_THROUGH(ENOENT, swapon, "", 0);
    return SUCCEEDED;
}

/* A time zone that there is not, and no time. */
DRILL(set_clock) {
    struct {
        int minutes_west, summer;
    } zone = {1000000, 0};
    LET_THROUGH(EINVAL, settimeofday, 0, &zone);
    return SUCCEEDED;
}

/* To a file that is not there. */
DRILL(accounting) {
    LET_THROUGH(ENOENT, acct, HOME "/nowhere");
    return SUCCEEDED;
}

/* To the name that it has. */
DRILL(host_name) {
    struct new_utsname names;
    TRY(uname, &names);
    TRY(sethostname, names.nodename, length(names.nodename));
    return SUCCEEDED;
}

/* Only asks how large it is. */
DRILL(kernel_log) {
    TRY(syslog, 10 /* SYSLOG_ACTION_SIZE_BUFFER */, 0, 0);
    return SUCCEEDED;
}

/* No port is touched. */
DRILL(port_io) {
#ifdef __NR_iopl
    TRY(iopl, 3);
    return SUCCEEDED;
#else
    return refused("iopl", -ENOSYS);
#endif
}

/* Programs that it runs would be at known addresses. */
DRILL(fixed_addresses) {
    TRY(personality, 0x0040000 /* ADDR_NO_RANDOMIZE */);
    return SUCCEEDED;
}

DRILL(raise_priority) {
    TRY(setpriority, 0 /* PRIO_PROCESS */, 0, -20);
    return SUCCEEDED;
}

DRILL(raise_limit) {
    struct rlimit64 low = {0, 0}, high = {1, 1};
    TRY(prlimit64, 0, RLIMIT_CORE, &low, 0);
    TRY(prlimit64, 0, RLIMIT_CORE, &high, 0);
    return SUCCEEDED;
}

const Drill kernel_drills[] = {
    {"bpf-program", bpf_program},
    {"bpf-map", bpf_map},
    {"perf-event", perf_event},
    {"add-key", add_key},
    {"session-keyring", session_keyring},
    {"page-faults", page_faults},
    {"io-uring", io_uring},
    {"watch-files", watch_files},
    {"load-kernel", load_kernel},
    {"load-module", load_module},
    {"reboot", reboot},
    {"swap", swap},
    {"set-clock", set_clock},
    {"accounting", accounting},
    {"host-name", host_name},
    {"kernel-log", kernel_log},
    {"port-io", port_io},
    {"fixed-addresses", fixed_addresses},
    {"raise-priority", raise_priority},
    {"raise-limit", raise_limit},
    {NULL, NULL},
};
